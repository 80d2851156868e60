"""What the levels of factors change: one row a level, one panel a parameter."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.effects import HDI, OUT, effect_rows
from tactometer.figures.forest import forest, place
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "What does another level of a factor change?",
    "Away from the line, the model speaks differently where the scene has this level than at the"
    " other levels of the factor.",
    "Posterior differences of the fits at single levels, over framings and other factors, mean and"
    " 95% HDI.",
    "Posterior differences of phi and the weights between levels of factors.",
)


def plot(tables: Tables) -> Drawing:
    """What the levels of factors change: one row a level, one panel a parameter."""
    rows = effect_rows(tables, "factor_effects")
    if rows.is_empty():
        return style.empty("This study has no factor in its scenes beside framing.")
    rows = rows.drop_nulls("mean").filter(pl.col("parameter") != "alpha")
    rows = rows.with_columns(named=pl.format("{} {} − {}", "factor", "level", "against"))
    rows = place(rows, ["model", "checkpoint", "goal", "named"])
    return forest(rows, f"{HDI}; {OUT}", "difference")
