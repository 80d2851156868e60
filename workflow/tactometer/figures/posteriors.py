"""Posterior means with 95% HDIs by goal: the drawing that `weights` and `phi` share."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from plotnine import (
    aes,
    element_text,
    facet_grid,
    facet_wrap,
    geom_errorbar,
    geom_line,
    geom_point,
    geom_rect,
    geom_ribbon,
    geom_segment,
    ggplot,
    guides,
    labs,
    position_nudge,
    scale_color_manual,
    scale_fill_manual,
    scale_linetype_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_continuous,
    scale_y_discrete,
)

from tactometer.figures import style
from tactometer.figures.study import (
    Study,
    answers_sentence,
    checkpoint_order,
    model_order,
    representative,
    with_condition,
)
from tactometer.figures.style import Drawing

# mark: (colour of line and rim, fill, shape, line). Only a fit that passed its checks is filled.
MARKS = {
    "human": (style.BLACK, style.BLACK, "D", "solid"),
    "human, refit": (style.BLACK, "white", "D", "dashed"),
    "human, suspect": (style.VERMILLION, "white", "D", "dotted"),
    "model": (style.BLUE, style.BLUE, "o", "solid"),
    "model, refit": (style.BLUE, "white", "s", "dashed"),
    "model, suspect": (style.VERMILLION, "white", "o", "dotted"),
}
PUBLISHED = "published human point"
DENSE = 6  # more checkpoints than this, all of them numbers: a line with a band
BREAKS = [0.0, 0.25, 0.5, 0.75, 1.0]
BREAK_LABELS = ["0", ".25", ".5", ".75", "1"]


def draw_parameters(study: Study, parameters: Sequence[str], title: str) -> Drawing:
    """Parameters on (0, 1) by goal: rows of models, or courses over checkpoints where there are several."""
    estimates = study.read("estimates")
    rows = estimates.filter(pl.col("parameter").is_in(list(parameters)))
    if rows.is_empty():
        return style.empty(title, "No fit of this study has these parameters.")
    rows = _labelled(study, representative(rows), parameters)
    subtitle = _subtitle(study, rows)
    models = rows.filter(~pl.col("model").is_in(list(study.baseline)))
    several = models.group_by("model").agg(pl.col("checkpoint").n_unique())["checkpoint"]
    courses = not models.is_empty() and int(several.max() or 0) > 1  # type: ignore[call-overload]
    return (_courses if courses else _dots)(study, rows, title, subtitle)


def _labelled(study: Study, rows: pl.DataFrame, parameters: Sequence[str]) -> pl.DataFrame:
    """Add condition, label (the parameter as printed), mark; goals in their order."""
    who = pl.when(pl.col("model").is_in(list(study.baseline))).then(pl.lit("human"))
    who = who.otherwise(pl.lit("model"))
    verdict = pl.col("verdict").fill_null("suspect")
    mark = pl.when(verdict == "ok").then(who).otherwise(pl.format("{}, {}", who, verdict))
    labels = {p: style.parameter_label(p) for p in parameters}
    return with_condition(rows, study.baseline).with_columns(
        mark.cast(pl.Enum(list(MARKS))).alias("mark"),
        pl.col("goal").cast(pl.Enum(study.goal_order(rows))),
        pl.col("parameter").replace_strict(labels, return_dtype=pl.Enum(list(labels.values())))
        .alias("label"),
    )


def _subtitle(study: Study, rows: pl.DataFrame) -> str:
    def names(column: str) -> str:
        return ", ".join(sorted(rows[column].unique().to_list()))

    fits = rows.unique(["model", "checkpoint", "goal"])
    hollow = fits.filter(pl.col("verdict").fill_null("suspect") != "ok").height
    warning = f"; {hollow} of {fits.height} fits did not pass their checks: hollow, broken line"
    return (
        f"Posterior mean and 95% HDI; speaker {names('speaker')}, semantics {names('semantics')}, "
        f"framing {names('framing')}\n{answers_sentence(study.read('counts'))}"
        + (warning if hollow else f"; all {fits.height} fits passed their checks")
    )


def _published(study: Study, rows: pl.DataFrame) -> pl.DataFrame:
    """The published points of the models that are drawn, with the columns that place them."""
    places = rows.select("model", "goal", "parameter", "condition", "label").unique()
    points = study.read("published")
    if points.is_empty():
        return places.clear().with_columns(value=pl.lit(0.0), what=pl.lit(PUBLISHED))
    points = points.select("model", "goal", "parameter", pl.col("value").cast(pl.Float64))
    points = points.with_columns(pl.col("goal").cast(rows["goal"].dtype, strict=False))
    return places.join(points, on=["model", "goal", "parameter"]).with_columns(
        what=pl.lit(PUBLISHED)
    ).sort("goal", "label", "condition")


def _scales(marks: Sequence[str]) -> list[object]:
    colours, fills, shapes, lines = (
        {m: MARKS[m][i] for m in marks} | extra
        for i, extra in enumerate(
            [{PUBLISHED: style.BLACK}, {PUBLISHED: "white"}, {PUBLISHED: "x"}, {PUBLISHED: "solid"}]
        )
    )
    shown = [*marks, PUBLISHED]
    return [
        scale_color_manual(colours, limits=shown),
        scale_fill_manual(fills, limits=shown),
        scale_shape_manual(shapes, limits=shown),
        scale_linetype_manual(lines, limits=shown),
    ]


def _dots(study: Study, rows: pl.DataFrame, title: str, subtitle: str) -> Drawing:
    """One row a model, one column a goal; a grey band carries the human interval down the panel."""
    band = rows.filter(pl.col("model").is_in(list(study.baseline)))
    published = _published(study, rows)
    marks = [m for m in MARKS if m in set(rows["mark"].cast(pl.String))]
    plot = ggplot(rows, aes(x="mean", y="condition"))
    if not band.is_empty():
        plot += geom_rect(
            aes(xmin="hdi_low", xmax="hdi_high"), data=band, ymin=float("-inf"), ymax=float("inf"),
            fill=style.BAND, inherit_aes=False,
        )
        subtitle += "\nGrey band: the human interval for the same goal"
    plot += geom_segment(
        aes(x="hdi_low", xend="hdi_high", yend="condition", color="mark", linetype="mark"), size=0.8,
        show_legend=False,
    )
    plot += geom_point(aes(color="mark", fill="mark", shape="mark"), size=2.2, stroke=0.6)
    if not published.is_empty():
        plot += geom_point(
            aes(x="value", y="condition", color="what", fill="what", shape="what"), data=published,
            position=position_nudge(y=0.3), size=1.8, stroke=0.7, inherit_aes=False,
        )
    conditions = style.levels(rows["condition"])
    labels = rows["label"].n_unique()
    plot = (
        plot
        + _scales(marks)
        + guides(linetype="none")
        + scale_x_continuous(limits=(0, 1), breaks=BREAKS, labels=BREAK_LABELS, expand=(0.02, 0))
        + scale_y_discrete(limits=conditions[::-1])
        + labs(x=_axis(rows), y="", title=title, subtitle=subtitle)
        + style.look()
        + (style.grid("label", "goal") if labels > 1 else facet_grid(cols="goal"))
    )
    longest = max(len(c) for c in conditions)
    width = min(style.PAGE, 1.5 + 0.06 * longest + 1.4 * max(2, rows["goal"].n_unique()))
    return Drawing(plot, width, 1.7 + labels * max(1.0, 0.24 * len(conditions) + 0.25))


def _axis(rows: pl.DataFrame) -> str:
    labels = rows["label"].unique().to_list()
    return labels[0] if len(labels) == 1 else "weight in the speaker's utility (the three sum to 1)"


def _courses(study: Study, rows: pl.DataFrame, title: str, subtitle: str) -> Drawing:
    """A panel for each model and parameter, checkpoints along x, the goals in colour and shape."""
    human = rows.filter(pl.col("model").is_in(list(study.baseline)))
    mine = rows.filter(~pl.col("model").is_in(list(study.baseline)))
    goals = style.levels(rows["goal"])
    labels = style.levels(rows["label"])
    models = model_order(mine, study.baseline)
    panel = pl.Enum([f"{m}\n{x}" for m in models for x in labels] if len(labels) > 1 else models)
    name = pl.format("{}\n{}", "model", "label") if len(labels) > 1 else pl.col("model")
    mine = mine.with_columns(name.cast(panel).alias("panel"))
    if not human.is_empty():
        every = pl.DataFrame({"other": models})
        human = human.join(every, how="cross").with_columns(model=pl.col("other"))
        human = human.with_columns(name.cast(panel).alias("panel"))
        subtitle += "\nBands across a panel: the human interval for the goal of that colour"
    plot = _course_layers(mine, human, goals)
    columns = len(labels) if len(labels) > 1 else min(3, len(models))
    plot = (
        plot
        + facet_wrap("panel", ncol=columns, scales="free_x")
        + scale_color_manual(style.goal_colours(goals), limits=goals)
        + scale_fill_manual(style.goal_colours(goals), limits=goals)
        + scale_shape_manual(style.goal_shapes(goals), limits=goals)
        + scale_y_continuous(limits=(0, 1), breaks=BREAKS, labels=BREAK_LABELS, expand=(0.02, 0))
        + labs(x="checkpoint", y=_axis(rows), title=title, subtitle=subtitle)
        + style.look(axis_text_x=element_text(rotation=30, ha="right"))
    )
    lines = -(-len(models) * len(labels) // columns)
    return Drawing(plot, style.PAGE, 1.9 + 1.9 * lines)


def _course_layers(mine: pl.DataFrame, human: pl.DataFrame, goals: Sequence[str]) -> ggplot:
    """Points with intervals for a few checkpoints, a line in a band for many."""
    order = checkpoint_order(mine)
    dense = len(order) > DENSE and all(c.replace(".", "", 1).isdigit() for c in order)
    # Placed by hand: a dodge would move the points of a layer that lacks one of the goals.
    aside = {g: 0.15 * (i - (len(goals) - 1) / 2) for i, g in enumerate(goals)}
    places = {c: float(c) if dense else float(i) for i, c in enumerate(order)}
    at = pl.col("checkpoint").replace_strict(places, return_dtype=pl.Float64)
    shift = pl.col("goal").cast(pl.String).replace_strict(aside, return_dtype=pl.Float64)
    mine = mine.with_columns(at=at if dense else at + shift).sort("panel", "goal", "at")
    plot = ggplot(mine, aes(x="at", y="mean", color="goal", group="goal"))
    if not human.is_empty():
        plot += geom_rect(
            aes(ymin="hdi_low", ymax="hdi_high", fill="goal"), data=human, xmin=float("-inf"),
            xmax=float("inf"), alpha=0.18, inherit_aes=False, show_legend=False,
        )
    interval = aes(ymin="hdi_low", ymax="hdi_high")
    if dense:
        ribbon = aes(ymin="hdi_low", ymax="hdi_high", fill="goal")
        plot += geom_ribbon(ribbon, alpha=0.2, color="none", size=0, show_legend=False)
    else:
        plot += geom_errorbar(interval, width=0, show_legend=False)
    passed = pl.col("verdict").fill_null("suspect") == "ok"
    size = 1.0 if dense else 2.0
    plot += geom_line(size=0.5)
    plot += geom_point(aes(shape="goal", fill="goal"), data=mine.filter(passed), size=size)
    failed = mine.filter(~passed)
    if not failed.is_empty():
        plot += geom_errorbar(interval, data=failed, width=0, linetype="dotted", show_legend=False)
        plot += geom_point(
            aes(shape="goal"), data=failed, fill="white", size=size + 0.6, show_legend=False
        )
    if dense:
        return plot + scale_x_continuous()
    return plot + scale_x_continuous(
        breaks=list(places.values()), labels=list(places), expand=(0, 0.4), minor_breaks=[]
    )
