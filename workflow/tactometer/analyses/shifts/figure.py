"""What goals and efforts change: one row a condition, one panel a parameter."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.effects import HDI, OUT, effect_rows
from tactometer.figures.forest import forest, place
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "What does a goal change, and what an effort?",
    "Right of the line the named condition has more of the parameter than the one it is"
    " compared with. Blue: the effect stands out even when all effects of the table are"
    " looked at together.",
    "Posterior differences, mean and 95% HDI.",
    "Posterior differences of phi and the weights between goals and between efforts.",
)


def plot(tables: Tables) -> Drawing:
    """What goals and efforts change: one row a condition, one panel a parameter."""
    rows = effect_rows(tables, "shifts")
    if rows.is_empty():
        return style.empty("This study has no goal beside default, and no two efforts.")
    what = pl.when(pl.col("kind") == "goal").then("goal").otherwise("effort")
    rows = rows.with_columns(
        named=pl.format("{} − {}", what, "against"),
        other=pl.when(pl.col("kind") == "goal").then("checkpoint").otherwise("goal"),
    )
    rows = place(rows, ["model", "other", "named"])
    return forest(rows, f"{HDI}; {OUT}", "difference")
