"""The answer to a study's question: every model a speaker beside people, a mark a goal."""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    annotate,
    element_blank,
    geom_hline,
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
from tactometer.figures.panels import facet_wrap, geom_segment
from tactometer.figures.style import Drawing
from tactometer.figures.text import POINT_AND_HDI, Text
from tactometer.tables.fit_selection import NO_SPEAKER, NOTHING_TOLD
from tactometer.tables.reader import Tables, ends, passed, with_condition

TEXT = Text(
    "Who weighs what, and wants to look like what?",
    "A row is a speaker, a mark in it one goal. φ* near 1: it wants to look informative, near 0:"
    " kind; the three weights ω add up to 1. Below the line stands what must not be read as a"
    " speaker, in grey.",
    POINT_AND_HDI,
    "Posterior of phi and of the three weights for every model under every goal, beside people.",
)
PARAMETERS = ("phi", "omega_inf", "omega_soc", "omega_pre")
WORDS = {NO_SPEAKER: "no speaker", NOTHING_TOLD: "nothing can be said"}
UNREAD = "#F4F4F4"  # the ground of what must not be read
MOST = 24  # rows that stay legible
STEP = 0.17  # between the goals of a row
BREAKS, LABELS = [0.0, 0.5, 1.0], ["0", ".5", "1"]


def plot(tables: Tables) -> Drawing:
    """φ* and the weights side by side; a row a model, people first, what must not be read last."""
    estimates = tables.read("estimates")
    rows = estimates
    if not estimates.is_empty():
        rows = tables.standing(estimates).filter(pl.col("parameter").is_in(list(PARAMETERS)))
    if rows.is_empty():
        return style.empty("No fit of this study has φ* or a weight.")
    rows, few = ends(rows)
    rows, names = _placed(tables, rows)
    goals = tables.goal_order(rows)
    panels = {p: style.parameter_label(p).replace(": ", "\n") for p in PARAMETERS}
    panels |= {"phi": "φ*: wants to look\nkind (0), informative (1)"}
    rows = rows.with_columns(
        panel=pl.col("parameter").replace_strict(
            panels, return_dtype=pl.Enum(list(panels.values()))
        ),
        at=pl.col("row") + STEP * (_number("goal", goals) - (len(goals) - 1) / 2),
        goal=pl.col("goal").cast(pl.Enum(goals)),
    ).sort("panel", "at")
    plot = (
        _layers(tables, rows, names)
        + facet_wrap("panel", nrow=1)
        + _scales(goals)
        + scale_x_continuous(limits=(0, 1), breaks=BREAKS, labels=LABELS, expand=(0.03, 0))
        + scale_y_continuous(
            breaks=list(range(len(names))),
            labels=list(names),
            trans="reverse",
            limits=(-0.5, len(names) - 0.5),
            minor_breaks=[],
            expand=(0, 0),
        )
        + labs(x="", y="", subtitle=_subtitle(tables, rows, few))
        + labs(color="goal", fill="goal", shape="goal")
        + style.look(
            axis_text_y=style.row_labels(),
            panel_grid_major_y=element_blank(),
            legend_title=style.legend_title(),
        )
    )
    deep = len(names) * max(0.28, 0.1 * len(goals) + 0.08)
    return Drawing(plot, style.PAGE, 1.35 + deep)


def _number(column: str, names: list[str]) -> pl.Expr:
    places = {name: float(i) for i, name in enumerate(names)}
    return pl.col(column).replace_strict(places, return_dtype=pl.Float64)


def _placed(tables: Tables, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The rows with `row`, the place of their condition from the top, and the names of these:
    recorded people, then whoever has a speaker under some goal, then the rest, with the reason.
    """
    rows = with_condition(rows, tables.baseline).with_columns(read=passed())
    order = (
        rows.group_by("condition", "model")
        .agg(pl.col("read").any(), pl.col("verdict").first())
        .with_columns(people=pl.col("model").is_in(list(tables.baseline)) & pl.col("read"))
        .sort("people", "read", "condition", descending=[True, True, False])
        .head(MOST)
    )
    names = [
        r["condition"] if r["read"] else f"{r['condition']}\n{WORDS.get(r['verdict'], 'failed')}"
        for r in order.to_dicts()
    ]
    places = order.select("condition", unread=~pl.col("read")).with_row_index("row")
    return rows.join(places, on="condition").with_columns(pl.col("row").cast(pl.Float64)), names


def _layers(tables: Tables, rows: pl.DataFrame, names: list[str]) -> ggplot:
    """Intervals and points; what passed in the colour of its goal, the rest hollow and grey."""
    plot = ggplot(rows, aes("mean", "at"))
    unread = rows.filter("unread")["row"]
    if unread.len():
        edge = float(unread.min()) - 0.5  # type: ignore[arg-type]
        plot += annotate(
            "rect", xmin=float("-inf"), xmax=float("inf"), ymin=edge,
            ymax=len(names) - 0.5, fill=UNREAD,
        )  # fmt: skip
        plot += geom_hline(yintercept=edge, color=style.GREY, size=0.5)
    band = _band(tables, rows)
    if not band.is_empty():
        plot += geom_rect(
            aes(xmin="hdi_low", xmax="hdi_high"), data=band, ymin=float("-inf"),
            ymax=float("inf"), fill=style.BAND, alpha=0.7, inherit_aes=False,
        )  # fmt: skip
    line = aes(x="hdi_low", xend="hdi_high", yend="at", color="goal")
    mark = aes(color="goal", fill="goal", shape="goal")
    read, rest = rows.filter("read"), rows.filter(~pl.col("read"))
    if not rest.is_empty():
        bare = aes(x="hdi_low", xend="hdi_high", yend="at")
        plot += geom_segment(bare, data=rest, color=style.GREY, linetype="dotted", size=0.6)
        plot += geom_point(
            aes(shape="goal"), data=rest, color=style.GREY, fill="white", size=1.7, stroke=0.5,
            show_legend=False,
        )  # fmt: skip
    plot += geom_segment(line, data=read, size=0.8, show_legend=False)
    return plot + geom_point(mark, data=read, size=1.9, stroke=0.4)


def _band(tables: Tables, rows: pl.DataFrame) -> pl.DataFrame:
    """The intervals of the yardstick under its goal, where they may be read."""
    if tables.yardstick is None:
        return rows.clear()
    mine = (pl.col("model") == tables.yardstick.model) & (
        pl.col("goal").cast(pl.String) == tables.yardstick.goal
    )
    return rows.filter(mine, "read")


def _scales(goals: list[str]) -> list[object]:
    colours = style.goal_colours(goals)
    return [
        scale_color_manual(colours, limits=goals),
        scale_fill_manual(colours, limits=goals),
        scale_shape_manual(style.goal_shapes(goals), limits=goals),
    ]


def _subtitle(tables: Tables, rows: pl.DataFrame, few: bool) -> str:
    """What stands in the figure beside its marks."""
    told = ["Posterior mean and 95% HDI"]
    if not _band(tables, rows).is_empty() and tables.yardstick:
        told.append(f"grey band: {tables.yardstick.model} with the goal {tables.yardstick.goal}")
    if not rows.filter(~pl.col("read")).is_empty():
        told.append("hollow, dotted: must not be read")
    if few:
        told.append("of long courses the first and last checkpoint")
    return "; ".join(told)
