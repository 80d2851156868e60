"""A forest of estimates: a row a comparison, a panel a parameter, a line where nothing differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from mizani.breaks import breaks_extended
from plotnine import (
    aes,
    facet_wrap,
    geom_point,
    geom_segment,
    geom_vline,
    ggplot,
    labs,
    scale_color_manual,
    scale_fill_manual,
    scale_linetype_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_discrete,
    theme,
)

from tactometer.figures import style
from tactometer.figures.style import Drawing
from tactometer.fitted import passed

MOST = 40
"""Rows of a figure; the table has all of them."""

FOUND, PLAIN, SUSPECT = "stands out", "does not stand out", "suspect fit"
MARKS = {  # colour, fill, shape, line
    FOUND: (style.BLUE, style.BLUE, "o", "solid"),
    PLAIN: ("#7F7F7F", "white", "o", "solid"),
    SUSPECT: (style.VERMILLION, "white", "X", "dotted"),
}


@dataclass(frozen=True)
class Words:
    """What stands around a forest: its title, what an x is, and a sentence on what it shows."""

    title: str
    x: str
    subtitle: str


def marked(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `mark`: what stands out in the whole family, what does not, what should not be read."""
    suspect = ~passed() if "verdict" in rows.columns else pl.lit(False)
    found = pl.col("found").fill_null(False) if "found" in rows.columns else pl.lit(True)
    mark = (
        pl.when(suspect)
        .then(pl.lit(SUSPECT))
        .when(found)
        .then(pl.lit(FOUND))
        .otherwise(pl.lit(PLAIN))
    )
    return rows.with_columns(mark=mark.cast(pl.Enum(list(MARKS))))


def draw(
    rows: pl.DataFrame,
    words: Words,
    *,
    panels: Sequence[str],
    nothing: float | None = 0.0,
    most: int = MOST,
) -> Drawing:
    """Draw rows with columns label, panel, x, low, high and what `marked` reads.

    Labels keep their order; of more than `most` those are drawn that are farthest from `nothing`.
    `panels` is the order of the panels.
    """
    shown = _largest(rows, nothing or 0.0, most)
    labels = shown["label"].unique(maintain_order=True).to_list()
    subtitle = words.subtitle
    if len(labels) < rows["label"].n_unique():
        subtitle += f"\nThe {most} of {rows['label'].n_unique()} rows that are farthest out"
    names = [panel for panel in panels if panel in set(shown["panel"])]
    drawn = marked(shown).with_columns(
        pl.col("panel").cast(pl.Enum(names)), pl.col("label").cast(pl.Enum(labels))
    )
    marks = style.levels(drawn["mark"])
    plot = ggplot(drawn, aes(x="x", y="label"))
    if nothing is not None:
        plot += geom_vline(xintercept=nothing, color="#7F7F7F", linetype="dashed", size=0.5)
    plot = (
        plot
        + geom_segment(
            aes(x="low", xend="high", yend="label", color="mark", linetype="mark"),
            show_legend=False,
        )
        + geom_point(aes(color="mark", fill="mark", shape="mark"), size=1.9, stroke=0.5)
        + facet_wrap("panel", nrow=1)
        + [scale({m: MARKS[m][i] for m in marks}, limits=marks) for i, scale in enumerate(SCALES)]
        + scale_x_continuous(breaks=breaks_extended(n=max(3, 20 // len(names))))
        + scale_y_discrete(limits=labels[::-1])
        + labs(x=words.x, y="", title=words.title, subtitle=subtitle)
        + style.look()
        + theme(legend_position="bottom")
    )
    return Drawing(plot, style.PAGE, 1.5 + 0.17 * len(labels) + 0.15 * subtitle.count("\n"))


SCALES = (scale_color_manual, scale_fill_manual, scale_shape_manual, scale_linetype_manual)


def _largest(rows: pl.DataFrame, nothing: float, most: int) -> pl.DataFrame:
    reach = (pl.col("x") - nothing).abs().max()
    order = rows.group_by("label", maintain_order=True).agg(reach.alias("reach"))
    kept = order.top_k(most, by="reach")["label"]
    return rows.filter(pl.col("label").is_in(kept.to_list()))
