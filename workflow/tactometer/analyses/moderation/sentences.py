"""How much of an effect hangs on a factor of the scenes."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import MOST, PARAMETERS, Row, Sentence, readable, shift, who
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """How much of the effects that are surely there differs from level to level of a factor."""
    rows = readable(frame).filter(pl.col("parameter") != "alpha").drop_nulls("share")
    sure = rows.filter((pl.col("hdi_low") > 0) | (pl.col("hdi_high") < 0))
    order = (pl.col("mean").abs() / pl.col("sd"), "model", "factor")
    first = sure.sort(*order, descending=[True, False, False])
    told: list[str] = []
    for factor in frame["factor"].unique(maintain_order=True):
        told += [_tell(row) for row in first.filter(factor=factor).head(MOST // 2).to_dicts()]
    return told


def _tell(row: Row) -> Sentence:
    what = f"the goal {row['goal']}" if row["kind"] == "goal" else f"the effort {row['effort']}"
    share = f"{number(row['share'])} {interval(row['share_low'], row['share_high'])}"
    return Sentence(
        f"{who(row)}: of what {what} does to {PARAMETERS[row['parameter']]} against"
        f" {row['against']} ({shift(row)} over all levels), a share of {share} differs by"
        f" {row['factor']}: it is {number(row['least'], '+.2f')} to {number(row['most'], '+.2f')}.",
        [row["p_direction"]],
    )
