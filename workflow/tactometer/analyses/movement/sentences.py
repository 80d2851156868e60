"""How far training moves the speakers, and how early."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import (
    PARAMETERS,
    Row,
    shift,
    some,
    standing,
)
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """How far training moves the speakers, and how early."""
    frame = frame.rename({"whole_mean": "mean", "whole_low": "hdi_low", "whole_high": "hdi_high"})
    single = frame.filter(pl.col("parameter") != "all").with_columns(effect="mean")

    def tell(row: Row) -> str:
        early = ""
        if row["share"] is not None:
            early = (
                f"; {row['share']:.0%} of it [{row['share_low']:.0%}, {row['share_high']:.0%}] in"
                " the first quarter"
            )
        return (
            f"Training moves {PARAMETERS[row['parameter']]} of {row['model']} (goal {row['goal']})"
            f" by {shift(row)}{early}{_settling(row)}."
        )

    return some(single, standing(single), tell, "movements in training")


def _settling(row: Row) -> str:
    """Where a parameter settles, and from when on it is there by its mean."""
    if row["settles_at"] is None or row["settles_at"] >= 1:
        return ""
    where = interval(row["settled_low"], row["settled_high"])
    return (
        f"; from {row['settles_at']:.0%} of training on it stays near where it settles,"
        f" {number(row['settled_mean'])} {where}"
    )
