"""Recovery: for speakers with known parameters, the truth beside the posterior."""

from __future__ import annotations

import polars as pl
from mizani.breaks import breaks_extended
from plotnine import (
    aes,
    expand_limits,
    geom_point,
    ggplot,
    labs,
    scale_color_manual,
    scale_fill_manual,
    scale_linetype_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_discrete,
)

from tactometer.figures import style
from tactometer.figures.panels import geom_segment
from tactometer.figures.style import Drawing
from tactometer.figures.text import POINT_AND_HDI, Text
from tactometer.tables.ordering import in_order
from tactometer.tables.reader import Tables, ends, representative, with_condition

TEXT = Text(
    "Are known speakers recovered?",
    "Simulated speakers answered in words and went the whole way that a model goes. The"
    " interval should hold the truth for about 95 of 100 parameters.",
    POINT_AND_HDI + " The upright bar is the truth.",
    "Posteriors of simulated speakers beside the parameters that they were simulated with.",
)


COVERED, MISSED, TRUTH = "truth inside", "truth outside", "the truth"


def coverage(recovery: pl.DataFrame) -> tuple[int, int]:
    """How many intervals hold the truth, and how many there are: for the fits that stand."""
    if recovery.is_empty():
        return 0, 0
    covered = representative(recovery)["covered"]
    return int(covered.sum()), len(covered)


def plot(tables: Tables) -> Drawing:
    """One row a speaker, one column a parameter, a line a goal."""
    recovery = tables.read("recovery")
    if recovery.is_empty():
        return style.empty("This study has no simulated speaker, so there is no known truth.")
    held, total = coverage(recovery)
    rows, cut = ends(representative(recovery))
    known = list(style.PARAMETERS)
    parameters = in_order(known, rows["parameter"].unique().to_list())
    sides = pl.Enum([COVERED, MISSED])
    side = pl.when("covered").then(pl.lit(COVERED)).otherwise(pl.lit(MISSED)).cast(sides)
    goals = tables.goal_order(rows)
    # Short names in the strips: the long ones of the other figures do not fit six columns.
    short = {p: style.parameter_label(p).split(":")[0] for p in parameters}
    rows = (
        with_condition(rows, tables.baseline)
        .with_columns(
            pl.col("parameter").replace_strict(short, return_dtype=pl.Enum(list(short.values()))),
            side=side,
            what=pl.lit(TRUTH),
        )
        .sort("condition", "goal", "parameter")
    )
    colours = {COVERED: style.BLUE, MISSED: style.VERMILLION, TRUTH: style.BLACK}
    legend = {"breaks": [s for s in (COVERED, MISSED, TRUTH) if s in {TRUTH, *rows["side"]}]}
    drawing = (
        ggplot(rows, aes(y="goal"))
        + geom_segment(
            aes(x="hdi_low", xend="hdi_high", yend="goal", color="side", linetype="side"),
            size=0.8,
            show_legend=False,
        )
        + geom_point(aes(x="mean", color="side", fill="side", shape="side"), size=2)
        + geom_point(aes(x="truth", color="what", fill="what", shape="what"), size=3.4, stroke=0.9)
        + scale_color_manual(colours, **legend)
        + scale_fill_manual(colours | {MISSED: "white"}, **legend)
        + scale_shape_manual({COVERED: "o", MISSED: "s", TRUTH: "|"}, **legend)
        + scale_linetype_manual({COVERED: "solid", MISSED: "dashed"})
        + scale_y_discrete(limits=goals[::-1])
        + scale_x_continuous(breaks=breaks_extended(n=3))
        + expand_limits(x=0)
        + labs(
            x="value of the parameter",
            y="",
            subtitle=f"The 95% HDI holds the truth for {held} of {total} parameters\n"
            "Posterior mean and 95% HDI (circle and line) beside the value that the speaker was"
            " simulated with (upright bar)" + ("; first and last checkpoint" if cut else ""),
        )
        + style.look(panel_spacing_x=0.025)
        + style.grid("condition", "parameter", scales="free_x")
    )
    height = 1.5 + rows["condition"].n_unique() * max(0.8, 0.22 * len(goals) + 0.15)
    return Drawing(drawing, style.PAGE, height)
