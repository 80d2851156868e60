"""φ and ω by effort and family, a panel a goal and parameter, people as a band."""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    geom_line,
    geom_point,
    geom_rect,
    ggplot,
    labs,
    scale_color_manual,
    scale_fill_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_continuous,
)

from tactometer.figures import style
from tactometer.figures.forest import parameters
from tactometer.figures.lines import UNIT, colours_and_shapes, suspect
from tactometer.figures.panels import facet_grid, geom_linerange
from tactometer.figures.style import Drawing
from tactometer.figures.text import POINT_AND_HDI, Text
from tactometer.tables.fit_selection import PASSED, natural
from tactometer.tables.reader import Tables

TEXT = Text(
    "What does reasoning change?",
    "Compare the efforts of a family from left to right, and all of them with the band:"
    " people with the same goal.",
    POINT_AND_HDI,
    "Posteriors of phi and the weights by effort, family and goal, beside people.",
)


def plot(tables: Tables) -> Drawing:
    """φ and ω by effort and family, a panel a goal and parameter, people as a band."""
    rows = tables.read("profiles")
    if not rows.is_empty():
        rows = rows.drop_nulls("effort")
    if rows.is_empty() or rows["effort"].n_unique() < 2:
        return style.empty("This study has no two efforts.")
    order = sorted(rows["effort"].unique().to_list(), key=natural)
    families = rows["family"].unique(maintain_order=True).to_list()
    colours, shapes = colours_and_shapes(tables, families, "family")
    # side by side within an effort, so that no interval hides another
    step = 0.5 / max(1, len(families))
    at = pl.col("effort").cast(pl.Enum(order)).to_physical().cast(pl.Float64) + step * (
        pl.col("family").cast(pl.Enum(families)).to_physical().cast(pl.Float64)
        - (len(families) - 1) / 2
    )
    rows = parameters(rows).with_columns(
        at=at, goal=pl.col("goal").cast(pl.Enum(tables.goal_order(rows)))
    )
    read = pl.col("human_verdict").is_in(PASSED)
    human = rows.filter(read).unique(["goal", "panel"]).sort("goal", "panel")
    plot = ggplot(rows, aes("at", "mean", color="family", shape="family", group="model"))
    if not human.is_empty():
        plot += geom_rect(
            aes(ymin="human_low", ymax="human_high"), data=human, xmin=float("-inf"),
            xmax=float("inf"), fill=style.BAND, inherit_aes=False,
        )  # fmt: skip
    plot = (
        plot
        + geom_line(size=0.4, alpha=0.6)
        + geom_linerange(aes(ymin="hdi_low", ymax="hdi_high"), size=0.7)
        + geom_point(aes(fill="family"), size=2, stroke=0.6)
        + geom_point(
            data=rows.filter(suspect()), fill="white", size=2, stroke=0.6, show_legend=False
        )
        + facet_grid("goal", "panel")
        + scale_color_manual(colours, limits=families)
        + scale_fill_manual(colours, limits=families)
        + scale_shape_manual(shapes, limits=families)
        + scale_x_continuous(
            breaks=list(range(len(order))), labels=order, minor_breaks=[], expand=(0.05, 0.2)
        )
        + scale_y_continuous(**UNIT, expand=(0.02, 0))
        + labs(
            x="effort",
            y="",
            subtitle="Posterior mean and 95% HDI; hollow: not to be read"
            + ("" if human.is_empty() else "; grey band: people with the same goal"),
        )
        + style.look()
    )
    return Drawing(plot, style.PAGE, 1.6 + 1.35 * rows["goal"].n_unique())
