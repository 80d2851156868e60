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
    with_all,
    with_left_out,
)
from tactometer.tables.fit_selection import DESCRIBED

SAME = ["goal", "quantity", "factor", "level", "against", "parameter"]


def sentences(frame: pl.DataFrame) -> list[str]:
    """Base models, data sets and methods at the end of training."""
    ends = frame.filter(pl.col("quantity") == "end")
    kept = ends.filter(which=DESCRIBED)
    beside = with_all(standing(kept), ends, SAME, "mean", "hdi_low", "hdi_high")

    def tell(row: Row) -> str:
        return (
            f"At the end, {row['factor']} {row['level']} differs from {row['against']} in"
            f" {PARAMETERS[row['parameter']]} by {shift(row)} (goal {row['goal']},"
            f" {several(row['pairs'], 'pair')} of runs{with_left_out(row)})."
        )

    return some(kept, beside, tell, "contrasts between families, data sets and methods")
