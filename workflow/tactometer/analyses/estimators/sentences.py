"""Whether a model says the same however it is asked."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import MOST, Row, several, who
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """How far apart two estimators of a model are, the farthest first."""
    rows = frame.sort("total_variation", descending=True, maintain_order=True).to_dicts()
    more = len(rows) - MOST
    rest = f"Estimators of {several(more, 'more behaviour')} were compared: see estimators."
    return [_tell(row) for row in rows[:MOST]] + [rest] * (more > 0)


def _tell(row: Row) -> str:
    apart = f"{number(row['total_variation'])} {interval(row['low'], row['high'])}"
    return (
        f"{who(row)}: by {row['estimator']} and by {row['against']} it gives the utterances shares "
        f"that are {apart} of the whole apart, and the same likeliest utterance in "
        f"{row['same']:.0%} {interval(row['same_low'], row['same_high'])} of {row['n']:,} prompts."
    )
