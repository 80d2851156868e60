"""Published figures beside ours: one row a figure, ours with its interval."""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    geom_point,
    ggplot,
    labs,
    scale_color_manual,
    scale_shape_manual,
    scale_y_discrete,
)

from tactometer.figures import style
from tactometer.figures.panels import facet_wrap, geom_segment
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "How do published figures compare?",
    "Where a cross lies on a line, the published figure lies in our 95% interval. Other models were"
    " asked with other prompts, so a difference has more causes than one.",
    "Ours: mean over the fits that may be read, with its 95% interval. Theirs: as published; no"
    " interval of theirs is drawn where none is known.",
    "Published figures as crosses beside the means and intervals of this study.",
)
OURS, THEIRS = "this study", "published"


def plot(tables: Tables) -> Drawing:
    """Published figures beside ours: one row a figure, ours with its interval."""
    frame = tables.read("replication")
    if frame.is_empty():
        return style.empty("This study has no publication beside it (analyses.replication).")
    rows = frame.drop_nulls("ours")
    if rows.is_empty():
        return style.empty("This study lacks what the published figures are of.")
    label = pl.concat_str(
        pl.col("claim").str.replace_all("_", " "),
        pl.concat_str("term", "against", separator=" − ", ignore_nulls=True),
        pl.col("version"),
        separator=" · ",
        ignore_nulls=True,
    )
    rows = rows.with_columns(label=label, panel=pl.col("parameter"))
    labels = rows["label"].unique(maintain_order=True).to_list()
    points = pl.concat(
        rows.select("label", "panel", x=pl.col(column), who=pl.lit(who))
        for column, who in (("ours", OURS), ("value", THEIRS))
    ).drop_nulls("x")
    bars = rows.select("label", "panel", "ours_low", "ours_high")
    theirs = rows.filter("has_interval").select("label", "panel", "low", "high")
    plot = (
        ggplot(points, aes(x="x", y="label", color="who", shape="who"))
        + geom_segment(
            aes(x="ours_low", xend="ours_high", y="label", yend="label"),
            data=bars, inherit_aes=False, color=style.BLUE, size=0.7,
        )
        + geom_segment(
            aes(x="low", xend="high", y="label", yend="label"),
            data=theirs, inherit_aes=False, color=style.VERMILLION, size=0.4,
        )
        + geom_point(size=2.4)
        + scale_color_manual(values={OURS: style.BLUE, THEIRS: style.VERMILLION})
        + scale_shape_manual(values={OURS: "o", THEIRS: "x"})
        + scale_y_discrete(limits=labels[::-1])
        + facet_wrap("panel", scales="free_x")
        + labs(x="", y="", subtitle="Ours with 95% intervals; theirs as published")
        + style.look()
    )  # fmt: skip
    return Drawing(plot, style.PAGE, 1.6 + max(0.9, 0.25 * len(labels)))
