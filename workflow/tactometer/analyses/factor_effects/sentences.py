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
            f"{who(row)}: {row['factor']} {row['level']} against {row['against']} moves"
            f" {NAMES[row['parameter']]} by {shift(row)}."
        )

    return some(apart, standing(apart), tell, "differences between levels of factors")
