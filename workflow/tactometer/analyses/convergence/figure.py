"""Convergence: how far runs of a method lie apart at the start and at the end of training."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.forest import forest, parameters, place, untested
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "Do runs of a method end closer together?",
    "How far runs of one training method lie apart before and after it. Shorter after than before:"
    " it draws them together.",
    "Variance between runs, measurement noise taken out, with the 95% HDI of its draws; single"
    " draws may be negative.",
    "Variance of phi and the weights between runs of a method at the start and end of training.",
)


def plot(tables: Tables) -> Drawing:
    """Convergence: how far runs of a method lie apart at the start and at the end of training."""
    frame = tables.read("convergence")
    if frame.is_empty():
        return style.empty("This study has no training method with three runs or more.")
    rows = pl.concat(
        frame.select(
            *("goal", "method", "parameter", "verdict"),
            named=pl.lit(when),
            mean=pl.col(f"{when}_variance"),
            low=pl.col(f"{when}_variance_low"),
            high=pl.col(f"{when}_variance_high"),
        )
        for when in ("start", "end")
    )
    rows = place(parameters(untested(rows)), ["goal", "method", "named"])
    rows = rows.sort("goal", "method", pl.col("named") == "end", maintain_order=True)
    return forest(rows, "Variance between runs, noise taken out, and its 95% HDI", "variance")
