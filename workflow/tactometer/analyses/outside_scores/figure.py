"""Outside scores: the correlation with each parameter, one panel a parameter."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.forest import forest, parameters, place, untested
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "Do parameters go with other measures?",
    "Right of the line models with more of the parameter score higher. With few models a line is"
    " long: little can be said.",
    "Posterior mean and 95% HDI of the correlation behind values that are known with error on both"
    " sides.",
    "Correlations of phi, the weights and alpha with outside scores.",
)


def plot(tables: Tables) -> Drawing:
    """Outside scores: the correlation with each parameter, one panel a parameter."""
    frame = tables.read("outside_scores")
    if frame.is_empty():
        return style.empty("This study has no outside scores (analyses.outside_scores).")
    rows = frame.drop_nulls("mean")
    if rows.is_empty():
        return style.empty("There are too few points for a correlation.")
    rows = parameters(untested(rows))
    rows = rows.rename({"hdi_low": "low", "hdi_high": "high"})
    named = pl.concat_str("measure", "level", separator=": ")
    rows = place(rows.with_columns(named=named), ["goal", "named"])
    said = "Posterior mean and 95% HDI, errors on both sides"
    return forest(rows, said, "correlation", columns=5)
