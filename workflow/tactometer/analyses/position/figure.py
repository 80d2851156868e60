"""Chosen for its place: one panel a model, one row a place."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.effects import of_models
from tactometer.figures.forest import forest
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "Is an option chosen for its place?",
    "Right of the line, an option is chosen more often at that place than the same words"
    " are elsewhere.",
    "Share chosen less the share expected from the other orders, normal 95% interval.",
    "Effect of the place of an option on how often it is chosen.",
)


def plot(tables: Tables) -> Drawing:
    """Chosen for its place: one panel a model, one row a place."""
    rows = tables.read("position")
    if rows.is_empty():
        return style.empty("This study has no answers with an order of options.")
    rows = of_models(rows, "position").sort("position", "model")
    rows = rows.with_columns(label=pl.format("place {}", "position"))
    subtitle = (
        "Share chosen at a place minus the share expected of the same options elsewhere, over all"
        " checkpoints and goals;\nnormal 95% interval; blue: stands out in one of them when the"
        " whole table is looked at"
    )
    return forest(rows, subtitle, "share chosen above what its content explains")
