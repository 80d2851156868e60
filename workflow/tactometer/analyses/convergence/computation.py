"""Convergence: how far runs of one method lie apart at the start and at the end of training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from tactometer.analyses.contrasts.computation import Run, runs_of
from tactometer.analyses.evidence import PARAMETERS, Evidence, table
from tactometer.analyses.variance_shares.design import variances
from tactometer.inference.intervals import hdi
from tactometer.tables.fit_selection import PASSED
from tactometer.utils.arrays import Array

LEAST = 3  # runs from which on a spread is told of
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
    probability that the second is smaller. `ratio` is end over start, and its interval that of an F
    distribution with as many degrees of freedom as runs less one, twice: what so few runs say of
    other runs of the kind, as if the variances were independent; null where the start is not sure
    to be more than noise.
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
        rows.append({**row, **_ratio(between, len(runs) - 1)})
    return rows


def _summary(name: str, x: Array, middle: str) -> dict[str, float]:
    low, high = hdi(x)
    join = "" if name.endswith("_") else "_"
    ends = {f"{name}{join}low": low.item(), f"{name}{join}high": high.item()}
    return {f"{name}{middle}": float(x.mean()), **ends}


def _ratio(between: dict[str, Array], degrees: int) -> dict[str, float]:
    """End over start, and what so few runs say of it."""
    if float(np.quantile(between["start"], 0.025)) <= 0:
        return {}
    ratio = max(float(between["end"].mean()), 0.0) / float(between["start"].mean())
    reach = float(special.fdtri(degrees, degrees, 0.975))
    return {"ratio": ratio, "ratio_low": ratio / reach, "ratio_high": ratio * reach}
