"""Each parameter over training, a panel a parameter and goal, a line in bands a model."""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    geom_line,
    geom_point,
    geom_ribbon,
    geom_vline,
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
from tactometer.figures.panels import facet_grid
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "How does training move the speaker?",
    "The steepest stretch is where training works; what happens left of the dashed line"
    " happens in its first quarter.",
    "Mean, 50% and 95% interval of each checkpoint by itself; nothing is smoothed.",
    "Course of phi and the weights over training for every model.",
)


def plot(tables: Tables) -> Drawing:
    """Each parameter over training, a panel a parameter and goal, a line in bands a model."""
    rows = tables.read("trajectories")
    if rows.is_empty():
        return style.empty("This study has no model with checkpoints of training.")
    models = rows["model"].unique(maintain_order=True).to_list()
    colours, shapes = colours_and_shapes(tables, models)
    goals = tables.goal_order(rows)
    rows = parameters(rows).with_columns(pl.col("goal").cast(pl.Enum(goals)))
    rows = rows.sort("goal", "panel", "model", "progress")
    plot = (
        ggplot(rows, aes("progress", "mean", color="model", fill="model", shape="model"))
        + geom_vline(xintercept=0.25, color="#7F7F7F", size=0.3, linetype="dashed")
        + geom_ribbon(
            aes(ymin="hdi_low", ymax="hdi_high"), alpha=0.12, color="none", show_legend=False
        )
        + geom_ribbon(
            aes(ymin="half_low", ymax="half_high"), alpha=0.2, color="none", show_legend=False
        )
        + geom_line(size=0.5)
        + geom_point(size=1.3)
        + geom_point(data=rows.filter(suspect()), fill="white", size=1.7, show_legend=False)
        + facet_grid("goal", "panel")
        + scale_color_manual(colours, limits=models)
        + scale_fill_manual(colours, limits=models)
        + scale_shape_manual(shapes, limits=models)
        + scale_x_continuous(**UNIT)
        + scale_y_continuous(**UNIT, expand=(0.02, 0))
        + labs(
            x="share of training done",
            y="",
            subtitle="Posterior mean, 50% and 95% interval of each checkpoint; dashed: the first"
            " quarter; hollow: not to be read",
        )
        + style.look()
    )
    return Drawing(plot, style.PAGE, 1.7 + 1.6 * len(goals) + 0.12 * len(models))
