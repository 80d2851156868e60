"""Distances to people with each goal, beside that of the same speaker measured twice."""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    facet_wrap,
    geom_point,
    geom_segment,
    ggplot,
    labs,
    scale_color_manual,
    scale_fill_manual,
    scale_shape_manual,
    scale_y_discrete,
)

from tactometer.figures import style
from tactometer.figures.forest import MOST, place
from tactometer.figures.lines import suspect
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables, ends

TEXT = Text(
    "Which people is it like?",
    "The nearer to the upright bar, the less tells the model from people; the leftmost"
    " mark is the nearest human goal.",
    "Total variation of choices and weights, states matched by their place on the scale;"
    " mean and 95% HDI.",
    "Distance of every model to people with each goal, by choices, weights and phi.",
)


def plot(tables: Tables) -> Drawing:
    """Distances to people with each goal, beside that of the same speaker measured twice."""
    rows = tables.read("likeness")
    if rows.is_empty():
        return style.empty("This study has no yardstick, so nothing is compared with people.")
    measures = {"choices": "choices", "omega": "weights ω", "phi": "φ*"}
    goals = tables.goal_order(rows.select(goal="human_goal"))
    rows, few = ends(rows)
    rows = place(rows, ["model", "checkpoint", "goal"])
    kept = rows["label"].unique(maintain_order=True).to_list()
    cut = "; of long courses the first and last checkpoint" if few else ""
    cut += f"; the first {MOST} of {len(kept)}" if len(kept) > MOST else ""
    kept = kept[:MOST]
    rows = rows.filter(pl.col("label").is_in(kept)).with_columns(
        panel=pl.col("measure").replace_strict(
            measures, return_dtype=pl.Enum(list(measures.values()))
        ),
        people=pl.col("human_goal").cast(pl.Enum(goals)),
    )
    colours, shapes = style.goal_colours(goals), style.goal_shapes(goals)
    plot = (
        ggplot(rows, aes(y="label", color="people", shape="people"))
        + geom_segment(aes(x="hdi_low", xend="hdi_high", yend="label"), size=0.5, alpha=0.6)
        + geom_point(aes(x="mean", fill="people"), size=1.8, stroke=0.6)
        + geom_point(
            aes(x="mean"), data=rows.filter(suspect()), fill="white", size=1.8, show_legend=False
        )
        + geom_point(aes(x="by_chance"), shape="|", size=2.4, alpha=0.8, show_legend=False)
        + facet_wrap("panel", ncol=3)
        + scale_color_manual(colours, limits=goals)
        + scale_fill_manual(colours, limits=goals)
        + scale_shape_manual(shapes, limits=goals)
        + scale_y_discrete(limits=kept[::-1])
        + labs(
            x="distance (0 the same, 1 nothing in common)",
            y="",
            subtitle="Distance to people with each goal, posterior mean and 95% HDI; hollow:"
            " not to be read;"
            f"\nupright bar: the same speaker measured twice{cut}",
        )
        + style.look()
    )
    return Drawing(plot, style.PAGE, 1.7 + 0.19 * len(kept) + 0.3)
