"""Contrasts: what base model, data set, method, dtype, quantization or another run change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.evidence import Evidence, Posterior
from tactometer.analyses.posterior_differences import FAMILY, SUMMARY
from tactometer.analyses.shifts.computation import with_differences, worst
from tactometer.tables.fit_selection import ALL, DESCRIBED, PASSED, natural
from tactometer.utils.arrays import Array

CROSSED = ("family", "dataset", "method")
FACTORS = (*CROSSED, "dtype", "quantization", "run")
SCHEMA = {
    **dict.fromkeys(["study", "goal", "quantity", "factor", "level", "against"], pl.String),
    "which": pl.String,
    **dict.fromkeys(["pairs", "left_out"], pl.Int64),
    "parameter": pl.String,
    **SUMMARY,
    **FAMILY,
    "verdict": pl.String,
}


@dataclass(frozen=True)
class Run:
    """One run of training, or one effort of a model: draws [draw, parameter] by quantity."""

    labels: dict[str, Any]
    quantities: dict[str, Array]
    verdict: str


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each goal, quantity, pair of levels of a factor, and parameter.

    Each run of one level is compared with the run of the other that is alike in all other factors
    and in effort; the differences of `pairs` of them are averaged. Quantities: the last checkpoint
    (`end`) and, for runs of training, the first one (`start`) and end minus start (`movement`).
    Each is given of the pairs whose fits may be read alone (`described`) and of all. The family of
    `found` are all rows of either.
    """
    tables = [_contrasts(evidence, which) for which in (DESCRIBED, ALL)]
    kept = [table for table in tables if not table.is_empty()]
    return pl.concat(kept) if kept else pl.DataFrame(schema=SCHEMA)


def _contrasts(evidence: Evidence, which: str) -> pl.DataFrame:
    """The rows of the pairs that are described, or of all."""
    named: list[dict[str, object]] = []
    apart: list[Array] = []
    goals = evidence.models.fits["goal"].unique(maintain_order=True).to_list()
    for goal in goals:
        runs = runs_of(evidence.models.where(pl.col("goal") == goal))
        for factor in FACTORS:
            for level, against, pairs in _matched(runs, factor):
                for quantity in ("start", "end", "movement"):
                    there = [p for p in pairs if all(quantity in run.quantities for run in p)]
                    read = [p for p in there if all(run.verdict in PASSED for run in p)]
                    both = there if which == ALL else read
                    if not both:
                        continue
                    x = [a.quantities[quantity] - b.quantities[quantity] for a, b in both]
                    apart.append(np.mean(x, axis=0))
                    named.append(
                        {
                            "study": evidence.study,
                            "goal": goal,
                            "quantity": quantity,
                            "factor": factor,
                            "level": level,
                            "against": against,
                            "which": which,
                            "pairs": len(both),
                            "left_out": len(there) - len(both),
                            "verdict": "ok" if len(both) == len(read) else "suspect",
                        }
                    )
    if not named:
        return pl.DataFrame(schema=SCHEMA)
    return with_differences(named, np.stack(apart), evidence.level)


def runs_of(fits: Posterior) -> list[Run]:
    """The runs of one goal: a model with progress is one run, each other checkpoint is one."""
    found = []
    for _, rows in fits.fits.with_row_index("row").group_by("model", maintain_order=True):
        trained = rows.drop_nulls("progress").sort("progress", maintain_order=True)
        if trained["progress"].n_unique() > 1:
            first, last = trained["row"][0], trained["row"][-1]
            start, end = fits.draws[first], fits.draws[last]
            quantities = {"start": start, "end": end, "movement": end - start}
            found.append(
                Run(fits.fits.row(last, named=True), quantities, worst(fits.fits, first, last))
            )
            continue
        for row in rows["row"]:
            labels = fits.fits.row(row, named=True)
            found.append(Run(labels, {"end": fits.draws[row]}, worst(fits.fits, row)))
    return found


def _matched(runs: Sequence[Run], factor: str) -> Iterator[tuple[str, str, list[tuple[Run, Run]]]]:
    """Each pair of levels of a factor, with the runs that differ in it alone."""
    by_level: dict[str, dict[tuple[Any, ...], list[Run]]] = {}
    others = [name for name in (*FACTORS, "effort") if name != factor]
    for run in runs:
        if run.labels[factor] is not None:
            rest = tuple(run.labels[name] for name in others)
            by_level.setdefault(run.labels[factor], {}).setdefault(rest, []).append(run)
    for against, level in combinations(sorted(by_level, key=natural), 2):
        pairs = [
            (one, other)
            for rest, mine in by_level[level].items()
            for one in mine
            for other in by_level[against].get(rest, [])
        ]
        if pairs:
            yield level, against, pairs
