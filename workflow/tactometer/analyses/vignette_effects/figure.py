"""Which creations are spoken of better or worse than the rest: one panel a model."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.effects import of_models
from tactometer.figures.forest import forest
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "Which creations are spoken of unlike the rest?",
    "Right of the line a creation is spoken of better than others that were given the same stars.",
    "Mean worth of what is said less that of the other creations, normal 95% interval.",
    "How much better or worse each creation is spoken of than the rest.",
)


def plot(tables: Tables) -> Drawing:
    """Which creations are spoken of better or worse than the rest: one panel a model."""
    rows = tables.read("vignette_effects")
    if rows.is_empty():
        return style.empty("This study has no answers to two vignettes.")
    rows = of_models(rows, "vignette").with_columns(label="vignette")
    order = rows.group_by("label").agg(pl.col("mean").mean()).sort("mean", "label")["label"]
    rows = rows.sort(
        pl.col("label").cast(pl.Enum(order.to_list())), "panel", descending=[True, False]
    )
    subtitle = (
        "Effect over all checkpoints and goals, normal 95% interval; blue: stands out in one of"
        " them when the whole table is looked at"
    )
    return forest(rows, subtitle, "spoken of better by so many stars")
