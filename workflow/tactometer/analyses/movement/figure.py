"""The share of the whole movement in the first quarter, where something moved."""

from __future__ import annotations

import polars as pl
from plotnine import (
    geom_vline,
)

from tactometer.figures import style
from tactometer.figures.forest import forest, marked, parameters, place
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "How much of the movement comes early?",
    "At the dashed line a quarter of the movement came in the first quarter; right of it,"
    " training worked early.",
    "Posterior median and 95% HDI of the ratio, where the direction of the whole is sure.",
    "Share of the movement of each parameter in the first quarter of training.",
)


def plot(tables: Tables) -> Drawing:
    """The share of the whole movement in the first quarter, where something moved."""
    rows = tables.read("movement")
    if rows.is_empty():
        return style.empty("This study has no model with checkpoints of training.")
    moved = rows.drop_nulls("share")
    if moved.is_empty():
        return style.empty("This study has no parameter that moved for sure.")
    drawn = parameters(moved).select("model", "goal", "parameter", "panel", "found", "verdict",
                                     mean="share", low="share_low", high="share_high")  # fmt: skip
    drawn = place(marked(drawn), ["model", "goal"])
    quiet = rows.filter(pl.col("parameter") != "all").height - drawn.height
    subtitle = (
        "Movement by the first quarter of training, divided by the whole: median and 95% HDI; a"
        f" steady course has .25 (dashed);\n{quiet} of {quiet + drawn.height} parameters did not"
        " move for sure, and have no share; blue: the whole movement stands out of the table"
    )
    drawing = forest(drawn, subtitle, "share of the whole movement")
    steady = geom_vline(xintercept=0.25, color="#7F7F7F", size=0.4, linetype="dashed")
    return Drawing(drawing.plot + steady, drawing.width, drawing.height)
