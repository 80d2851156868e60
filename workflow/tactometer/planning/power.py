"""Power: how often each claim that a study tests would be found, by size of the effect, before
anything is asked.

Fits are not simulated one by one: each is a normal posterior about its truth, as wide as fits of
the study's size are (`precision.widths`), for every model, checkpoint and goal that the study file
names. Whether an effect is `found` is asked of the analyses themselves, with the family of
intervals and the share of the level that they have in the study; of a mixed model, for phi alone,
with as wide an interval as all comparisons of its table need by Bonferroni. Fits are taken for
independent and for described by a speaker: those of one checkpoint share words and vignettes, so
that its goals are told apart a little more often, and what no speaker describes is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.stats import norm

from tactometer.analyses.contrasts import computation as contrasts
from tactometer.analyses.evidence import LABEL_TYPES, LABELS, READ, Evidence, efforts
from tactometer.analyses.mixed_effects.bayesian import bayesian
from tactometer.analyses.mixed_effects.computation import MODELLED
from tactometer.analyses.mixed_effects.observations import observe
from tactometer.analyses.movement import computation as movement
from tactometer.analyses.shifts import computation as shifts
from tactometer.planning import formatting, precision
from tactometer.reading.counts import POOLED
from tactometer.tables.fit_selection import DESCRIBED, ONE_FIT
from tactometer.tables.proportions import wilson
from tactometer.utils.arrays import Array

if TYPE_CHECKING:
    from tactometer.study.study import Study

SIZES = (0.0, 0.05, 0.1, 0.2, 0.3)  # of an effect on phi; 0: how often one is found that is not
SLOPE = 0.05  # sd between families of what an effort or a goal does
REPEATS, OF_MODELS = 100, 20  # simulated studies of a size; of a mixed model, which takes seconds
DRAWS = 400
WANTED = 0.8
ALPHA = 4.0
SD = 4 * 0.98  # the standard deviations in a 95% interval
POWER = {
    **dict.fromkeys(["claim", "table", "parameter"], pl.String),
    "comparisons": pl.Int64,
    **dict.fromkeys(["size", "power", "power_low", "power_high"], pl.Float64),
    "studies": pl.Int64,
}
Fits = pl.DataFrame  # a row each: names, labels


@dataclass(frozen=True)
class Claim:
    """A claim and the table that tests it: `fits` are what is compared, `plant` what an effect of
    a size adds to phi [fit], `found` which of the planted comparisons are found.
    """

    name: str
    table: str
    fits: Fits
    plant: Callable[[float, np.random.Generator], Array]
    found: Callable[[Evidence], Array]
    repeats: int = REPEATS


def fits_of(study: Study) -> Fits:
    """Every fit that a run will make of what is asked, with its labels."""
    rows: list[dict[str, object]] = [
        {"model": model.name, "checkpoint": checkpoint, "goal": goal, "framing": framing}
        | {"fit": "main", "speaker": "s2", "semantics": "joint"}
        | {name: model.labels(checkpoint).get(name) for name in LABELS}
        for model in study.asked
        for checkpoint in model.checkpoints
        for goal in study.goals
        for framing in (*study.settings.framings, POOLED)
    ]
    kinds = {**dict.fromkeys(ONE_FIT, pl.String), **LABEL_TYPES}
    return pl.DataFrame(rows, schema=kinds, strict=False)


def claims(study: Study, fits: Fits) -> Iterator[Claim]:
    """The claims that this study tests of what it asks."""
    one = fits.filter(framing=POOLED)
    kinds = {kind for *_, kind, _ in shifts.compared(one)}
    goal = next((name for name in study.goals if name != shifts.DEFAULT), "")
    order = efforts(one["effort"].drop_nulls().to_list())
    if "goal" in kinds:
        yield _of_models(f"the goal {goal} moves a model", one, "goal", goal)
        alike = fits.filter(pl.col("effort").eq_missing(fits["effort"][0]))
        if alike["family"].n_unique() > 1:
            yield _over_models(study, f"the goal {goal} moves models", alike, "goal", study.goals)
    if "effort" in kinds:
        yield _of_models(f"the effort {order[-1]} moves a model", one, "effort", order[-1])
        alike = fits.filter(goal=study.goals[0])
        if alike["family"].n_unique() > 1:
            told = f"the effort {order[-1]} moves models"
            yield _over_models(study, told, alike, "effort", [*order[:1], *order[:0:-1]])
    if one.filter(pl.col("progress").n_unique().over("model", "goal") > 1).height:
        first, last = (pl.col("progress").min(), pl.col("progress").max())
        part = ((pl.col("progress") - first) / (last - first)).over("model")
        course = one.select(part.fill_nan(0.0).fill_null(0.0)).to_series().to_numpy()
        yield Claim("training moves a run", "movement", one, lambda size, _: size * course,
                    _by(movement.analyse))  # fmt: skip
    for factor in contrasts.FACTORS:
        levels = sorted(set(one[factor].drop_nulls()))
        if len(levels) > 1:
            among = (pl.col("level") == levels[-1]) | (pl.col("against") == levels[-1])
            yield Claim(f"the {factor} {levels[-1]} matters", "contrasts", one,
                        _where(one, factor, levels[-1]),
                        _by(contrasts.analyse, among, factor=factor, quantity="end",
                            which=DESCRIBED))  # fmt: skip


def _where(fits: Fits, column: str, value: str) -> Callable[[float, np.random.Generator], Array]:
    """An effect on the fits that have a value in a column."""
    there = (fits[column] == value).fill_null(False).to_numpy()
    return lambda size, _: size * there


def _by(
    analyse: Callable[[Evidence], pl.DataFrame], *among: pl.Expr, **named: str
) -> Callable[[Evidence], Array]:
    """What an analysis finds of phi, in some rows of its table."""

    def found(evidence: Evidence) -> Array:
        rows = analyse(evidence).filter(*among, parameter="phi", **named)
        return rows["found"].fill_null(False).to_numpy()

    return found


def _of_models(name: str, fits: Fits, kind: str, value: str) -> Claim:
    """That a goal or an effort moves a model: a comparison a model."""
    found = _by(shifts.analyse, pl.col(kind) == value, kind=kind)
    return Claim(name, "shifts", fits, _where(fits, kind, value), found)


def _over_models(study: Study, name: str, fits: Fits, factor: str, levels: Sequence[str]) -> Claim:
    """That a goal or an effort moves models, families being drawn from many: one comparison, of
    levels[1] with levels[0].
    """
    fits = fits.filter(pl.col("framing") != POOLED, pl.col(factor).is_in(list(levels)))
    there = (fits[factor] == levels[1]).to_numpy()
    number = fits["family"].rank("dense").to_numpy().astype(int) - 1
    tests = _comparisons(study)

    def plant(size: float, rng: np.random.Generator) -> Array:
        own = size + rng.normal(0, SLOPE, int(number.max()) + 1)
        return np.asarray(there * own[number])

    def found(evidence: Evidence) -> Array:
        seen = observe(evidence.of_framings(MODELLED), 0, factor, levels, "phi")
        x = bayesian(seen)[0][0, 1]
        reach = norm.isf(evidence.level / (2 * tests))
        return np.array([abs(x.mean()) > reach * x.std()])

    return Claim(name, "mixed_effects", fits, plant, found, OF_MODELS)


def _comparisons(study: Study) -> int:
    """How many pairs of levels the table of mixed models will have."""
    each = {model.labels(c).get("effort") for model in study.asked for c in model.checkpoints}
    goals = len(study.goals)
    pairs = goals * comb(len(each - {None}), 2) + len(each) * comb(goals, 2)
    return max(1, len(MODELLED) * pairs)


def power(
    study: Study, widths: pl.DataFrame, *, seed: int = 1, progress: Callable[[str], None] = print
) -> pl.DataFrame:
    """How often each claim is found by size of the effect on phi: columns POWER, `power` with its
    Wilson interval over `studies` simulated studies.

    `widths` are those of the study's sizes (`precision.widths`).
    """
    rows = []
    for number, claim in enumerate(claims(study, fits_of(study))):
        sds = _sds(study, widths, claim.fits)
        for size in SIZES:
            rng = np.random.default_rng([seed, number, round(1000 * size)])
            every = [
                claim.found(_evidence(study, claim.fits, sds, claim.plant(size, rng), rng))
                for _ in range(claim.repeats)
            ]
            if not len(every[0]):
                break  # labels that match nothing: the table will have no such row
            share = np.asarray(np.mean(every))
            low, high = wilson(share, claim.repeats)
            rows.append({"claim": claim.name, "table": claim.table, "parameter": "phi",
                         "comparisons": len(every[0]), "size": size, "power": float(share),
                         "power_low": float(low), "power_high": float(high),
                         "studies": claim.repeats})  # fmt: skip
        progress(f"{claim.name}: done")
    return pl.DataFrame(rows, schema=POWER)


def _sds(study: Study, widths: pl.DataFrame, fits: Fits) -> Array:
    """The posterior standard deviations [fit, parameter of READ], by the size of each fit."""
    named = {
        (model.name, framing): size
        for model in study.asked
        for framing, size in zip(("", POOLED), precision.of_model(study, model), strict=True)
    }
    wide = dict(
        zip(
            widths.select("parameter", "answers", "yes_no").iter_rows(),
            widths["width"],
            strict=True,
        )
    )
    rows = []
    for model, framing in fits.select("model", "framing").iter_rows():
        size = named[model, framing if framing == POOLED else ""]
        rows.append([wide.get((name, size.answers, size.yes_no), 0.0) / SD for name in READ])
    return np.array(rows)


def _evidence(
    study: Study, fits: Fits, sds: Array, effect: Array, rng: np.random.Generator
) -> Evidence:
    """A simulated study: normal posteriors about estimates that err as much as they say."""
    truth = np.tile([0.5, *[1 / 3] * 3, ALPHA], (fits.height, 1))
    truth[:, 0] += effect
    mean = truth + rng.normal(size=truth.shape) * sds
    x = mean[:, None] + rng.normal(size=(fits.height, DRAWS, len(READ))) * sds[:, None]
    x[..., -1] = np.maximum(x[..., -1], 0.05)  # alpha, whose logarithm is taken
    flat = x.reshape(-1, len(READ))
    drawn = fits[np.repeat(np.arange(fits.height), DRAWS)].select(ONE_FIT).with_columns(
        draw=pl.Series(np.tile(np.arange(DRAWS), fits.height)),
        **{name: pl.Series(flat[:, place]) for place, name in enumerate(READ)},
    )  # fmt: skip
    told = {"verdict": "ok", "described": "yes", "told": True}
    return Evidence(
        study=study.name,
        goals=study.goals,
        utterances=study.domain.utterances,
        baseline=(),
        settings=study.analyses,
        tables={"estimates": fits.lazy().with_columns(pl.lit(v).alias(k) for k, v in told.items())},
        drawn=drawn.lazy(),
        answered=pl.LazyFrame(),
        factors=study.factors,
    )


def lines(table: pl.DataFrame) -> list[str]:
    """The table as a person reads it: a row for each claim, a column for each size."""
    sizes = [f"{size:g}" for size in SIZES]
    rows = []
    for (claim, name, count), mine in table.group_by(
        "claim", "table", "comparisons", maintain_order=True
    ):
        cells = [f"{p:.0%}" for p in mine["power"]]
        rows.append([str(claim), str(name), f"{count}", *cells, detectable(mine)])
    head = ["claim", "table", "comparisons", *sizes, f"{WANTED:.0%} from"]
    return [
        "How often a comparison is found, by the size of its effect on phi (0: there is none):",
        formatting.table(head, rows, 2),
        f"Normal posteriors as wide as above, {REPEATS} simulated studies a size; over models "
        f"{OF_MODELS}, whose families differ by a standard deviation of {SLOPE:g}. Fits as of "
        "independent answers and all described by a speaker.",
    ]


def detectable(mine: pl.DataFrame) -> str:
    """The least size that is found as often as WANTED, straight between two sizes."""
    sizes, found = mine["size"].to_numpy(), mine["power"].to_numpy()
    above = np.flatnonzero(found >= WANTED)
    if not above.size:
        return f"above {sizes[-1]:g}"
    place = int(above[0])
    if place == 0:
        return f"{sizes[0]:g}"
    left, right = place - 1, place
    part = (WANTED - found[left]) / (found[right] - found[left])
    return f"{sizes[left] + part * (sizes[right] - sizes[left]):.2f}"
