"""Posterior means with 95% HDIs by goal: the drawing that `weights` and `phi` share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from mizani.breaks import breaks_extended
from plotnine import (
    aes,
    geom_line,
    geom_point,
    geom_rect,
    geom_ribbon,
    ggplot,
    guide_legend,
    guides,
    labs,
    position_nudge,
    scale_color_identity,
    scale_color_manual,
    scale_fill_identity,
    scale_fill_manual,
    scale_linetype_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_continuous,
    scale_y_discrete,
)

from tactometer.figures import style
from tactometer.figures.lines import model_colours
from tactometer.figures.panels import facet_grid, facet_wrap, geom_linerange, geom_segment
from tactometer.figures.style import Drawing
from tactometer.tables.reader import (
    Tables,
    answers_sentence,
    checkpoint_order,
    model_order,
    passed,
    with_condition,
)

# mark: (colour in the legend, fill there, shape, line). Only a fit that may be read is filled, in
# the colour of its model.
MARKS = {
    "human": (style.BLACK, style.BLACK, "D", "solid"),
    "human, not to be read": (style.GREY, "white", "D", "dotted"),
    "model": ("#4D4D4D", "#4D4D4D", "o", "solid"),
    "model, not to be read": (style.GREY, "white", "o", "dotted"),
}
PUBLISHED = "published human point"
DENSE = 6  # a model with more checkpoints than this gets a line in a band
BAND: dict[str, Any] = {
    "xmin": float("-inf"),
    "xmax": float("inf"),
    "inherit_aes": False,
    "show_legend": False,
}
COURSES = [style.BLUE, style.VERMILLION, style.PURPLE]  # ω inf, ω soc, ω pre
BREAKS = [0.0, 0.25, 0.5, 0.75, 1.0]
BREAK_LABELS = ["0", ".25", ".5", ".75", "1"]


def draw_parameters(tables: Tables, parameters: Sequence[str]) -> Drawing:
    """Parameters on (0, 1) by goal: a row a model, or courses where models have checkpoints."""
    estimates = tables.read("estimates")
    rows = estimates
    if not estimates.is_empty():
        rows = estimates.filter(pl.col("parameter").is_in(list(parameters)))
    if rows.is_empty():
        return style.empty("No fit of this study has these parameters.")
    rows = _labelled(tables, tables.standing(rows), parameters).sort("label", "goal", "condition")
    models = rows.filter(~pl.col("model").is_in([*tables.baseline, *_yardstick(tables)]))
    courses = models.select("model", "checkpoint").unique().height > models["model"].n_unique()
    if not models.is_empty():  # a panel that has people alone says nothing of models
        rows = rows.filter(pl.col("goal").is_in(models["goal"].implode()))
    subtitle = _subtitle(tables, rows)
    return _courses(tables, rows, subtitle) if courses else _dots(tables, rows, subtitle)


def _labelled(tables: Tables, rows: pl.DataFrame, parameters: Sequence[str]) -> pl.DataFrame:
    """Add condition, label (the parameter as printed), mark; goals in their order."""
    is_human = pl.col("model").is_in([*tables.baseline, *_yardstick(tables)])
    who = pl.when(is_human).then(pl.lit("human")).otherwise(pl.lit("model"))
    mark = pl.when(passed()).then(who).otherwise(pl.format("{}, not to be read", who))
    labels = {p: style.parameter_label(p) for p in parameters}
    return with_condition(rows, tables.baseline).with_columns(
        mark.cast(pl.Enum(list(MARKS))).alias("mark"),
        pl.col("goal").cast(pl.Enum(tables.goal_order(rows))),
        pl.col("parameter")
        .replace_strict(labels, return_dtype=pl.Enum(list(labels.values())))
        .alias("label"),
    )


def _subtitle(tables: Tables, rows: pl.DataFrame) -> str:
    def names(column: str) -> str:
        return ", ".join(sorted(rows[column].unique().to_list()))

    fits = rows.unique(["model", "checkpoint", "goal"])
    hollow = fits.filter(~passed()).height
    warning = f"; {hollow} of {fits.height} fits are not to be read: hollow, broken line"
    return (
        f"Posterior mean and 95% HDI; speaker {names('speaker')}, semantics {names('semantics')}, "
        f"framing {names('framing')}\n{answers_sentence(tables.read('counts'))}"
        + (warning if hollow else f"; all {fits.height} fits may be read")
    )


def _yardstick(tables: Tables) -> list[str]:
    """The model whom the others are compared with, if there is one."""
    return [tables.yardstick.model] if tables.yardstick else []


def _alike(rows: pl.DataFrame) -> str:
    """What the band of the yardstick is, and in what it is like the models."""
    ranges = ", ".join(sorted(set(rows["values"])))
    return f"people with the same goal, fitted as the models are (values {ranges})"


def _published(tables: Tables, rows: pl.DataFrame) -> pl.DataFrame:
    """The published points of the models that are drawn, with the columns that place them."""
    keys = ["model", "goal", "speaker", "parameter"]
    places = rows.select(*keys, "condition", "label").unique()
    points = tables.read("published")
    if points.is_empty() or tables.yardstick:  # published on other terms than the models' fits
        return places.clear().with_columns(value=pl.lit(0.0), what=pl.lit(PUBLISHED))
    points = points.select(*keys, pl.col("value").cast(pl.Float64))
    points = points.with_columns(pl.col("goal").cast(rows["goal"].dtype, strict=False))
    return (
        places.join(points, on=keys)
        .with_columns(what=pl.lit(PUBLISHED))
        .sort("goal", "label", "condition")
    )


def _scales(marks: Sequence[str], published: bool) -> list[object]:
    colours, fills, shapes, lines = (
        {m: MARKS[m][i] for m in marks} | extra
        for i, extra in enumerate(
            [{PUBLISHED: style.BLACK}, {PUBLISHED: "white"}, {PUBLISHED: "x"}, {PUBLISHED: "solid"}]
        )
    )
    shown = [*marks, *[PUBLISHED] * published]
    return [
        scale_color_identity(),
        scale_fill_identity(),
        scale_shape_manual(
            shapes,
            limits=shown,
            guide=guide_legend(
                override_aes={
                    "color": [colours[m] for m in shown],
                    "fill": [fills[m] for m in shown],
                }
            ),
        ),
        scale_linetype_manual(lines, limits=shown),
    ]


def _dots(tables: Tables, rows: pl.DataFrame, subtitle: str) -> Drawing:
    """One row a model, one column a goal; a grey band carries the human interval down the panel."""
    band = rows.filter(pl.col("model").is_in(_yardstick(tables)), passed())
    published = _published(tables, rows)
    marks = [m for m in MARKS if m in set(rows["mark"].cast(pl.String))]
    unread = pl.col("mark").cast(pl.String).str.ends_with("not to be read")
    mine = pl.col("model").replace_strict(model_colours(tables), return_dtype=pl.String)
    rows = rows.with_columns(
        line=pl.when(unread).then(pl.lit(style.GREY)).otherwise(mine),
        inside=pl.when(unread).then(pl.lit("white")).otherwise(mine),
    )
    plot = ggplot(rows, aes(x="mean", y="condition"))
    if not band.is_empty():
        plot += geom_rect(
            aes(xmin="hdi_low", xmax="hdi_high"),
            data=band,
            ymin=float("-inf"),
            ymax=float("inf"),
            fill=style.BAND,
            inherit_aes=False,
        )
        subtitle += f"\nGrey band: {_alike(rows)}"
    plot += geom_segment(
        aes(x="hdi_low", xend="hdi_high", yend="condition", color="line", linetype="mark"),
        size=0.8,
        show_legend=False,
    )
    plot += geom_point(aes(color="line", fill="inside", shape="mark"), size=2.2, stroke=0.6)
    if not published.is_empty():
        plot += geom_point(
            aes(x="value", y="condition", shape="what"),
            data=published,
            color=style.BLACK,
            position=position_nudge(y=0.3),
            size=1.8,
            stroke=0.7,
            inherit_aes=False,
        )
    conditions = style.levels(rows["condition"])
    labels = rows["label"].n_unique()
    plot = (
        plot
        + _scales(marks, not published.is_empty())
        + guides(linetype="none")
        + scale_x_continuous(limits=(0, 1), breaks=BREAKS, labels=BREAK_LABELS, expand=(0.02, 0))
        + scale_y_discrete(limits=conditions[::-1])
        + labs(x=_axis(rows), y="", subtitle=subtitle)
        + style.look()
        + (style.grid("label", "goal") if labels > 1 else facet_grid(cols="goal"))
    )
    longest = max(len(c) for c in conditions)
    width = min(style.PAGE, 1.5 + 0.06 * longest + 1.4 * max(2, rows["goal"].n_unique()))
    return Drawing(plot, width, 1.7 + labels * max(1.0, 0.24 * len(conditions) + 0.25))


def _axis(rows: pl.DataFrame) -> str:
    labels = rows["label"].unique().to_list()
    return labels[0] if len(labels) == 1 else "weight in the speaker's utility (the three sum to 1)"


def _courses(tables: Tables, rows: pl.DataFrame, subtitle: str) -> Drawing:
    """A row of panels for each model, a panel a goal, checkpoints along x."""
    human = rows.filter(pl.col("model").is_in(_yardstick(tables)), passed())
    mine = rows.filter(~pl.col("model").is_in([*tables.baseline, *_yardstick(tables)]))
    goals, labels = style.levels(rows["goal"]), style.levels(rows["label"])
    models = model_order(mine, tables.baseline)
    panel = pl.Enum([f"{m}\n{g}" for m in models for g in goals])
    name = pl.format("{}\n{}", "model", "goal").cast(panel).alias("panel")
    if not human.is_empty():
        every = pl.DataFrame({"model": models})
        human = human.drop("model").join(every, how="cross").with_columns(name)
        subtitle += f"\nBand across a panel: {_alike(rows)}"
    colours = dict(zip(labels, COURSES if len(labels) > 1 else [style.BLUE], strict=False))
    shapes = dict(zip(labels, ["s", "^", "o"], strict=False))
    plot = (
        _course_layers(mine.with_columns(name), human)
        + facet_wrap("panel", ncol=len(goals), scales="free_x", drop=False)
        + scale_color_manual(colours, limits=labels)
        + scale_fill_manual(colours, limits=labels)
        + scale_shape_manual(shapes, limits=labels)
        + scale_y_continuous(limits=(0, 1), breaks=BREAKS, labels=BREAK_LABELS, expand=(0.02, 0))
        + labs(x="checkpoint", y=_axis(rows), subtitle=subtitle)
        + style.look(legend_position="bottom" if len(labels) > 1 else "none")
    )
    return Drawing(plot, style.PAGE, 1.7 + 1.75 * len(models))


def _course_layers(mine: pl.DataFrame, human: pl.DataFrame) -> ggplot:
    """Points with intervals for a few checkpoints, a line in a band for many."""
    order = checkpoint_order(mine)
    numbers = all(c.replace(".", "", 1).isdigit() for c in order)
    places = {
        c: float(c) if numbers and len(order) > DENSE else float(i) for i, c in enumerate(order)
    }
    mine = mine.with_columns(
        at=pl.col("checkpoint").replace_strict(places, return_dtype=pl.Float64),
        many=pl.col("checkpoint").n_unique().over("model") > DENSE,
    ).sort("panel", "label", "at")
    plot = ggplot(mine, aes(x="at", y="mean", color="label", fill="label", group="label"))
    interval = aes(ymin="hdi_low", ymax="hdi_high")
    several = mine["label"].n_unique() > 1
    if not human.is_empty() and several:
        edges = aes(ymin="hdi_low", ymax="hdi_high", fill="label")
        plot += geom_rect(edges, data=human, alpha=0.2, **BAND)
    elif not human.is_empty():
        plot += geom_rect(interval, data=human, fill=style.BAND, **BAND)
    many, few = mine.filter("many"), mine.filter(~pl.col("many") & passed())
    failed = mine.filter(~passed())
    if not many.is_empty():
        plot += geom_ribbon(interval, data=many, alpha=0.3, color="none", size=0, show_legend=False)
    plot += geom_linerange(interval, data=few, size=0.8, show_legend=False)
    plot += geom_line(data=mine.filter(pl.col("checkpoint").n_unique().over("model") > 1), size=0.5)
    plot += geom_point(aes(shape="label"), data=mine.filter(passed()), size=1.3)
    if not failed.is_empty():
        plot += geom_linerange(interval, data=failed, linetype="dotted", show_legend=False)
        plot += geom_point(
            aes(shape="label"), data=failed, fill="white", size=1.7, show_legend=False
        )
    names = {place: checkpoint for checkpoint, place in places.items()}
    return plot + scale_x_continuous(
        breaks=lambda limits: _ticks(list(names), limits),
        labels=lambda breaks: [names.get(b, f"{b:g}") for b in breaks],
        minor_breaks=[],
        expand=(0.08, 0.1),
    )


def _ticks(places: Sequence[float], limits: tuple[float, float], most: int = 4) -> list[float]:
    """The checkpoints of a panel, or round numbers where they are too many to be named."""
    inside = [p for p in places if limits[0] <= p <= limits[1]]
    if len(inside) <= most or places == list(range(len(places))):
        return inside[:: -(-len(inside) // most) or 1]
    return [float(b) for b in breaks_extended(n=4)(limits) if inside[0] <= b <= inside[-1]]
