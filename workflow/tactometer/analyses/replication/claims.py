"""What each published figure is in this study: the same quantity, from its posteriors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.evidence import PARAMETERS, Evidence
from tactometer.analyses.posterior_differences import summarise
from tactometer.analyses.quarters.computation import OVER
from tactometer.analyses.quarters.computation import analyse as quarters
from tactometer.analyses.shifts.computation import DEFAULT
from tactometer.analyses.variance_shares.computation import analyse as variance_shares
from tactometer.tables.fit_selection import PASSED, passed, representative
from tactometer.tables.proportions import Z
from tactometer.utils.arrays import Array

Theirs = Mapping[str, Any]


@dataclass(frozen=True)
class Ours:
    """A quantity of this study: mean and 95% interval, the probability that it is positive (or
    that a claim holds), over so many fits; `why` there is none.
    """

    mean: float | None = None
    low: float | None = None
    high: float | None = None
    positive: float | None = None
    fits: int = 0
    left_out: int = 0
    why: str | None = None


def _of(x: Array, fits: int, left_out: int) -> Ours:
    """The summary of draws [draw]."""
    told = {name: value.item() for name, value in summarise(x).items()}
    positive = float((x > 0).mean())
    return Ours(told["mean"], told["hdi_low"], told["hdi_high"], positive, fits, left_out)


def effort(evidence: Evidence, theirs: Theirs) -> Ours:
    """The mean over all models and goals of the difference between two efforts, draw by draw."""
    given = (theirs[name] for name in ("term", "against", "parameter"))
    found = mean_difference(evidence, "effort", *given)
    return found if found.mean is not None else replace(found, why=_efforts(theirs, found.left_out))


BESIDE = {
    "effort": ["family", "dataset", "method", "goal"],
    "goal": ["model", "checkpoint"],
}
"""What two fits have in common that are compared by effort, or by goal."""


def mean_difference(evidence: Evidence, what: str, term: str, against: str, parameter: str) -> Ours:
    """The mean over all models of a parameter under one effort (or goal) less that under another,
    draw by draw, over the pairs of fits that may be read; no mean where there is none.
    """
    models, keys = evidence.models, BESIDE[what]
    rows = models.fits.with_row_index("row").with_columns(read=passed())
    one, other = (
        rows.filter(pl.col(what) == name).select("row", "read", *keys) for name in (term, against)
    )
    pairs = one.join(other, on=keys, nulls_equal=True, suffix="_other")
    kept = pairs.filter("read", "read_other")
    if kept.is_empty():
        return Ours(left_out=pairs.height)
    x = models.draws[:, :, PARAMETERS.index(parameter)]
    apart = x[kept["row"].to_numpy()] - x[kept["row_other"].to_numpy()]
    return _of(apart.mean(axis=0), kept.height, pairs.height - kept.height)


def _efforts(theirs: Theirs, pairs: int) -> str:
    what = f"the efforts {theirs['term']} and {theirs['against']}"
    if pairs:
        return f"no pair of fits of {what} may be read"
    return f"no family of this study has {what} of one goal"


def family(evidence: Evidence, theirs: Theirs) -> Ours:
    """Nothing: it is not known which of the published numbers is whose."""
    return Ours(why="which family has this number is not known")


def held_out(evidence: Evidence, theirs: Theirs) -> Ours:
    """The mean over fits of the error of held-out shares less that of speakers from the prior; the
    interval is normal, from the fits' spread, as if they were independent.
    """
    if "heldout" not in evidence.tables:
        return Ours(why="this study holds no vignettes out (fit.heldout)")
    frame = evidence.tables["heldout"].collect().filter(pl.col("mse").is_not_null())
    if frame.is_empty():
        return Ours(why="no vignette could be held out")
    mine = representative(frame)
    read = mine.filter(pl.col("suspect") == 0)
    x = (read["mse"] - read["mse_prior"]).to_numpy()
    if len(x) < 2:
        return Ours(left_out=mine.height, why="fewer than two fits may be read")
    mean, error = float(x.mean()), float(x.std(ddof=1) / np.sqrt(len(x)))
    ends = (mean - Z * error, mean + Z * error)
    return Ours(mean, *ends, None, len(x), mine.height - len(x))


def ppo_end(evidence: Evidence, theirs: Theirs) -> Ours:
    """The mean of phi over the last checkpoints of all runs by one method."""
    rows = evidence.models.fits.with_row_index("row").drop_nulls("progress")
    mine = _published_goal(rows.filter(pl.col("method").str.to_lowercase() == theirs["term"]))
    ends = mine.sort("progress", maintain_order=True).group_by("model", "goal").last()
    read = ends.filter(passed())
    if read.is_empty():
        none = f"this study has no training by {theirs['term']} (label method, progress)"
        return Ours(
            left_out=ends.height,
            why="no last checkpoint may be read" if ends.height else none,
        )
    k = PARAMETERS.index(theirs["parameter"])
    x = evidence.models.draws[read["row"].to_numpy(), :, k]
    return _of(x.mean(axis=0), read.height, ends.height - read.height)


def base_model(evidence: Evidence, theirs: Theirs) -> Ours:
    """The share of the variance between runs at the end that goes with the base model; `positive`
    is the probability that it is the largest of the factors.
    """
    rows = variance_shares(evidence).filter(
        quantity="end", parameter=theirs["parameter"], factor=theirs["term"]
    )
    row = _default(rows)
    if row is None:
        return Ours(why="no runs of this study cross base model, data set and method")
    if row["verdict"] not in PASSED:
        return Ours(left_out=row["runs"], why="a run has a fit that is not to be read")
    if row["share"] is None:
        return Ours(
            left_out=row["runs"], why="what runs differ in is not sure to be more than noise"
        )
    return Ours(row["share"], row["share_low"], row["share_high"], row["p_largest"], row["runs"])


def first_quarter(evidence: Evidence, theirs: Theirs) -> Ours:
    """The squared distance that training moves a speaker in its first quarter, over all runs;
    `positive` is the probability that no other quarter moves it as far.
    """
    row = _default(quarters(evidence).filter(model=OVER, quarter=1))
    if row is None:
        return Ours(why="this study has no two runs of training with a checkpoint in every quarter")
    if row["verdict"] not in PASSED:
        return Ours(left_out=row["runs"], why="a run has a fit that is not to be read")
    return Ours(row["moved"], row["moved_low"], row["moved_high"], row["p_largest"], row["runs"])


def _published_goal(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of the goal `default`, which the published figures are of, or else all."""
    return rows.filter(goal=DEFAULT) if DEFAULT in rows["goal"] else rows


def _default(rows: pl.DataFrame) -> dict[str, Any] | None:
    """The row of the goal `default`, or else of the first."""
    mine = _published_goal(rows)
    return mine.row(0, named=True) if mine.height else None


CLAIMS: dict[str, Callable[[Evidence, Theirs], Ours]] = {
    "effort": effort,
    "family": family,
    "held_out": held_out,
    "ppo_end": ppo_end,
    "base_model": base_model,
    "first_quarter": first_quarter,
}
