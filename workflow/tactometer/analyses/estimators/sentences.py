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
    held = interval(row["same_low"], row["same_high"])
    same = f"{row['same']:.0%} {held} of {row['n']:,} prompts"
    more = (
        f"and the same likeliest utterance in {same}, where two prompts of a state have it in "
        f"{row['same_by_chance']:.0%}."
    )
    asked = f"{who(row)}: by {row['estimator']} and by {row['against']} it gives the utterances"
    apart, chance = number(row["total_variation"]), number(row["by_chance"])
    if not row["low"]:  # 0 where chance makes as much, null of few vignettes
        return (
            f"{asked} shares that are not told apart ({apart} of the whole, where chance makes "
            f"{chance} of two that say the same), {more}"
        )
    beyond = interval(row["low"], row["high"])
    return (
        f"{asked} shares that are {apart} of the whole apart, of which beyond chance {beyond} (of "
        f"two that say the same chance makes {chance}), {more}"
    )
