"""What base model, data set and method change: one row a contrast, one panel a parameter."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.effects import HDI, OUT, effect_rows, readable_first
from tactometer.figures.forest import forest, place
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "What do base model, data set and method change?",
    "Right of the line the first of the two named has more of the parameter.",
    "Posterior differences of runs that are alike in all else, averaged; mean and 95% HDI.",
    "Posterior contrasts of phi and the weights between base models, data sets and methods.",
)


def plot(tables: Tables) -> Drawing:
    """What a label changes: one row a contrast, one panel a parameter."""
    rows = effect_rows(tables, "contrasts")
    if rows.is_empty():
        return style.empty("This study has no two models that differ in one label alone.")
    rows = readable_first(rows, ["goal", "quantity", "factor", "level", "against", "parameter"])
    rows = rows.with_columns(named=pl.format("{}: {} − {}", "factor", "level", "against"))
    rows = place(rows, ["named", "goal", "quantity"])
    return forest(rows, f"{HDI}, runs alike in all else; {OUT}", "difference")
