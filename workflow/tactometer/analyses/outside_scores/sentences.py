"""Which parameters go with outside scores, as surely as so many looks ask for."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import MOST, PARAMETERS, Row, Sentence, chance
from tactometer.tables.cells import interval, number

LOOKS = 0.025  # chance of any wrong sign, shared by all correlations of the table
WHERE = {"all": "over all points", "within": "within families", "between": "between families"}


def sentences(frame: pl.DataFrame) -> list[str]:
    """Which parameters go with outside scores, as surely as so many looks ask for."""
    known = frame.drop_nulls("mean")
    if known.is_empty():
        why = ", ".join(frame["note"].drop_nulls().unique(maintain_order=True))
        return [f"Of outside scores nothing is told: {why}."]
    sure = known.filter(pl.col("p_direction") >= 1 - LOOKS / known.height)
    if sure.is_empty():
        return [
            f"Of {known.height:,} correlations of parameters with outside scores none is sure to"
            " have its sign when all are looked at together."
        ]
    rows = sure.sort(pl.col("mean").abs(), descending=True).head(MOST)
    return [_told(row, known.height) for row in rows.iter_rows(named=True)]


def _told(row: Row, looked: int) -> Sentence:
    name = PARAMETERS.get(row["parameter"], "α")
    ends = interval(row["hdi_low"], row["hdi_high"])
    text = (
        f"{row['measure']}: {WHERE[row['level']]} ({row['points']}) it goes with {name} (goal"
        f" {row['goal']}), correlation {number(row['mean'], '+.2f')} {ends}"
        f" ({chance(row['p_direction'])}; one of {looked:,} that were looked at)."
    )
    return Sentence(text, [row["p_direction"]])
