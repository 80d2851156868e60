"""Literal semantics: how true each utterance is of each state in a model's eyes."""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    geom_line,
    geom_point,
    ggplot,
    labs,
    scale_color_manual,
    scale_y_continuous,
)

from tactometer.figures import style
from tactometer.figures.lines import model_colours
from tactometer.figures.panels import geom_linerange
from tactometer.figures.states import on_one_scale
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables, ends, with_condition

TEXT = Text(
    "What do the words mean to it?",
    "θ is how true an utterance is of a state. Flat curves mean that the words carry little"
    " information, and that no weight can be read from them.",
    "Yes/no answers with a uniform prior, 95% HDI of their effective number (those of one vignette"
    " hang together).",
    "Literal semantics of each utterance over the states for every model.",
)


def plot(tables: Tables) -> Drawing:
    """One row a model, one column an utterance, theta along the states."""
    rows = tables.read("semantics")
    if rows.is_empty():
        return style.empty("This study asked no yes/no question.")
    asked = int(rows["n"].sum())
    rows, cut = ends(rows)
    rows, axis, ticks = on_one_scale(rows)
    rows = (
        with_condition(rows, tables.baseline)
        .with_columns(pl.col("utterance").cast(pl.Enum(tables.utterance_order(rows))))
        .sort("condition", "utterance", "state")
    )
    subtitle = (
        "θ with its 95% HDI from yes/no answers by their effective number, a Beta(1, 1) prior\n"
        f"n = {asked:,} answers"
    )
    drawing = (
        ggplot(rows, aes("at", "theta", color="model"))
        + geom_line(size=0.4)
        + geom_linerange(aes(ymin="hdi_low", ymax="hdi_high"), size=0.7)
        + geom_point(size=1.5)
        + scale_color_manual(model_colours(tables), guide=None)
        + ticks
        + scale_y_continuous(limits=(0, 1), breaks=[0, 0.5, 1], labels=["0", ".5", "1"])
        + labs(
            x=axis,
            y="θ: how true the utterance is of the state",
            subtitle=subtitle + ("; first and last checkpoint of each model" if cut else ""),
        )
        + style.look()
        + style.grid("condition", "utterance")
    )
    return Drawing(drawing, style.PAGE, 1.3 + 0.9 * rows["condition"].n_unique())
