"""Shares of variance: a row a factor, one panel a parameter."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.forest import forest, parameters, place, untested
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "Base model, data set or method?",
    "How much of what these runs differ in goes with each factor of the training. A line that"
    " reaches 0 is a factor that may do nothing.",
    "Finite-population variance between runs, measurement noise taken out, with the 95% HDI of its"
    " draws; single draws may be negative.",
    "Variance of phi and the weights between runs by base model, data set and method.",
)


def plot(tables: Tables) -> Drawing:
    """Shares of variance: a row a factor, one panel a parameter."""
    frame = tables.read("variance_shares")
    if frame.is_empty():
        return style.empty("This study has no runs that cross base model, data and method.")
    rows = parameters(untested(frame)).rename(
        {"variance": "mean", "variance_low": "low", "variance_high": "high"}
    )
    named = pl.concat_str("quantity", "factor", separator=": ")
    rows = place(rows.with_columns(named=named), ["goal", "named"])
    return forest(rows, "Variance between runs, noise taken out, and its 95% HDI", "variance")
