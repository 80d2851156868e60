"""The effort of all families together."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import (
    PARAMETERS,
    Row,
    several,
    some,
    standing,
)
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """The effort of all families together."""
    frame = frame.filter(pl.col("found").is_not_null())
    rows = standing(frame.with_columns(effect="bayes"))

    def tell(row: Row) -> str:
        change = f"{number(row['bayes'], '+.2f')} {interval(row['bayes_low'], row['bayes_high'])}"
        over = several(row["families"], "family", "families")
        return (
            f"Over {over} and {several(row['framings'], 'framing')}, effort {row['term']} against"
            f" {row['against']} moves {PARAMETERS[row['parameter']]} by {change} (goal"
            f" {row['goal']}; mixed model)."
        )

    return some(frame, rows, tell, "effects of effort over families")
