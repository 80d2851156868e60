"""Who speaks most like people."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import (
    Row,
    who,
)
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """Who speaks most like people."""
    said = frame.filter(pl.col("measure") == "choices").sort("mean")
    near, far = said.row(0, named=True), said.row(-1, named=True)

    def tell(row: Row) -> str:
        share = f"{number(row['mean'])} {interval(row['hdi_low'], row['hdi_high'])}"
        return f"{who(row)}, and people with the goal {row['human_goal']}, {share}"

    farthest = f"; farthest between {tell(far)}" if said.height > 1 else ""
    return [f"What is said is nearest between {tell(near)} of the answers apart{farthest}."]
