"""What another level of a factor changes."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import PARAMETERS, Row, shift, some, standing, who

NAMES = {**PARAMETERS, "alpha": "α"}


def sentences(frame: pl.DataFrame) -> list[str]:
    """What another level of a factor changes."""
    apart = frame.drop_nulls("mean")

    def tell(row: Row) -> str:
        return (
            f"{who(row)}: where {row['factor']} is {row['level']}, {NAMES[row['parameter']]} is"
            f" {shift(row)} from what it is at {row['against']}."
        )

    return some(apart, standing(apart), tell, "differences between levels of factors")
