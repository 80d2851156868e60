"""States along x, where people were shown hearts and models stars: by their place on the scale."""

from __future__ import annotations

import polars as pl
from plotnine import scale_x_continuous

from tactometer.tables.reader import FIT

OPINION = "state: the speaker's true opinion"


def on_one_scale(rows: pl.DataFrame) -> tuple[pl.DataFrame, str, scale_x_continuous]:
    """The rows with `at`, the place of their state along x; the name of that axis, and its ticks.

    States stand as they are where all models were asked of the same ones; else from 0, the lowest
    of a model's scale, to 1, its highest: stars and hearts name their ends alike.
    """
    lowest, highest = (getattr(pl.col("state"), end)().over(FIT[0]) for end in ("min", "max"))
    rows = rows.with_columns(_low=lowest, _high=highest)
    scales = rows.select("_low", "_high").unique().sort("_low", "_high").rows()
    if len(scales) == 1:
        ticks = sorted(rows["state"].unique().to_list())
        placed = rows.with_columns(at=pl.col("state").cast(pl.Float64))
        return placed.drop("_low", "_high"), OPINION, scale_x_continuous(breaks=ticks)
    at = (pl.col("state") - pl.col("_low")) / (pl.col("_high") - pl.col("_low")).clip(1)
    named = " or ".join(f"{low:g} to {high:g}" for low, high in scales)
    axis = f"{OPINION}, from the lowest to the highest of its scale ({named})"
    ticks = scale_x_continuous(breaks=[0, 1], labels=["low", "high"], expand=(0.14, 0))
    return rows.with_columns(at=at).drop("_low", "_high"), axis, ticks
