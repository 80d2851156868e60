"""Quarters of training: how far a speaker moves in each, and whether in the first the farthest."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.evidence import Evidence, table
from tactometer.analyses.movement.computation import at, courses_of
from tactometer.analyses.shifts.computation import worst
from tactometer.analyses.trajectories.computation import courses
from tactometer.inference.intervals import hdi
from tactometer.tables.fit_selection import PASSED
from tactometer.utils.arrays import Array

OVER = "all runs"
WIDEST = 0.25 + 1e-9  # gap between two checkpoints, as a share of the course
SCHEMA = {
    **dict.fromkeys(["study", "model", "goal", "family", "dataset", "method"], pl.String),
    **dict.fromkeys(["quarter", "runs", "checkpoints"], pl.Int64),
    **dict.fromkeys(["moved", "moved_low", "moved_high", "p_largest"], pl.Float64),
    "verdict": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, goal) and quarter of its training, and for all runs of a goal.

    `moved` is the squared distance that phi and the three weights go in a quarter, straight between
    checkpoints where none stands at its ends, measurement noise taken out; over all runs the mean
    of that. `p_largest`: the posterior probability that no other quarter moves them as far.
    A course with a gap wider than a quarter has no rows: what happens in it would be dealt out
    evenly, and later quarters seem to move less than they do.
    """
    found = courses(evidence)
    rows: list[dict[str, Any]] = []
    if found.fits.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    by_goal: dict[str, list[tuple[Array, str]]] = {}
    for course in courses_of(found):
        progress = course.fits["progress"].to_numpy()
        if np.diff(progress).max() > (progress[-1] - progress[0]) * WIDEST:
            continue
        moved = distances(progress, course.draws)
        verdict = worst(course.fits, *range(course.fits.height))
        last = course.fits.row(-1, named=True)
        named = {name: last[name] for name in ("model", "goal", "family", "dataset", "method")}
        named |= {"study": evidence.study, "runs": 1, "checkpoints": course.fits.height}
        rows += [{**named, "verdict": verdict, **row} for row in _rows(moved)]
        by_goal.setdefault(last["goal"], []).append((moved, verdict))
    for goal, runs in by_goal.items():
        if len(runs) > 1:
            verdict = "ok" if all(told in PASSED for _, told in runs) else "suspect"
            named = {"study": evidence.study, "model": OVER, "goal": goal, "runs": len(runs)}
            mean = np.mean([moved for moved, _ in runs], axis=0)
            rows += [{**named, "verdict": verdict, **row} for row in _rows(mean)]
    return table(rows, SCHEMA)


def distances(progress: Array, draws: Array) -> Array:
    """Squared distance in each quarter [quarter, draw], noise taken out, of [checkpoint, draw,
    parameter].
    """
    span = progress[-1] - progress[0]
    points = [at(progress, draws, float(progress[0] + span * q / 4)) for q in range(5)]
    found = []
    for before, behind in pairwise(points):
        step = behind - before
        noise = 2 * step.var(axis=0, ddof=1).sum()  # draws about means that are off by as much
        found.append((step**2).sum(axis=1) - noise)
    return np.stack(found)


def _rows(moved: Array) -> list[dict[str, Any]]:
    largest = moved.argmax(axis=0)
    rows = []
    for quarter, x in enumerate(moved):
        low, high = hdi(x)
        rows.append(
            {
                "quarter": quarter + 1,
                "moved": float(x.mean()),
                "moved_low": low.item(),
                "moved_high": high.item(),
                "p_largest": float((largest == quarter).mean()),
            }
        )
    return rows
