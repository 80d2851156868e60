"""What a framing changes: one row a pair of framings, one panel a parameter."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.effects import HDI, OUT, effect_rows
from tactometer.figures.forest import forest, place
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "What does the framing change?",
    "Away from the line, the model speaks differently as assistant (first), agent"
    " (second) and judge (third).",
    "Posterior differences of the fits of single framings, mean and 95% HDI.",
    "Posterior differences of phi and the weights between framings.",
)


def plot(tables: Tables) -> Drawing:
    """What a framing changes: one row a pair of framings, one panel a parameter."""
    rows = effect_rows(tables, "framing_effects")
    if rows.is_empty():
        return style.empty("This study has no second framing.")
    rows = rows.with_columns(named=pl.format("{} − {}", "framing", "against"))
    rows = place(rows, ["model", "checkpoint", "goal", "named"])
    return forest(rows, f"{HDI}; {OUT}", "difference")
