"""The data that an analysis is given: tables of a study, thinned posterior draws, and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tactometer.inference.intervals import thinned
from tactometer.reading.counts import AVERAGED
from tactometer.study.analyses import testing
from tactometer.study.labels import LABEL_COLUMNS
from tactometer.study.settings import AnalysesSettings
from tactometer.study.yardstick import Yardstick
from tactometer.tables.fit_selection import (
    FIT,
    TOGETHER,
    checkpoint_order,
    judged,
    model_order,
    natural,
    representative,
    without,
)
from tactometer.tables.fit_selection import ONE_FIT as ONE_FIT
from tactometer.utils.arrays import Array

PARAMETERS = ("phi", "omega_inf", "omega_soc", "omega_pre")
READ = (*PARAMETERS, "alpha")
EVEN = {"phi": 1 / 2, **dict.fromkeys(PARAMETERS[1:], 1 / 3)}  # what says nothing of a preference
LABELS = LABEL_COLUMNS
NAMES = dict.fromkeys(["study", *FIT], pl.String)
LABEL_TYPES = {**dict.fromkeys(LABELS[:-1], pl.String), "progress": pl.Float64}


@dataclass(frozen=True)
class Posterior:
    """Some fits and their draws: `fits` a row each, `draws` [fit, draw, parameter of PARAMETERS].

    The same draw of two fits belongs to the same state of the evidence that they share
    (`inference.shared_evidence`), so draws can be subtracted one by one.
    """

    fits: pl.DataFrame
    draws: Array

    def where(self, *conditions: pl.Expr) -> Posterior:
        """The fits for which all conditions hold, in the same order."""
        kept = self.fits.with_row_index("_row").filter(*conditions)
        return Posterior(kept.drop("_row"), self.draws[kept["_row"].to_numpy()])

    def of(self, **named: Any) -> Array:
        """The draws [draw, parameter] of the one fit with these values; KeyError if it is none."""
        found = self.where(*(pl.col(name) == value for name, value in named.items()))
        if found.fits.height != 1:
            raise KeyError(f"{found.fits.height} fits have {named}")
        return np.asarray(found.draws[0])


@dataclass(frozen=True)
class Evidence:
    """Everything of a study that an analysis may read.

    `tables` are estimates, diagnostics, counts, semantics, predictive, asked, prompt_sets and
    thoughts, and comprehension and heldout where the study asks for that, and `further`, the
    estimates of fits beside the headline; `drawn` the thinned draws (a row a draw) and `answered`
    the answers (a row each, see `condense`); `settings` the study's key `analyses` with defaults;
    `also` has the models that ask another's prompts by
    a further estimator, with that other's name; `worth` [state] is what the states are worth,
    `negated` [utterance] which utterances a cost of negation charges; `factors` what varies in
    scenes beside framing, with its levels, and `levelled` the thinned draws at each (a row a draw).
    """

    study: str
    goals: Sequence[str]
    utterances: Sequence[str]
    baseline: Sequence[str]
    settings: AnalysesSettings
    tables: Mapping[str, pl.LazyFrame]
    drawn: pl.LazyFrame
    answered: pl.LazyFrame
    yardstick: Yardstick | None = None
    also: Mapping[str, str] = field(default_factory=dict)
    worth: Sequence[float] = ()
    negated: Sequence[bool] = ()
    factors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levelled: pl.LazyFrame | None = None

    @property
    def level(self) -> float:
        """The family-wise level of one table: the study's, shared by the tables that test."""
        return self.settings.level / len(testing(bool(self.factors)))

    @cached_property
    def fits(self) -> pl.DataFrame:
        """A row for each fit with its verdict (`judged`) and labels, in the order of readers."""
        estimates = self.tables["estimates"].collect()
        if estimates.is_empty():
            return pl.DataFrame(
                schema={**dict.fromkeys([*ONE_FIT, "verdict"], pl.String), **LABEL_TYPES}
            )
        fits = judged(estimates).select(*ONE_FIT, "verdict", *LABELS).unique(ONE_FIT, keep="first")
        places = {
            "model": model_order(fits, self.baseline),
            "checkpoint": checkpoint_order(fits),
            "goal": [*self.goals, *sorted(set(fits["goal"]) - set(self.goals))],
        }
        ranks = [
            pl.col(column).replace_strict(order, list(range(len(order))), return_dtype=pl.Int64)
            for column, order in places.items()
        ]
        return fits.sort(*ranks, "framing", "fit", "speaker", "semantics")

    @cached_property
    def posterior(self) -> Posterior:
        """The fit that stands for each (model, checkpoint, goal), where it has all PARAMETERS."""
        return self.posterior_of(representative(self.fits))

    @cached_property
    def by_framing(self) -> Posterior:
        """The fits of the single framings, of the speaker and semantics that stand."""
        return self.of_framings(PARAMETERS)

    def of_framings(self, parameters: Sequence[str]) -> Posterior:
        """The same with the draws of these parameters, which all of the fits must have."""
        stands = representative(self.fits).select(*FIT, "fit", "speaker", "semantics")
        single = self.fits.filter(~pl.col("framing").is_in(TOGETHER))
        return self.posterior_of(
            single.join(stands, on=stands.columns, how="semi", maintain_order="left"), parameters
        )

    @property
    def sampled_fits(self) -> pl.DataFrame:
        """The fits that stand and were sampled, people's too: an average over framings was not,
        and of further estimators nothing is found.
        """
        found = representative(self.fits.filter(~pl.col("model").is_in(list(self.also))))
        return found.filter(pl.col("framing") != AVERAGED)

    @property
    def models(self) -> Posterior:
        """The fits that stand of what was asked, without recorded people and what a model says
        by a further estimator.
        """
        return self.posterior.where(~pl.col("model").is_in([*self.baseline, *self.also]))

    @cached_property
    def beside(self) -> Posterior:
        """The fits of the yardstick on the models' terms, one a goal; none without a yardstick."""
        if self.yardstick is None:
            return self.posterior.where(pl.lit(False))
        whose = [pl.col(k) == getattr(self.yardstick, k) for k in ("model", "fit")]
        return self.posterior_of(representative(self.fits.filter(*whose)))

    @property
    def comparable(self) -> Posterior:
        """The fits that stand of the models whose parameters compare with the yardstick's."""
        names = self.yardstick.comparable if self.yardstick else ()
        return self.posterior.where(pl.col("model").is_in([n for n in names if n not in self.also]))

    @cached_property
    def levels(self) -> dict[str, list[str]]:
        """All vignettes and names of the study's answers, in order."""
        names = ("vignette", "speaker_name", "listener_name")
        found = self.answered.select(pl.col(name).unique().sort().implode() for name in names)
        return {name: column.item().to_list() for name, column in found.collect().to_dict().items()}

    def number(self, name: str, frame: pl.DataFrame) -> NDArray[np.int64]:
        """A column of answers by its number among `levels`."""
        found = np.searchsorted(self.levels[name], frame[name].to_numpy())
        return np.asarray(found, dtype=np.int64)

    def rng(self, *names: str) -> np.random.Generator:
        """A generator that depends on what it is for alone."""
        return np.random.default_rng([int.from_bytes(n.encode(), "big") % 2**32 for n in names])

    @cached_property
    def least(self) -> int:
        """How many draws the fit with fewest has: draws of any two fits go together one by one."""
        of_fits = self.drawn.join(self.fits.lazy(), on=ONE_FIT, how="semi").group_by(ONE_FIT)
        found = of_fits.len().select(pl.col("len").min()).collect().item()
        return int(found or 0)

    def posterior_of(self, fits: pl.DataFrame, parameters: Sequence[str] = PARAMETERS) -> Posterior:
        """The draws of these fits, thinned to `least` each."""
        wanted = fits.with_row_index("_fit").select("_fit", *ONE_FIT).lazy()
        known = set(self.drawn.collect_schema().names())
        columns = [name for name in parameters if name in known]
        none = Posterior(fits.clear(), np.zeros((0, 0, len(parameters))))
        rows = self.drawn.join(wanted, on=ONE_FIT).sort("_fit", "draw").select("_fit", *columns)
        found = rows.collect()
        if len(columns) < len(parameters) or found.is_empty():
            return none
        parts = found.partition_by("_fit", as_dict=True, maintain_order=True, include_key=False)
        whole = {int(key[0]): part.to_numpy() for key, part in parts.items()}
        whole = {fit: x for fit, x in whole.items() if np.isfinite(x).all()}
        if not whole:
            return none
        kept = fits[list(whole)]
        draws = [x[thinned(len(x), self.least)] for x in whole.values()]
        return Posterior(kept, np.stack(draws).astype(float))


def table(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Rows as a frame with these columns; what a row does not have is null."""
    whole = [{name: row.get(name) for name in schema} for row in rows]
    return pl.DataFrame(whole, schema=dict(schema), strict=False)


def efforts(names: Sequence[str]) -> list[str]:
    """Efforts from least to most."""
    return sorted(set(names), key=natural)


def read(
    study: str,
    tables: Path,
    condensed: Mapping[str, Path],
    more: Sequence[str] = (),
    further: Sequence[str] = (),
    **settings: Any,
) -> Evidence:
    """The evidence below results/{study}: `condensed` is the folder of each model's draws and
    answers, `more` are tables that not every study has, `further` the fits beside the headline:
    of those `tables` have the estimates alone, under `further`.
    """
    names = (
        "estimates",
        "diagnostics",
        "counts",
        "semantics",
        "predictive",
        "asked",
        "served",
        "prompt_sets",
        "thoughts",
        *more,
    )
    found = {name: pl.scan_parquet(tables / f"{name}.parquet") for name in names}
    beside = {}
    if further:
        beside["further"] = found["estimates"].filter(pl.col("fit").is_in(list(further)))
    return Evidence(
        study=study,
        tables={**{name: without(frame, further) for name, frame in found.items()}, **beside},
        drawn=_together([folder / "draws.parquet" for folder in condensed.values()]),
        answered=_together([folder / "answers.parquet" for folder in condensed.values()]),
        levelled=_together([folder / "levels.parquet" for folder in condensed.values()])
        if settings.get("factors")
        else None,
        **settings,
    )


def _together(paths: Sequence[Path]) -> pl.LazyFrame:
    return pl.concat([pl.scan_parquet(path) for path in paths], how="diagonal")
