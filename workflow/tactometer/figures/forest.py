"""Rows of effects with their intervals about zero: the drawing that most analyses share."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from mizani.breaks import breaks_extended
from plotnine import (
    aes,
    geom_point,
    geom_text,
    geom_vline,
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
from tactometer.figures.panels import facet_grid, facet_wrap, geom_segment
from tactometer.figures.style import Drawing
from tactometer.tables.fit_selection import PASSED

MOST = 36  # rows that a page can hold
WIDEST = 120  # characters of a subtitle's line
GREY = "#7F7F7F"
FOUND, NOT_FOUND, SUSPECT = "stands out of the table", "does not stand out", "not to be read"
UNTESTED = "tested in another table"
READ = "to be read"  # of a table that tests nothing
# mark: (colour, fill, shape, line); only what passed its checks is filled
MARKS = {
    FOUND: (style.BLUE, style.BLUE, "D", "solid"),
    NOT_FOUND: (GREY, GREY, "o", "solid"),
    UNTESTED: (style.BLACK, style.BLACK, "s", "solid"),
    READ: (style.BLUE, style.BLUE, "o", "solid"),
    SUSPECT: (style.GREY, "white", "o", "dotted"),
}


def marked(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `mark`: whether an effect stands out, and suspect where a fit below it is."""
    suspect = ~pl.col("verdict").is_in(PASSED) if "verdict" in rows.columns else pl.lit(False)
    found = pl.when("found").then(pl.lit(FOUND)).otherwise(pl.lit(NOT_FOUND))
    found = pl.when(pl.col("found").is_null()).then(pl.lit(UNTESTED)).otherwise(found)
    mark = pl.when(suspect).then(pl.lit(SUSPECT)).otherwise(found)
    return rows.with_columns(mark=mark.cast(pl.Enum(list(MARKS))))


def untested(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `mark` to rows of a table that tests nothing: whether the fits below may be read."""
    read = pl.col("verdict").is_in(PASSED) if "verdict" in rows.columns else pl.lit(True)
    mark = pl.when(read).then(pl.lit(READ)).otherwise(pl.lit(SUSPECT))
    return rows.with_columns(mark=mark.cast(pl.Enum(list(MARKS))))


def parameters(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `panel`: the parameter as it is printed, in the order of readers, short."""
    known = [p for p in style.PARAMETERS if p in set(rows["parameter"])]
    short = {p: style.parameter_label(p).split(":")[0] for p in known}
    labels = pl.col("parameter").replace_strict(short, return_dtype=pl.Enum(list(short.values())))
    return rows.filter(pl.col("parameter").is_in(known)).with_columns(panel=labels)


def strongest(rows: pl.DataFrame, most: int = MOST) -> tuple[pl.DataFrame, str]:
    """The labels with the largest effects, and a note of what is cut.

    Large beside their intervals or, where rows have it, beside what they would be by chance.
    """
    labels = rows["label"].n_unique()
    if labels <= most:
        return rows, ""
    width = (pl.col("high") - pl.col("low")).clip(1e-9)
    noise = pl.col("by_chance").clip(1e-9) if "by_chance" in rows.columns else width
    strength = (pl.col("mean").abs() / noise).max()
    best = rows.group_by("label").agg(strength=strength).sort("strength", "label", descending=True)
    kept = rows.join(best.head(most), on="label", how="semi", maintain_order="left")
    return kept, f"; the {most} clearest of {labels} rows, all are in the table"


def forest(
    rows: pl.DataFrame, subtitle: str, x: str, *, columns: int = 4, split: bool = False
) -> Drawing:
    """One row for each `label`, one panel for each `panel` (and `group`, if split), a line at 0.

    `rows` has label, panel, mean, low, high and mark, in the order in which labels are to come.
    """
    rows, cut = strongest(rows)
    last = subtitle.rpartition("\n")[2]
    cut = cut.replace("; ", ";\n", 1) if len(last) + len(cut) > WIDEST else cut
    labels = rows["label"].unique(maintain_order=True).to_list()
    marks = [m for m in MARKS if m in set(rows["mark"].cast(pl.String))]
    scales = [
        scale({m: MARKS[m][i] for m in marks}, limits=marks)
        for i, scale in enumerate(
            [scale_color_manual, scale_fill_manual, scale_shape_manual, scale_linetype_manual]
        )
    ]
    panels = rows["panel"].n_unique()
    columns = -(-panels // -(-panels // columns))  # as many in each line of panels
    rows, beyond = _within_reach(rows)
    plot = ggplot(rows, aes(y="label", color="mark", fill="mark", shape="mark"))
    if "by_chance" in rows.columns:
        known = rows.drop_nulls("by_chance")
        bar = {"shape": "|", "size": 3, "stroke": 0.9, "color": "#333333"}
        plot += geom_point(aes(x="by_chance", y="label"), data=known, inherit_aes=False, **bar)
    plot = (
        plot
        + geom_vline(xintercept=0, color="#333333", size=0.4)
        + geom_segment(
            aes(x="low", xend="high", yend="label", linetype="mark"), size=0.7, show_legend=False
        )
        + geom_point(aes(x="mean"), size=1.9, stroke=0.6)
        + [
            geom_text(
                aes("mean", "label", label="told", ha="side"),
                data=beyond,
                size=6.5,
                inherit_aes=False,
            )
        ]
        * (not beyond.is_empty())
        + scales
        + scale_x_continuous(breaks=breaks_extended(n=4))
        + scale_y_discrete(limits=labels[::-1])
        + labs(x=x, y="", subtitle=subtitle + cut)
        + style.look(panel_spacing_x=0.03)
        + (facet_grid("group", "panel") if split else facet_wrap("panel", ncol=columns))
    )
    deep = rows["group"].n_unique() if split else -(-panels // columns)
    return Drawing(plot, style.PAGE, 1.6 + deep * max(0.9, 0.17 * len(labels) + 0.45))


def _within_reach(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows whose axis is that of what may be read; what must not be, and lies three times as far,
    stands at its edge, and in the second frame with its number.
    """
    ends = ("mean", "low", "high")
    far = pl.max_horizontal(pl.col(name).abs().fill_null(0.0) for name in ends)
    reach = rows.filter(pl.col("mark") != SUSPECT).select(far.max()).item()
    beyond = (pl.col("mark") == SUSPECT) & (pl.col("mean").abs() > 3 * (reach or float("inf")))
    if not reach or rows.filter(beyond).is_empty():
        return rows, rows.clear()
    edge = 1.5 * reach
    number, left = pl.col("mean").round_sig_figs(2).cast(pl.String), pl.col("mean") < 0
    told = pl.when(left).then(pl.format("  ← {}", number)).otherwise(pl.format("{} →  ", number))
    side = pl.when(left).then(pl.lit("left")).otherwise(pl.lit("right"))
    away = rows.filter(beyond).with_columns(told=told, side=side)
    clipped = [pl.col(name).clip(-edge, edge) for name in ends]
    if "by_chance" in rows.columns:
        clipped.append(pl.when(pl.col("by_chance").abs() <= edge).then("by_chance"))
    return rows.with_columns(clipped), away.with_columns(pl.col("mean").clip(-edge, edge))


def place(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Add `label`: what a row is of, from columns that are not all the same, and `named`."""
    told = [c for c in columns if c == "named" or rows[c].n_unique() > 1] or [columns[0]]
    return rows.with_columns(label=pl.concat_str(told, separator=" · ", ignore_nulls=True))
