"""How much of what differs from prompt to prompt is wording, and what else it is."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.factor_shares.computation import CHOICES, TOGETHER
from tactometer.analyses.phrases import Sentence, listed
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """How much of what choices differ in each source accounts for, over all conditions."""
    rows = frame.filter(pl.col("of") == CHOICES, pl.col("source") != TOGETHER).drop_nulls("share")
    if rows.is_empty():
        return []
    parts = [
        f"{source} for {_told(rows.filter(source=source))}"
        for source in rows["source"].unique(maintain_order=True)
    ]
    return [
        Sentence(
            "Of what choices differ in from prompt to prompt beside state and goal, without the"
            f" noise of answers, the share that each accounts for: {listed(parts)}."
        )
    ]


def _told(rows: pl.DataFrame) -> str:
    if rows.height == 1:
        (row,) = rows.to_dicts()
        return f"{number(row['share'])} {interval(row['share_low'], row['share_high'])}"
    found = rows["share"].sort()
    return f"{number(found[0])} to {number(found[-1])} in {rows.height:,} conditions"
