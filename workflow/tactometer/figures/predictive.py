"""Posterior predictive check: does the fitted speaker say what was said?"""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    geom_abline,
    geom_linerange,
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
from tactometer.figures.posteriors import BREAK_LABELS, BREAKS
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables, ends, representative, with_condition

TEXT = Text(
    "Does the fitted speaker say what was said?",
    "Points on the diagonal are reproduced. Hollow squares lie outside the 95% interval: of a true"
    " speaker far fewer than one in twenty, since its parameters follow the same cells.",
    "Posterior mean of the share and 95% interval of replicated shares.",
    "Predicted shares of the utterances against those in the data.",
)


INSIDE, OUTSIDE = "data inside the interval", "data outside it"


def plot(tables: Tables) -> Drawing:
    """One row a model, one column a goal; on the diagonal the fitted speaker says what was said."""
    rows = tables.read("predictive")
    if rows.is_empty():
        return style.empty("This study has no posterior predictive.")
    rows, cut = ends(representative(rows))
    within = pl.col("p_data").is_between("p_low", "p_high")
    sides = pl.Enum([INSIDE, OUTSIDE])
    rows = (
        with_condition(rows, tables.baseline)
        .with_columns(
            pl.col("goal").cast(pl.Enum(tables.goal_order(rows))),
            pl.when(within)
            .then(pl.lit(INSIDE))
            .otherwise(pl.lit(OUTSIDE))
            .cast(sides)
            .alias("side"),
        )
        .sort("condition", "goal", "side", "state", "utterance")
    )
    inside = rows.filter(pl.col("side") == INSIDE).height
    subtitle = (
        f"Mean and 95% interval of replicated shares; the data lie inside for {inside:,} of "
        f"{rows.height:,} cells (state × utterance)"
    )
    shown = {"limits": [INSIDE, OUTSIDE]}
    drawing = (
        ggplot(rows, aes("p_data", "p_mean", color="side", fill="side", shape="side"))
        + geom_abline(intercept=0, slope=1, color="#999999", size=0.4)
        + geom_linerange(aes(ymin="p_low", ymax="p_high"), size=0.5, show_legend=False)
        + geom_point(size=1.4, stroke=0.4)
        + scale_color_manual([style.BLUE, style.VERMILLION], **shown)
        + scale_fill_manual([style.BLUE, "white"], **shown)
        + scale_shape_manual(["o", "s"], **shown)
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
