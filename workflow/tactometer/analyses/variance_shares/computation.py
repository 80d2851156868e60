"""Shares of variance: how much of what runs differ in is base model, data set, method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.contrasts.computation import CROSSED, Run, runs_of
from tactometer.analyses.evidence import PARAMETERS, Evidence, table
from tactometer.analyses.variance_shares.design import variances
from tactometer.inference.intervals import hdi
from tactometer.tables.fit_selection import PASSED, natural
from tactometer.utils.arrays import Array

INTERACTIONS = "interactions"
SCHEMA = {
    **dict.fromkeys(["study", "goal", "quantity", "parameter", "factor"], pl.String),
    **dict.fromkeys(["levels", "runs"], pl.Int64),
    **dict.fromkeys(["variance", "variance_low", "variance_high"], pl.Float64),
    **dict.fromkeys(["share", "share_low", "share_high", "p_largest"], pl.Float64),
    "verdict": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each goal, quantity (`end`, `movement`), parameter, and factor.

    Of runs of training that cross base model (`family`), data set and method, one run each:
    `variance` is that between runs which a factor accounts for, in squared units of the parameter,
    measurement noise taken out (`design.variances`), with the 95% HDI of its draws. `share` is its
    part of the whole, with what is negative as nothing, null where the whole is not sure to be more
    than noise. `p_largest`: the probability that it is the largest of the factors alone. The runs
    are the population: of others nothing is said. No rows where the design has holes.
    """
    rows: list[dict[str, Any]] = []
    for goal in evidence.models.fits["goal"].unique(maintain_order=True):
        runs = runs_of(evidence.models.where(pl.col("goal") == goal))
        crossed = _crossed([run for run in runs if "movement" in run.quantities])
        if crossed is None:
            continue
        cells, levels = crossed
        verdict = "ok" if all(run.verdict in PASSED for run in cells) else "suspect"
        named = {"study": evidence.study, "goal": goal, "runs": len(cells), "verdict": verdict}
        for quantity in ("end", "movement"):
            y = np.stack([run.quantities[quantity] for run in cells])
            for k, parameter in enumerate(PARAMETERS):
                of = {**named, "quantity": quantity, "parameter": parameter}
                rows += [{**of, **row} for row in _rows(y[:, :, k], levels)]
    return table(rows, SCHEMA)


def _crossed(runs: Sequence[Run]) -> tuple[list[Run], dict[str, int]] | None:
    """Runs in the order of the design, and the levels of its factors; None if it has holes."""
    values = {
        factor: sorted({run.labels[factor] for run in runs if run.labels[factor]}, key=natural)
        for factor in CROSSED
    }
    varied = {factor: names for factor, names in values.items() if len(names) > 1}
    places: dict[tuple[Any, ...], list[Run]] = {}
    for run in runs:
        places.setdefault(tuple(run.labels[factor] for factor in varied), []).append(run)
    wanted = list(product(*varied.values()))
    if len(varied) < 2 or set(places) != set(wanted) or any(len(x) > 1 for x in places.values()):
        return None
    return [places[key][0] for key in wanted], {name: len(x) for name, x in varied.items()}


def _rows(y: Array, levels: dict[str, int]) -> Iterator[dict[str, Any]]:
    """The factors and what is left, of y [cell, draw]."""
    found = variances(y, list(levels.values()))
    alone = {name: found[(k,)] for k, name in enumerate(levels)}
    rest = np.sum([x for effect, x in found.items() if len(effect) > 1], axis=0)
    parts = {**alone, INTERACTIONS: rest}
    whole = np.sum(list(parts.values()), axis=0)
    positive = {name: np.maximum(x, 0) for name, x in parts.items()}
    total = np.sum(list(positive.values()), axis=0)
    known = total > 0
    sure = float(np.quantile(whole, 0.025)) > 0
    largest = np.stack(list(alone.values())).argmax(axis=0)
    for number, (name, x) in enumerate(parts.items()):
        low, high = hdi(x)
        row: dict[str, Any] = {
            "factor": name,
            "levels": levels.get(name),
            "variance": float(x.mean()),
            "variance_low": low.item(),
            "variance_high": high.item(),
        }
        if sure:
            share = positive[name][known] / total[known]
            ends = hdi(share)
            row |= {
                "share": share.mean(),
                "share_low": ends[0].item(),
                "share_high": ends[1].item(),
            }
        if name in alone:
            row["p_largest"] = float((largest == number).mean())
        yield row
