"""What was said: the eight utterances by state and goal, for every model."""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    geom_line,
    geom_point,
    ggplot,
    labs,
    scale_color_manual,
    scale_fill_manual,
    scale_shape_manual,
    scale_y_continuous,
)

from tactometer.figures import style
from tactometer.figures.panels import geom_linerange
from tactometer.figures.states import on_one_scale
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.proportions import wilson
from tactometer.tables.reader import (
    Tables,
    answers_sentence,
    effective_counts,
    ends,
    pooled_counts,
    with_condition,
)

TEXT = Text(
    "What was said?",
    "A speaker who says what it thinks moves from “terrible” to “amazing” with the state; a"
    " polite one turns to “not” in the low states. This is data, before any model of it.",
    "Shares of the answers over all framings, Wilson's 95% interval of the effective number of"
    " answers (those of one vignette hang together).",
    "Share of each of the eight utterances by state and goal for every model.",
)


def plot(tables: Tables) -> Drawing:
    """One row a model, one column an utterance, a line a goal."""
    counts = tables.read("counts")
    if not counts.is_empty():
        weighed = effective_counts(counts, tables.read("diagnostics"))
        rows = pooled_counts(weighed).filter(pl.col("total") > 0)
    if counts.is_empty() or rows.is_empty():
        return style.empty("This study has no valid production answer.")
    low, high = wilson(rows["p"].to_numpy(), rows["total"].to_numpy())
    rows, cut = ends(rows.with_columns(low=low, high=high))
    goals = tables.goal_order(rows)
    rows, axis, ticks = on_one_scale(rows)
    # Goals stand side by side within a state, so that no interval hides another.
    step = 0.14 * float(rows["at"].unique().sort().diff().drop_nulls().min() or 1)  # type: ignore[arg-type]
    aside = {g: step * (i - (len(goals) - 1) / 2) for i, g in enumerate(goals)}
    shift = pl.col("goal").replace_strict(aside, return_dtype=pl.Float64)
    rows = (
        with_condition(rows, tables.baseline)
        .with_columns(
            pl.col("utterance").cast(pl.Enum(tables.utterance_order(rows))),
            pl.col("goal").cast(pl.Enum(goals)),
            at=pl.col("at") + shift,
        )
        .sort("condition", "goal", "utterance", "state")
    )
    subtitle = (
        "Share of answers with Wilson's 95% interval of their effective number, all framings\n"
        + answers_sentence(counts)
    )
    drawing = (
        ggplot(rows, aes("at", "p", color="goal", shape="goal", fill="goal"))
        + geom_linerange(aes(ymin="low", ymax="high"), size=0.6, show_legend=False)
        + geom_line(size=0.35)
        + geom_point(size=1.3, stroke=0.2)
        + scale_color_manual(style.goal_colours(goals), limits=goals)
        + scale_fill_manual(style.goal_colours(goals), limits=goals)
        + scale_shape_manual(style.goal_shapes(goals), limits=goals)
        + ticks
        + scale_y_continuous(limits=(0, 1), breaks=[0, 0.5, 1], labels=["0", ".5", "1"])
        + labs(
            x=axis,
            y="share of answers",
            subtitle=subtitle + ("; first and last checkpoint of each model" if cut else ""),
        )
        + style.look()
        + style.grid("condition", "utterance")
    )
    return Drawing(drawing, style.PAGE, 1.5 + 0.95 * rows["condition"].n_unique())
