"""What an effort or a goal does over all families."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import (
    PARAMETERS,
    Row,
    several,
    some,
    standing,
    with_all,
    with_left_out,
)
from tactometer.tables.cells import interval, number
from tactometer.tables.fit_selection import DESCRIBED

WHAT = {**PARAMETERS, "alpha": "the logarithm of α"}
SAME = ["factor", "goal", "effort", "parameter", "term", "against"]


def sentences(frame: pl.DataFrame) -> list[str]:
    """The differences that stand out among fits that a speaker describes, each beside all fits."""
    pairs = frame.filter(pl.col("against").is_not_null())
    kept = pairs.filter(which=DESCRIBED)
    rows = standing(kept.with_columns(effect="bayes", sd="bayes_sd", mean="bayes"))
    rows = with_all(rows, pairs, SAME, "bayes", "bayes_low", "bayes_high")
    return some(kept, rows, _tell, "effects of efforts and goals over families")


def _tell(row: Row) -> str:
    change = f"{number(row['bayes'], '+.2f')} {interval(row['bayes_low'], row['bayes_high'])}"
    over = several(row["families"], "family", "families")
    held = f"goal {row['goal']}" if row["factor"] == "effort" else f"effort {row['effort']}"
    if row["factor"] == "goal" and row["effort"] is None:
        held = "without an effort"
    return (
        f"Over {over} and {several(row['framings'], 'framing')}, {row['factor']} {row['term']}"
        f" against {row['against']} moves {WHAT[row['parameter']]} by {change} ({held}; mixed"
        f" model of {several(row['fits'], 'fit')}{with_left_out(row)})."
    )
