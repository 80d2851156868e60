"""Fit speaker models: the posterior of one (model, checkpoint, goal), or of goals that share
parameters, written as NetCDF with its summaries.
"""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tactometer.inference import averaged, inference_data
from tactometer.inference.counted import effective
from tactometer.inference.criticism import Criticism, criticise
from tactometer.inference.described import COLUMNS, row_of, told
from tactometer.inference.partial_pooling import sample_framings
from tactometer.inference.predictive import predictive
from tactometer.inference.sampled import Sampled
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.shared_evidence import ordered, shuffled
from tactometer.inference.summaries import scalars
from tactometer.reading.counts import POOLED
from tactometer.speaker_model.variants import WHOLE_FIRST, speakers
from tactometer.study import fit_recipe
from tactometer.study.fields import UNSET
from tactometer.study.fit_recipe import FitRecipe
from tactometer.study.yardstick import BESIDE
from tactometer.utils import atomic_files, digests
from tactometer.utils.errors import UserError

THINNED = 1000  # draws that the analyses read: enough for 95% intervals of differences
SUMMARIES = ("estimates", "diagnostics", "predictive", "modes", "draws")

MODES = {
    **dict.fromkeys(["framing", "fit", "speaker", "semantics", "values"], pl.String),
    "mode": pl.Int64,
    "weight": pl.Float64,
    "crossings": pl.Int64,
    "log_posterior": pl.Float64,
    "parameter": pl.String,
    **dict.fromkeys(["mean", "sd", "hdi_low", "hdi_high"], pl.Float64),
}

NULLABLE: dict[str, Any] = {
    **COLUMNS,
    **dict.fromkeys(["p_data", "design_effect", "design_effect_words"], pl.Float64),
}
"""Columns that may be null in all rows of a file, and still have a type."""


@dataclass
class Rows:
    """Summary rows of one goal's fits, which become the tables."""

    estimates: list[dict[str, Any]] = field(default_factory=list)
    diagnostics: list[dict[str, Any]] = field(default_factory=list)
    predictive: list[dict[str, Any]] = field(default_factory=list)
    draws: list[pl.DataFrame] = field(default_factory=list)
    modes: list[dict[str, Any]] = field(default_factory=list)


def fit(
    settings: FitRecipe,
    semantics: Path,
    counts: Sequence[Path],
    outs: Sequence[Path],
    *,
    orders: Sequence[Path] = (),
    threads: int = 1,
) -> None:
    """Fit every framing and speaker variant and write {goal}.nc with its summaries beside it.

    `settings` is the recipe fit/{model}.json. `counts` and `outs` name one file for each goal, in
    the same order; several goals are fitted at once where alpha or the cost are in common. A group
    {framing}/{speaker} of {goal}.nc is an ArviZ InferenceData; that of a yardstick on the terms of
    the models stands below `yardstick`. At the root is what is pooled, by the speaker that stands
    for all (`headline` of its attributes).
    """
    frames = {path.stem: pl.read_parquet(path) for path in counts}
    truths = pl.read_parquet(semantics)
    shown = {path.stem: pl.read_parquet(path) for path in orders}
    rows = {goal: Rows() for goal in frames}
    with ExitStack() as stack:
        places = {path.stem: stack.enter_context(atomic_files.atomic(path)) for path in outs}
        for place in places.values():
            place.unlink()  # the first group makes the file anew
        for name, part in _named(settings):
            for goals in part.together(frames):
                together = {goal: frames[goal] for goal in goals}
                for names, sampled in posteriors(part, together, truths, shown, threads=threads):
                    whose = f"{name}, {names[0]}, {sampled.speaker.name}"
                    print(f"{whose}: {sampled.diagnostics}", flush=True)
                    picked = _order(part, sampled, names[0], outs[0])
                    _store(sampled, name, names, places, rows, picked)
        for path in outs:
            standing = min(settings.fit.speakers, key=WHOLE_FIRST.index)
            inference_data.show_at_root(places[path.stem], f"{POOLED}/{standing}")
            _average(settings, rows[path.stem], frames[path.stem])
            _summarise(rows[path.stem], path)


def _named(settings: FitRecipe) -> Iterator[tuple[str, FitRecipe]]:
    """The fits of the same answers by name: that of the recipe and, of a yardstick, that on the
    terms of the models that it is compared with.
    """
    yield settings.name, settings
    if settings.yardstick is not None:
        yield BESIDE, settings.beside(settings.yardstick)


def posteriors(
    settings: FitRecipe,
    frames: Mapping[str, pl.DataFrame],
    truths: pl.DataFrame,
    orders: Mapping[str, pl.DataFrame] | None = None,
    *,
    threads: int = 1,
) -> Iterator[tuple[list[str], Sampled]]:
    """Every posterior of some goals, with the names under which it is stored.

    `frames` has the counts of each goal; `truths` the yes/no answers, `yes` and `n` by utterance
    and state, `orders` the counts by order of each goal, where places are corrected for. How
    framings are pooled is settings.fit.pooling: each by itself and all added up (none), added up
    alone (full), or each drawn round their mean, which takes the place of what is added up
    (partial).
    """
    single = _single(frames)
    if settings.fit.pooling == "partial" and len(single) > 1:
        behaviours = {name: effective(settings, frames, truths, name, orders) for name in single}
        for speaker in speakers(settings.fit.speakers, cost=settings.fit.cost):
            how = _sampling(settings, [*frames, *single, speaker.name], threads)
            for framing, sampled in sample_framings(behaviours, speaker, how).items():
                yield [framing], sampled
        return
    for framing, names in _alone(settings, single):
        behaviour = effective(settings, frames, truths, framing, orders)
        for speaker in speakers(settings.fit.speakers, cost=settings.fit.cost):
            how = _sampling(settings, [*frames, framing, speaker.name], threads)
            yield names, sample(behaviour, speaker, how)


def _single(frames: Mapping[str, pl.DataFrame]) -> list[str]:
    """The framings of some goals, but for all of them pooled."""
    found: dict[str, None] = {}
    for frame in frames.values():
        found.update(dict.fromkeys(frame["framing"].unique(maintain_order=True).to_list()))
    return [name for name in found if name != POOLED]


def _alone(settings: FitRecipe, single: Sequence[str]) -> list[tuple[str, list[str]]]:
    """What is fitted by itself, with the names under which it is stored.

    A single framing is all there is to pool, so one fit serves both names.
    """
    if len(single) == 1:
        return [(single[0], [single[0], POOLED])]
    kept = [] if settings.fit.pooling == "full" else single
    return [(name, [name]) for name in (*kept, POOLED)]


def _sampling(settings: FitRecipe, names: Sequence[str], threads: int) -> SamplingSettings:
    """How to sample; the seed depends on what is fitted, not on the order of fits."""
    wanted = settings.fit
    seed = int(digests.digest([settings.seed, *names])[:7], 16)
    return SamplingSettings(
        semantics=wanted.semantics,
        chains=wanted.chains,
        warmup=wanted.warmup,
        draws=wanted.draws,
        seed=seed,
        parallel_chains=threads,
    )


def _order(settings: FitRecipe, sampled: Sampled, framing: str, out: Path) -> NDArray[np.int64]:
    """The draws that the analyses read, in the order in which they belong to other fits' draws."""
    checkpoint = (out.parent.parent.name, out.parent.name)
    fit = (*sampled.behaviour.goals, sampled.speaker.name)
    if settings.fit.pooling == "partial":  # one run has all framings: their draws go together
        return shuffled(sampled, THINNED, checkpoint, fit)
    return ordered(sampled, THINNED, checkpoint, (framing, *fit))


def _store(
    sampled: Sampled,
    fit_name: str,
    names: Sequence[str],
    places: Mapping[str, Path],
    rows: Mapping[str, Rows],
    picked: NDArray[np.int64],
) -> None:
    """Write the draws of a fit and note its summaries, for each goal and framing `names`."""
    summary = sampled.summary()
    rng = np.random.default_rng(sampled.settings.seed)
    for index, goal in enumerate(sampled.behaviour.goals):
        mine = [row for row in summary if row["goal"] in (None, goal)]
        predicted, replicated = predictive(sampled, index, rng)
        drawn = _draws(sampled, goal, picked)
        found = criticise(sampled, index, predicted, replicated)
        criticism = dict.fromkeys(COLUMNS) if found is None else row_of(found, sampled.behaviour)
        judged = [
            {
                **{k: v for k, v in row.items() if k != "goal"},
                **_judged(row, sampled, found, criticism),
            }
            for row in mine
        ]
        for name in names:
            above = f"{BESIDE}/" if fit_name == BESIDE else ""
            group = f"{above}{name}/{sampled.speaker.name}"
            inference_data.write(places[goal], group, sampled, index)
            head = {
                "framing": name,
                "fit": fit_name,
                "speaker": sampled.speaker.name,
                "semantics": sampled.settings.semantics,
                "values": sampled.behaviour.span,
            }
            rows[goal].estimates += [{**head, **row} for row in judged]
            rows[goal].diagnostics.append(
                {**head, **_diagnostics(sampled), **_design(sampled, index), **criticism}
            )
            rows[goal].predictive += [{**head, **row} for row in predicted]
            named = [pl.lit(value).alias(column) for column, value in head.items()]
            rows[goal].draws.append(drawn.select(*named, pl.all()))
            rows[goal].modes += [
                {**head, **{k: v for k, v in row.items() if k != "goal"}}
                for row in sampled.modes
                if row["goal"] in (None, goal)
            ]


def _judged(
    row: Mapping[str, Any], sampled: Sampled, found: Criticism | None, criticism: Mapping[str, Any]
) -> dict[str, Any]:
    """What an estimate carries of the verdict on its fit, and whether it may be told of."""
    word = criticism["described"]
    may = found is not None and told(row, found, word)
    return {"verdict": sampled.diagnostics.verdict, "described": word, "told": may}


def _draws(sampled: Sampled, goal: str, picked: NDArray[np.int64]) -> pl.DataFrame:
    """The natural parameters of one goal in these draws: a row a draw, the same of every goal."""
    found = scalars(sampled.draws, sampled.behaviour.goals)
    mine = {name: x.reshape(-1) for (name, whose), x in found.items() if whose in (None, goal)}
    columns = {name: x[picked].astype(np.float32) for name, x in mine.items()}
    return pl.DataFrame({"draw": np.arange(picked.size, dtype=np.int32), **columns})


def _diagnostics(sampled: Sampled) -> dict[str, Any]:
    found = sampled.diagnostics
    notes = [f"{found.runs} runs"] if found.runs > 1 else []
    return {
        "divergences": found.divergences,
        "treedepth_hits": found.treedepth_hits,
        "rhat_worst": found.rhat,
        "ess_least": min(found.ess_bulk, found.ess_tail),
        "ess_bulk": found.ess_bulk,
        "ess_tail": found.ess_tail,
        "modes": found.modes,
        "seconds": found.seconds,
        "verdict": found.verdict,
        "note": "; ".join([*notes, *found.notes]),
    }


def _design(sampled: Sampled, goal: int) -> dict[str, float | None]:
    """The design effects that the answers were weighed by; null where none was."""
    effects = sampled.behaviour.design_effects
    return {
        "design_effect": None if effects is None else effects.choices[goal],
        "design_effect_words": None if effects is None else effects.words,
    }


def _average(settings: FitRecipe, rows: Rows, counts: pl.DataFrame) -> None:
    """Add the average over framings where they do not agree; a partial pooling has it already."""
    main = [k for k, row in enumerate(rows.diagnostics) if row["fit"] == settings.name]
    fits = [rows.diagnostics[k] for k in main]
    published = settings.fit.preset is not UNSET  # such a study averages whether they agree or not
    if settings.fit.pooling != "none" or not (published or averaged.disagree(counts, fits)):
        return
    known = {one.name: one for one in speakers(settings.fit.speakers, cost=settings.fit.cost)}
    drawn = [rows.draws[k] for k in main]
    for found in averaged.averaged(fits, drawn, known, mixed=published):
        rows.estimates += found[0]
        rows.diagnostics.append(found[1])
        rows.draws.append(found[2])


def _summarise(rows: Rows, path: Path) -> None:
    for part in SUMMARIES:
        with atomic_files.atomic(path.with_suffix(f".{part}.parquet")) as temporary:
            found = getattr(rows, part)
            if part == "draws":  # a speaker variant lacks what another has
                frame = pl.concat(found, how="diagonal")
            else:
                schema = MODES if part == "modes" else None
                frame = pl.DataFrame(found, schema, infer_schema_length=None)
                typed = {name: kind for name, kind in NULLABLE.items() if name in frame.columns}
                frame = frame.cast(typed)  # type: ignore[arg-type]
            frame.write_parquet(temporary)


def run(given: Namespace) -> None:
    """Fit all framings and speaker variants of one goal, or of goals that share parameters."""
    settings = fit_recipe.read(given.settings)
    if [p.stem for p in given.counts] != [p.stem for p in given.out]:
        raise UserError("--counts and --out must name the same goals in the same order.")
    threads = int(given.threads or 1)
    fit(settings, given.semantics, given.counts, given.out, orders=given.orders, threads=threads)
