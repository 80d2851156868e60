"""Distances to people with each goal, beside that of the same speaker measured twice."""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    element_blank,
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
from tactometer.figures.forest import MOST, place
from tactometer.figures.lines import suspect
from tactometer.figures.panels import facet_wrap, geom_segment
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


CHANCE = "the same speaker, measured twice"
STEP = 0.24  # between the goals of a row


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
        # goals stand one below the other within a row, so that no mark hides another
        at=_place("label", kept) + STEP * (_place("human_goal", goals) - (len(goals) - 1) / 2),
    )
    marks = [*goals, CHANCE]
    people = rows.with_columns(mark=pl.col("human_goal").cast(pl.Enum(marks)))
    chance = rows.with_columns(mark=pl.lit(CHANCE).cast(pl.Enum(marks)), mean=pl.col("by_chance"))
    line = aes(x="hdi_low", xend="hdi_high", yend="at")
    colours = style.goal_colours(goals) | {CHANCE: "#555555"}
    plot = (
        ggplot(people, aes("mean", "at", color="mark", shape="mark", fill="mark"))
        + geom_segment(line, data=people.filter(~suspect()), size=0.6, show_legend=False)
        + geom_segment(
            line, data=people.filter(suspect()), size=0.5, linetype="dotted", show_legend=False
        )
        + geom_point(data=chance, size=1.8, stroke=0.6)
        + geom_point(size=1.5, stroke=0.5)
        + geom_point(data=people.filter(suspect()), fill="white", size=1.5, show_legend=False)
        + facet_wrap("panel", ncol=3)
        + scale_color_manual(colours, limits=marks)
        + scale_fill_manual(colours, limits=marks)
        + scale_shape_manual(style.goal_shapes(goals) | {CHANCE: "|"}, limits=marks)
        + scale_x_continuous(limits=(0, None), expand=(0.03, 0))
        + scale_y_continuous(
            breaks=list(range(len(kept))),
            labels=kept,
            trans="reverse",
            minor_breaks=[],
            expand=(0, 0.5),
        )
        + labs(
            x="distance (0 the same, 1 nothing in common)",
            y="",
            subtitle="Distance to people with each goal, posterior mean and 95% HDI; hollow:"
            f" not to be read{cut}",
        )
        + labs(color="people with the goal", fill="people with the goal")
        + labs(shape="people with the goal")
        + style.look(
            legend_title=style.legend_title(),
            panel_grid_major_y=element_blank(),
            panel_spacing_x=0.03,
        )
    )
    return Drawing(plot, style.PAGE, 1.5 + len(kept) * max(0.2, 0.09 * len(goals)))


def _place(column: str, names: list[str]) -> pl.Expr:
    """The number of each value among names."""
    places = {name: float(i) for i, name in enumerate(names)}
    return pl.col(column).replace_strict(places, return_dtype=pl.Float64)
