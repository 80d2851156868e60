"""Onset of sycophancy: the first checkpoint that shows its signature under the social goal."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.evidence import Evidence, table
from tactometer.analyses.sycophancy import computation
from tactometer.tables.fit_selection import PASSED, natural

GOAL = "social"
SCHEMA = {
    **dict.fromkeys(["study", "model", "goal", "family", "dataset", "method"], pl.String),
    **dict.fromkeys(["checkpoints", "suspects"], pl.Int64),
    "crossed": pl.Int64,
    "first_crossed": pl.String,
    "effort": pl.String,
    "progress": pl.Float64,
    "stays": pl.Boolean,
    "score_first": pl.Float64,
    "score_last": pl.Float64,
    "verdict": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each model: the first of its checkpoints that crosses under the social goal.

    `effort` and `progress` are that checkpoint's, `stays` whether all later ones cross too,
    `crossed` how many of its `checkpoints` do; all null where none does. `score_first` and
    `score_last` are the scores of its first and last checkpoint. `suspects` are left out of all of
    that; the row is suspect where there is nothing else.
    """
    scores = computation.analyse(evidence).filter(pl.col("goal") == GOAL)
    rows = []
    for _, group in scores.group_by("model", maintain_order=True):
        ordered = sorted(
            group.to_dicts(), key=lambda r: (r["progress"] or 0.0, natural(r["checkpoint"]))
        )
        rows.append({"study": evidence.study, **_crossing(ordered)})
    return table(rows, SCHEMA)


def _crossing(ordered: list[dict[str, object]]) -> dict[str, object]:
    """The row of one model from those of its checkpoints, in order."""
    passed = [row for row in ordered if row["verdict"] in PASSED]
    suspects = len(ordered) - len(passed)
    named = {name: ordered[-1][name] for name in ("model", "goal", "family", "dataset", "method")}
    if not passed:
        return {**named, "checkpoints": 0, "suspects": suspects, "verdict": "suspect"}
    ordered = passed
    crossed = [bool(row["crossed"]) for row in ordered]
    place = crossed.index(True) if any(crossed) else None
    found: dict[str, object] = {
        **named,
        "checkpoints": len(ordered),
        "suspects": suspects,
        "crossed": sum(crossed),
        "score_first": ordered[0]["score"],
        "score_last": ordered[-1]["score"],
        "verdict": "ok",
    }
    if place is not None:
        there = ordered[place]
        found |= {
            "first_crossed": there["checkpoint"],
            "effort": there["effort"],
            "progress": there["progress"],
            "stays": all(crossed[place:]),
        }
    return found
