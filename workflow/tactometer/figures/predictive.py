"""Posterior predictive check: does the fitted speaker say what was said?"""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    geom_abline,
    geom_point,
    ggplot,
    labs,
    scale_color_manual,
    scale_fill_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_continuous,
)

from tactometer.figures import style
from tactometer.figures.panels import geom_linerange
from tactometer.figures.posteriors import BREAK_LABELS, BREAKS
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.fit_selection import ONE_FIT
from tactometer.tables.reader import Tables, ends, passed, representative, with_condition

TEXT = Text(
    "Does the fitted speaker say what was said?",
    "Points on the diagonal are reproduced. Hollow squares lie outside the 95% interval: of a true"
    " speaker far fewer than one in twenty, since its parameters follow the same cells.",
    "Posterior mean of the share and 95% interval of replicated shares.",
    "Predicted shares of the utterances against those in the data.",
)


INSIDE, OUTSIDE = "data inside the interval", "data outside it"
UNREAD = "inside, and the fit must not be read"
MARKS = {
    INSIDE: (style.BLUE, style.BLUE, "o"),
    OUTSIDE: (style.VERMILLION, "white", "s"),
    UNREAD: (style.GREY, "white", "o"),
}


def plot(tables: Tables) -> Drawing:
    """One row a model, one column a goal; on the diagonal the fitted speaker says what was said."""
    rows = tables.read("predictive")
    if rows.is_empty():
        return style.empty("This study has no posterior predictive.")
    rows, cut = ends(representative(rows))
    within = pl.col("p_data").is_between("p_low", "p_high")
    fits = tables.read("estimates").group_by(ONE_FIT).agg(read=passed().any())
    rows = rows.join(fits, on=ONE_FIT, how="left", maintain_order="left")
    sides = pl.Enum(list(MARKS))
    rows = (
        with_condition(rows, tables.baseline)
        .with_columns(
            pl.col("goal").cast(pl.Enum(tables.goal_order(rows))),
            pl.when(within & pl.col("read"))
            .then(pl.lit(INSIDE))
            .when(within)
            .then(pl.lit(UNREAD))
            .otherwise(pl.lit(OUTSIDE))
            .cast(sides)
            .alias("side"),
        )
        .sort("condition", "goal", "side", "state", "utterance")
    )
    inside = rows.filter(within).height
    subtitle = (
        f"Mean and 95% interval of replicated shares; the data lie inside for {inside:,} of "
        f"{rows.height:,} cells (state × utterance)"
    )
    marks = style.levels(rows["side"])
    shown = {"limits": marks}
    panels = rows.select("condition", "goal").unique().sort("condition", "goal")
    colours, fills, shapes = zip(*(MARKS[mark] for mark in marks), strict=True)
    drawing = (
        ggplot(rows, aes("p_data", "p_mean", color="side", fill="side", shape="side"))
        + geom_abline(
            aes(intercept="from", slope="by"),
            data=panels.with_columns(pl.lit(0.0).alias("from"), by=1.0),
            color="#999999",
            size=0.4,
        )
        + geom_linerange(aes(ymin="p_low", ymax="p_high"), size=0.5, show_legend=False)
        + geom_point(size=1.4, stroke=0.4)
        + scale_color_manual(list(colours), **shown)
        + scale_fill_manual(list(fills), **shown)
        + scale_shape_manual(list(shapes), **shown)
        + scale_x_continuous(limits=(0, 1), breaks=BREAKS, labels=BREAK_LABELS)
        + scale_y_continuous(limits=(0, 1), breaks=BREAKS, labels=BREAK_LABELS)
        + labs(
            x="share of answers in the data",
            y="share that the fitted speaker predicts",
            subtitle=subtitle + ("\nFirst and last checkpoint of each model" if cut else ""),
        )
        + style.look()
        + style.grid("condition", "goal")
    )
    return Drawing(drawing, style.PAGE, 1.5 + 1.4 * rows["condition"].n_unique())
