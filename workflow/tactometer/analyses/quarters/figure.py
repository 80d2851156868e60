"""Quarters of training: how far each moves a speaker, a row a quarter."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.forest import forest, place, untested
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "Which quarter of the training moves speakers farthest?",
    "How far a speaker goes in each quarter of its training. A line that reaches 0: it may not have"
    " moved at all.",
    "Squared distance of phi and the weights over a quarter, measurement noise taken out, with its"
    " 95% HDI.",
    "Squared distance that speakers move in each quarter of their training.",
)


def plot(tables: Tables) -> Drawing:
    """Quarters of training: how far each moves a speaker, a row a quarter."""
    frame = tables.read("quarters")
    if frame.is_empty():
        return style.empty("This study has no training with a checkpoint in every quarter.")
    rows = untested(frame.with_columns(panel=pl.lit("distance²")))
    rows = rows.rename({"moved": "mean", "moved_low": "low", "moved_high": "high"})
    rows = rows.with_columns(named=pl.format("quarter {}", "quarter"))
    rows = place(rows, ["model", "goal", "named"])
    return forest(rows, "Squared distance, noise taken out, and its 95% HDI", "distance²")
