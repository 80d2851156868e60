"""Convergence: how far runs of one method lie apart at the start and at the end of training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.contrasts.computation import Run, runs_of
from tactometer.analyses.evidence import PARAMETERS, Evidence, table
from tactometer.analyses.variance_shares.design import variances
from tactometer.inference.intervals import hdi
from tactometer.tables.fit_selection import PASSED
from tactometer.utils.arrays import Array

LEAST = 3  # runs from which on a spread is told of
CELLS, WIDEST, QUANTILES = 4000, 40.0, 400  # of the grid of an sd, in units of what is seen
NUMBERS = [
    *(f"{when}_{name}" for when in ("start", "end") for name in ("mean", "low", "high")),
    *(f"{when}_variance{end}" for when in ("start", "end") for end in ("", "_low", "_high")),
    *("p_closer", "ratio", "ratio_low", "ratio_high"),
]
SCHEMA = {
    **dict.fromkeys(["study", "goal", "method", "parameter"], pl.String),
    "runs": pl.Int64,
    **dict.fromkeys(NUMBERS, pl.Float64),
    "verdict": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each goal, method with at least LEAST runs of training, and parameter.

    `start_mean`, `end_mean`: the mean over runs, with its 95% HDI. `start_variance`,
    `end_variance`: the variance between these runs, measurement noise taken out; `p_closer` the
    probability that the second is smaller. `ratio` is end over start, and its interval what so few
    runs say of all runs of the kind (`_of_the_kind`), as if both variances were independent; from 0
    where the end may be noise, null where the start may be.
    """
    rows: list[dict[str, Any]] = []
    for goal in evidence.models.fits["goal"].unique(maintain_order=True):
        runs = runs_of(evidence.models.where(pl.col("goal") == goal))
        trained = [run for run in runs if "movement" in run.quantities]
        for method in dict.fromkeys(run.labels["method"] for run in trained):
            mine = [run for run in trained if run.labels["method"] == method]
            if method is not None and len(mine) >= LEAST:
                named = {"study": evidence.study, "goal": goal, "method": method}
                rows += [{**named, **row} for row in _rows(mine)]
    return table(rows, SCHEMA)


def _rows(runs: Sequence[Run]) -> list[dict[str, Any]]:
    verdict = "ok" if all(run.verdict in PASSED for run in runs) else "suspect"
    y = {when: np.stack([run.quantities[when] for run in runs]) for when in ("start", "end")}
    rows = []
    for k, parameter in enumerate(PARAMETERS):
        row: dict[str, Any] = {"parameter": parameter, "runs": len(runs), "verdict": verdict}
        between = {}
        for when, x in y.items():
            mine = x[:, :, k]
            # between runs as a sample: n / (n - 1) of that of a population
            between[when] = variances(mine, [len(runs)])[(0,)] * len(runs) / (len(runs) - 1)
            row |= _summary(f"{when}_", mine.mean(axis=0), "mean")
            row |= _summary(f"{when}_variance", between[when], "")
        row["p_closer"] = float((between["end"] < between["start"]).mean())
        rows.append({**row, **_ratio({when: x[:, :, k] for when, x in y.items()}, between)})
    return rows


def _summary(name: str, x: Array, middle: str) -> dict[str, float]:
    low, high = hdi(x)
    join = "" if name.endswith("_") else "_"
    ends = {f"{name}{join}low": low.item(), f"{name}{join}high": high.item()}
    return {f"{name}{middle}": float(x.mean()), **ends}


def _ratio(y: dict[str, Array], between: dict[str, Array]) -> dict[str, float]:
    """End over start of y [run, draw], and what so few runs say of it."""
    if float(np.quantile(between["start"], 0.025)) <= 0:
        return {}
    start, end = (_of_the_kind(y[when]) for when in ("start", "end"))
    low, high = np.quantile(np.divide.outer(end, start), (0.025, 0.975))
    if float(np.quantile(between["end"], 0.025)) <= 0:
        low = 0.0  # they may be one
    ratio = max(float(between["end"].mean()), 0.0) / float(between["start"].mean())
    return {"ratio": ratio, "ratio_low": float(low), "ratio_high": float(high)}


def _of_the_kind(x: Array) -> Array:
    """Evenly spaced quantiles of the variance of all runs of a kind, of which x [run, draw] are a
    sample known with error: that of their means is (variance + error) chi^2 / degrees. The sum is
    log-uniform, so that without error the ratio of two is F.
    """
    degrees, error = len(x) - 1, x.var(axis=1, ddof=1).mean()
    seen = x.mean(axis=1).var(ddof=1)
    sd = np.sqrt(seen + error) * np.linspace(0, WIDEST, CELLS + 1)[1:]
    whole = sd**2 + error
    logs = np.log(sd / whole) - degrees / 2 * (np.log(whole) + seen / whole)
    p = np.cumsum(np.exp(logs - logs.max()))
    middles = (np.arange(QUANTILES) + 0.5) / QUANTILES
    return np.asarray(sd[np.searchsorted(p, middles * p[-1])] ** 2)
