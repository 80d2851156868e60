"""Base models, data sets and methods at the end of training."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import (
    PARAMETERS,
    Row,
    several,
    shift,
    some,
    standing,
)


def sentences(frame: pl.DataFrame) -> list[str]:
    """Base models, data sets and methods at the end of training."""
    ends = frame.filter(pl.col("quantity") == "end")

    def tell(row: Row) -> str:
        return (
            f"At the end, {row['factor']} {row['level']} differs from {row['against']} in"
            f" {PARAMETERS[row['parameter']]} by {shift(row)} (goal {row['goal']},"
            f" {several(row['pairs'], 'pair')} of runs)."
        )

    return some(ends, standing(ends), tell, "contrasts between families, data sets and methods")
