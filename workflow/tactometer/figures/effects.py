"""Rows of effects as `forest` draws them: what the figures of several analyses share."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tactometer.figures.forest import marked, parameters
from tactometer.tables.fit_selection import ALL, DESCRIBED
from tactometer.tables.proportions import Z
from tactometer.tables.reader import Tables

HDI = "Posterior mean and 95% HDI of the difference"
OUT = "blue: stands out when the whole table is looked at"


def effect_rows(tables: Tables, name: str) -> pl.DataFrame:
    """The rows of a table of posterior differences, as `forest` draws them."""
    rows = tables.read(name)
    if rows.is_empty():
        return rows
    return parameters(marked(rows)).rename({"hdi_low": "low", "hdi_high": "high"})


def readable_first(rows: pl.DataFrame, same: Sequence[str]) -> pl.DataFrame:
    """Averages of fits that may be read; where there are none, those of all, which are suspect."""
    kept = rows.filter(which=DESCRIBED)
    rest = rows.filter(which=ALL).join(kept, on=list(same), how="anti", nulls_equal=True)
    return pl.concat([kept, rest])


def of_models(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """The mean effect of each model over its checkpoints and goals, which are asked apart."""
    mean = rows.group_by("model", name, maintain_order=True).agg(
        mean=pl.col("effect").mean(),
        error=(pl.col("se") ** 2).sum().sqrt() / pl.len(),
        found=pl.col("found").any(),
    )
    return marked(mean).with_columns(
        panel="model",
        low=pl.col("mean") - Z * pl.col("error"),
        high=pl.col("mean") + Z * pl.col("error"),
    )
