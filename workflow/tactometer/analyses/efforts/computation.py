"""Thought tokens by reasoning effort, with vignettes as the clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from scipy import special

from tactometer.analyses.evidence import Evidence, table
from tactometer.tables.fit_selection import natural
from tactometer.utils.arrays import Array

COVERS = 0.975
SCHEMA = {
    **dict.fromkeys(["study", "model", "checkpoint"], pl.String),
    **dict.fromkeys(["n", "vignettes"], pl.Int64),
    **dict.fromkeys(["thinking", "estimated", "tokens", "low", "high"], pl.Float64),
    "less": pl.String,
    **dict.fromkeys(["difference", "difference_low", "difference_high"], pl.Float64),
    "flagged": pl.Boolean,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each checkpoint of a model that thinks, in the order of efforts.

    `tokens` is the mean of thought tokens over answers to all goals, the mean of each vignette
    weighing alike, with a 95% t interval over vignettes. `difference` is what it has beyond the
    next lesser effort (`less`), vignette by vignette; flagged where its interval does not lie above
    0: what is called more effort thinks no more. Models of which no answer tells of a thought have
    no rows.
    """
    found = evidence.tables["thoughts"].collect()
    rows: list[dict[str, Any]] = []
    for (model,), mine in found.group_by("model", maintain_order=True):
        rows += [{"study": evidence.study, "model": model, **row} for row in _of_model(mine)]
    return table(rows, SCHEMA)


def _of_model(thoughts: pl.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    means: dict[str, dict[str, float]] = {}
    before: str | None = None
    for checkpoint in sorted(thoughts["checkpoint"].unique(), key=natural):
        mine = thoughts.filter(pl.col("checkpoint") == checkpoint)
        n = int(mine["n"].sum())
        means[checkpoint] = _by_vignette(mine)
        tokens, low, high = interval(np.array(list(means[checkpoint].values())), least=0.0)
        row = {
            "checkpoint": checkpoint,
            "n": n,
            "vignettes": len(means[checkpoint]),
            "thinking": mine["thought"].sum() / n,
            "estimated": mine["estimated"].sum() / n,
            "tokens": tokens,
            "low": low,
            "high": high,
            "flagged": False,
        }
        rows.append(row | (_beyond(means, before, checkpoint) if before else {}))
        before = checkpoint
    return rows


def _by_vignette(thoughts: pl.DataFrame) -> dict[str, float]:
    """Mean thought tokens of an answer, by vignette."""
    total = (pl.col("tokens") * pl.col("n")).sum() / pl.col("n").sum()
    return dict(thoughts.group_by("vignette").agg(total.alias("tokens")).sort("vignette").rows())


def _beyond(means: dict[str, dict[str, float]], less: str, more: str) -> dict[str, Any]:
    """What an effort thinks beyond a lesser one, in the vignettes that both were asked of."""
    both = sorted(means[less].keys() & means[more].keys())
    differences = np.array([means[more][v] - means[less][v] for v in both])
    difference, low, high = interval(differences)
    return {
        "less": less,
        "difference": difference,
        "difference_low": low,
        "difference_high": high,
        "flagged": not (low is not None and low > 0),
    }


def interval(x: Array, least: float = -np.inf) -> tuple[float | None, float | None, float | None]:
    """The mean of clusters x [cluster] with its 95% t interval, cut off at `least`; the interval is
    null where there are fewer than two.
    """
    if not x.size:
        return None, None, None
    mean = float(x.mean())
    if x.size < 2:
        return mean, None, None
    half = float(special.stdtrit(x.size - 1, COVERS) * x.std(ddof=1) / np.sqrt(x.size))
    return mean, max(mean - half, least), mean + half
