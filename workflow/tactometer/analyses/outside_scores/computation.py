"""Outside scores: the correlation of each parameter with other measures of the same models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.evidence import READ, Evidence, table
from tactometer.analyses.outside_scores.correlation import draws, posterior
from tactometer.analyses.outside_scores.scores import read
from tactometer.analyses.outside_scores.settings import OutsideScores
from tactometer.analyses.posterior_differences import SUMMARY, summarise
from tactometer.tables.fit_selection import passed

LEAST = 4  # points from which on a correlation is told of
SCHEMA = {
    **dict.fromkeys(["study", "measure", "goal", "parameter", "level"], pl.String),
    **dict.fromkeys(["points", "families", "left_out"], pl.Int64),
    **SUMMARY,
    "note": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each measure, goal, parameter and level; none where the study names no file.

    `mean`, `sd` and the interval are of the correlation behind points that are known with error on
    both sides (`correlation`). `level`: `all` points as they are, `within` families (each with a
    mean of its own), `between` families (their means). Null with fewer than LEAST points, or as
    many more than families, or where a side does not vary: `note` says so.
    """
    settings = evidence.settings.of(OutsideScores)
    rows: list[dict[str, Any]] = []
    for path in settings.files:
        fits = evidence.models
        known = set(evidence.fits["model"])
        scores = read(path, known)
        for (measure,), mine in scores.group_by("measure", maintain_order=True):
            for goal in fits.fits["goal"].unique(maintain_order=True):
                points = _points(evidence, mine, goal)
                named = {"study": evidence.study, "measure": measure, "goal": goal}
                rows += [{**named, **row} for row in _rows(evidence, points, f"{measure}/{goal}")]
    return table(rows, SCHEMA)


def _points(evidence: Evidence, scores: pl.DataFrame, goal: str) -> pl.DataFrame:
    """The fits of a goal that have a score: that of their checkpoint, or else of their model."""
    estimates = evidence.models.fits.with_row_index("row").filter(goal=goal)
    exact = scores.drop_nulls("checkpoint").select("model", "checkpoint", "score", "se")
    whole = scores.filter(pl.col("checkpoint").is_null()).select("model", "score", "se")
    joined = estimates.join(exact, on=["model", "checkpoint"], how="left", maintain_order="left")
    joined = joined.join(whole, on="model", how="left", suffix="_whole", maintain_order="left")
    own = pl.coalesce("score", "score_whole"), pl.coalesce("se", "se_whole")
    return joined.with_columns(score=own[0], se=own[1], read=passed()).drop_nulls("score")


def _rows(evidence: Evidence, points: pl.DataFrame, name: str) -> Iterator[dict[str, Any]]:
    kept = points.filter("read")
    left_out = points.height - kept.height
    found = evidence.posterior_of(evidence.models.fits[kept["row"].to_list()], READ)
    families, groups = np.unique(kept["family"].fill_null("").to_numpy(), return_inverse=True)
    y = np.stack([kept["score"].to_numpy(), kept["se"].to_numpy() ** 2], axis=1)
    for k, parameter in enumerate(READ):
        complete = found.fits.height == kept.height > 0
        x = found.draws[:, :, k] if complete else np.zeros((kept.height, 2))
        v = np.stack([x.mean(axis=1), y[:, 0]], axis=1)
        errors = np.stack([x.var(axis=1, ddof=1), y[:, 1]], axis=1)
        alone = np.arange(len(v)) * 0
        levels = {"all": (v, errors, alone), "within": (v, errors, groups)}
        levels["between"] = _between(v, errors, groups, len(families))
        for level, (points_of, errors_of, own) in levels.items():
            row = {"parameter": parameter, "level": level, "points": len(points_of)}
            row |= {"families": len(families), "left_out": left_out}
            why = _why_not(points_of, own, complete)
            if why:
                yield {**row, "note": why}
                continue
            rng = evidence.rng("outside_scores", name, parameter, level)
            x_of = draws(posterior(points_of, errors_of, own), rng)
            yield {**row, **{key: value.item() for key, value in summarise(x_of).items()}}


def _between(v: Any, errors: Any, groups: Any, count: int) -> tuple[Any, Any, Any]:
    """The means of families, with the errors of these means."""
    means, spread = np.zeros((count, 2)), np.zeros((count, 2))
    for family in range(count):
        mine = groups == family
        means[family] = v[mine].mean(axis=0)
        spread[family] = errors[mine].sum(axis=0) / mine.sum() ** 2
    return means, spread, np.zeros(count, dtype=np.int64)


def _why_not(v: Any, groups: Any, complete: bool) -> str | None:
    """Why there is no correlation; None where there is."""
    if not complete:
        return "no fit that has a score may be read" if not len(v) else "a fit lacks the parameter"
    free = len(v) - len(np.unique(groups)) + 1
    if free < LEAST:
        return f"fewer than {LEAST} points"
    if (np.ptp(v, axis=0) == 0).any():
        return "one side does not vary"
    return None
