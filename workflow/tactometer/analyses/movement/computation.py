"""Movement: how far training moves each parameter, how much of it early, and where it settles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.evidence import PARAMETERS, Evidence, Posterior, table
from tactometer.analyses.movement.settings import Settling
from tactometer.analyses.posterior_differences import FAMILY, simultaneous, summarise
from tactometer.analyses.shifts.computation import worst
from tactometer.analyses.trajectories.computation import courses
from tactometer.inference.intervals import hdi
from tactometer.tables.fit_selection import passed
from tactometer.utils.arrays import Array

ALL = "all"  # phi and the three weights as one point, along the line from its start to its end
QUARTER = 0.25
SURE = 0.975  # of a direction: only then is a share of the whole a number worth having
NUMBERS = [
    *(f"{what}_{name}" for what in ("whole", "early") for name in ("mean", "low", "high")),
    *("whole_direction", "share", "share_low", "share_high"),
    *("settled_mean", "settled_low", "settled_high"),
    *("settles_at", "settles_earliest", "settles_latest"),
]
SCHEMA = {
    **dict.fromkeys(["study", "model", "goal", "family", "dataset", "method"], pl.String),
    "first": pl.String,
    "last": pl.String,
    **dict.fromkeys(["checkpoints", "suspects"], pl.Int64),
    "interpolated": pl.Boolean,
    "parameter": pl.String,
    **dict.fromkeys(NUMBERS, pl.Float64),
    **FAMILY,
    "verdict": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, goal, parameter), and one for all parameters together (`all`).

    `whole` is last minus first checkpoint; `early` what happened by the first quarter of training,
    straight between two checkpoints where none stands there (`interpolated`); `share` is early /
    whole, null unless the whole's direction is SURE (of `all`: that of one parameter of so many, as
    its own line is chosen to have a direction). `settled` is the mean over the last quarter;
    `settles_at` the progress from which on the course stays within the tolerance of it, by its
    mean, at the earliest and at the latest that its 95% HDIs allow (null: not sure at any point);
    suspect fits are left out of that. The row is suspect where a fit at an end or at the quarter
    is. The family of `found` are the whole movements of all rows but `all`.
    """
    found = courses(evidence)
    if found.fits.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    tolerance = float(evidence.settings.of(Settling).tolerance)
    rows: list[dict[str, Any]] = []
    wholes = []
    for course in courses_of(found):
        named = {"study": evidence.study, **_named(course)}
        rows += [{**named, **numbers} for numbers in _of_course(course, tolerance)]
        wholes.append(course.draws[-1] - course.draws[0])
    flat = np.concatenate([whole.T for whole in wholes])
    family = simultaneous(flat, evidence.level)
    each = [row for row in rows if row["parameter"] != ALL]
    for row, *values in zip(each, *family.values(), strict=True):
        row |= dict(zip(family, (v.item() for v in values), strict=True))
    return table(rows, SCHEMA)


def courses_of(found: Posterior) -> Iterator[Posterior]:
    """The course of each model and goal, in the order of progress."""
    for (model, goal), _ in found.fits.group_by("model", "goal", maintain_order=True):
        course = found.where(pl.col("model") == model, pl.col("goal") == goal)
        order = np.argsort(course.fits["progress"].to_numpy(), kind="stable")
        yield Posterior(course.fits[order.tolist()], course.draws[order])


def _named(course: Posterior) -> dict[str, Any]:
    fits = course.fits
    progress = fits["progress"].to_numpy()
    last = fits.row(-1, named=True)
    return {
        **{name: last[name] for name in ("model", "goal", "family", "dataset", "method")},
        "first": fits["checkpoint"][0],
        "last": last["checkpoint"],
        "checkpoints": fits.height,
        "suspects": fits.filter(~passed()).height,
        "interpolated": not bool(np.isclose(progress, _quarter(progress)).any()),
        "verdict": worst(fits, 0, *_around(progress, _quarter(progress)), fits.height - 1),
    }


def _quarter(progress: Array) -> float:
    return float(progress[0] + QUARTER * (progress[-1] - progress[0]))


def _around(progress: Array, place: float) -> tuple[int, int]:
    """The checkpoints to the left and right of a place of training."""
    right = int(np.clip(np.searchsorted(progress, place), 1, len(progress) - 1))
    return right - 1, right


def at(progress: Array, course: Array, place: float) -> Array:
    """The draws [draw, parameter] at a place of training, straight between two checkpoints."""
    left, right = _around(progress, place)
    weight = (place - progress[left]) / (progress[right] - progress[left])
    return np.asarray((1 - weight) * course[left] + weight * course[right])


def _of_course(course: Posterior, tolerance: float) -> Iterator[dict[str, Any]]:
    """The numbers of each parameter, and of all together."""
    progress, x = course.fits["progress"].to_numpy(), course.draws
    whole, early = x[-1] - x[0], at(progress, x, _quarter(progress)) - x[0]
    read = course.fits.select(passed()).to_series().to_numpy()
    last = read & (progress >= progress[-1] - QUARTER * (progress[-1] - progress[0]))
    sure = summarise(whole.T)["p_direction"]
    for k, parameter in enumerate(PARAMETERS):
        yield {
            "parameter": parameter,
            **_moved(whole[:, k], early[:, k], sure[k] >= SURE),
            "whole_direction": float(sure[k]),
            **(
                _settled(progress[read], x[read, :, k], x[last, :, k], tolerance)
                if last.any()
                else {}
            ),
        }
    line = whole.mean(axis=0) / max(float(np.linalg.norm(whole.mean(axis=0))), 1e-12)
    yield {
        "parameter": ALL,
        **_moved(whole @ line, early @ line, sure.max() >= 1 - (1 - SURE) / len(sure)),
    }


def _moved(whole: Array, early: Array, sure: bool) -> dict[str, float | None]:
    """Of draws [draw]: the whole movement, the early one, and their ratio where that is sure."""
    found: dict[str, float | None] = {}
    for name, x in (("whole", whole), ("early", early)):
        told = summarise(x)
        found |= {f"{name}_mean": told["mean"].item(), f"{name}_low": told["hdi_low"].item()}
        found[f"{name}_high"] = told["hdi_high"].item()
    if sure:
        share = early / np.where(whole == 0, np.nan, whole)
        share = share[np.isfinite(share)]
        low, high = hdi(share)
        found |= {
            "share": float(np.median(share)),
            "share_low": low.item(),
            "share_high": high.item(),
        }
    return found


def _settled(progress: Array, x: Array, last: Array, tolerance: float) -> dict[str, float | None]:
    """Where a parameter x, `last` [checkpoint, draw] settles, and from when on it stays there."""
    late = last.mean(axis=0)
    low, high = hdi(late)
    apart = x - late
    away_low, away_high = hdi(apart)
    inside = {
        "settles_at": np.abs(apart.mean(axis=1)) < tolerance,
        "settles_earliest": (away_low < tolerance) & (away_high > -tolerance),
        "settles_latest": (away_low > -tolerance) & (away_high < tolerance),
    }
    found = {name: _from_here_on(progress, held) for name, held in inside.items()}
    settled = {"settled_mean": late.mean().item(), "settled_low": low.item()}
    return {**settled, "settled_high": high.item(), **found}


def _from_here_on(progress: Array, held: Array) -> float | None:
    """The first progress from which on something holds until the end; None if it does not there."""
    if not held[-1]:
        return None
    broken = np.flatnonzero(~held.astype(bool))
    return float(progress[broken[-1] + 1 if broken.size else 0])
