"""Figures of the analyses that are not effects: efforts, training, sycophancy, likeness."""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    facet_grid,
    facet_wrap,
    geom_line,
    geom_linerange,
    geom_point,
    geom_rect,
    geom_ribbon,
    geom_segment,
    geom_vline,
    ggplot,
    labs,
    scale_color_manual,
    scale_fill_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_continuous,
    scale_y_discrete,
)

from tactometer.figures import style
from tactometer.figures.forest import MOST, SUSPECT, forest, marked, parameters, place
from tactometer.figures.style import Drawing
from tactometer.tables.fit_selection import PASSED, natural
from tactometer.tables.reader import Tables, ends

UNIT = {
    "limits": (0, 1),
    "breaks": [0, 0.25, 0.5, 0.75, 1],
    "labels": ["0", ".25", ".5", ".75", "1"],
}
LINES = [
    style.BLUE,
    style.VERMILLION,
    style.GREEN,
    style.PURPLE,
    style.ORANGE,
    style.SKY,
    style.BLACK,
]
SHAPES = ["o", "^", "s", "D", "v", "P", "X"]


def _colours(names: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """A colour and a shape for each name; beyond seven they come again, and the shape differs."""
    colours = {n: LINES[i % len(LINES)] for i, n in enumerate(names)}
    return colours, {n: SHAPES[(i + i // len(LINES)) % len(SHAPES)] for i, n in enumerate(names)}


def _suspect() -> pl.Expr:
    return ~pl.col("verdict").is_in(PASSED).fill_null(False)


def efforts(tables: Tables) -> Drawing:
    """φ and ω by effort and family, a panel a goal and parameter, people as a band."""
    title = "What does reasoning change?"
    rows = tables.read("profiles")
    if not rows.is_empty():
        rows = rows.drop_nulls("effort")
    if rows.is_empty() or rows["effort"].n_unique() < 2:
        return style.empty(title, "This study has no two efforts.")
    order = sorted(rows["effort"].unique().to_list(), key=natural)
    families = rows["family"].unique(maintain_order=True).to_list()
    colours, shapes = _colours(families)
    # side by side within an effort, so that no interval hides another
    step = 0.5 / max(1, len(families))
    at = pl.col("effort").cast(pl.Enum(order)).to_physical().cast(pl.Float64) + step * (
        pl.col("family").cast(pl.Enum(families)).to_physical().cast(pl.Float64)
        - (len(families) - 1) / 2
    )
    rows = parameters(rows).with_columns(
        at=at, goal=pl.col("goal").cast(pl.Enum(tables.goal_order(rows)))
    )
    human = rows.drop_nulls("human_mean").unique(["goal", "panel"]).sort("goal", "panel")
    plot = ggplot(rows, aes("at", "mean", color="family", shape="family", group="model"))
    if not human.is_empty():
        plot += geom_rect(
            aes(ymin="human_low", ymax="human_high"), data=human, xmin=float("-inf"),
            xmax=float("inf"), fill=style.BAND, inherit_aes=False,
        )  # fmt: skip
    plot = (
        plot
        + geom_line(size=0.4, alpha=0.6)
        + geom_linerange(aes(ymin="hdi_low", ymax="hdi_high"), size=0.7)
        + geom_point(aes(fill="family"), size=2, stroke=0.6)
        + geom_point(
            data=rows.filter(_suspect()), fill="white", size=2, stroke=0.6, show_legend=False
        )
        + facet_grid("goal", "panel")
        + scale_color_manual(colours, limits=families)
        + scale_fill_manual(colours, limits=families)
        + scale_shape_manual(shapes, limits=families)
        + scale_x_continuous(
            breaks=list(range(len(order))), labels=order, minor_breaks=[], expand=(0.05, 0.2)
        )
        + scale_y_continuous(**UNIT, expand=(0.02, 0))
        + labs(
            x="effort",
            y="",
            title=title,
            subtitle="Posterior mean and 95% HDI; hollow: suspect fit"
            + ("" if human.is_empty() else "; grey band: people with the same goal"),
        )
        + style.look()
    )
    return Drawing(plot, style.PAGE, 1.6 + 1.35 * rows["goal"].n_unique())


def trajectories(tables: Tables) -> Drawing:
    """Each parameter over training, a panel a parameter and goal, a line in bands a model."""
    title = "How does training move the speaker?"
    rows = tables.read("trajectories")
    if rows.is_empty():
        return style.empty(title, "This study has no model with checkpoints of training.")
    models = rows["model"].unique(maintain_order=True).to_list()
    colours, shapes = _colours(models)
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
        + geom_point(data=rows.filter(_suspect()), fill="white", size=1.7, show_legend=False)
        + facet_grid("goal", "panel")
        + scale_color_manual(colours, limits=models)
        + scale_fill_manual(colours, limits=models)
        + scale_shape_manual(shapes, limits=models)
        + scale_x_continuous(**UNIT)
        + scale_y_continuous(**UNIT, expand=(0.02, 0))
        + labs(
            x="share of training done",
            y="",
            title=title,
            subtitle="Posterior mean, 50% and 95% interval of each checkpoint; dashed: the first"
            " quarter; hollow: suspect fit",
        )
        + style.look()
    )
    return Drawing(plot, style.PAGE, 1.7 + 1.6 * len(goals) + 0.12 * len(models))


def movement(tables: Tables) -> Drawing:
    """The share of the whole movement in the first quarter, where something moved."""
    title = "How much of the movement comes early?"
    rows = tables.read("movement")
    if rows.is_empty():
        return style.empty(title, "This study has no model with checkpoints of training.")
    moved = rows.drop_nulls("share")
    if moved.is_empty():
        return style.empty(title, "This study has no parameter that moved for sure.")
    drawn = parameters(moved).select("model", "goal", "parameter", "panel", "found", "verdict",
                                     mean="share", low="share_low", high="share_high")  # fmt: skip
    drawn = place(marked(drawn), ["model", "goal"])
    quiet = rows.filter(pl.col("parameter") != "all").height - drawn.height
    subtitle = (
        "Movement by the first quarter of training, divided by the whole: median and 95% HDI; a"
        f" steady course has .25 (dashed);\n{quiet} of {quiet + drawn.height} parameters did not"
        " move for sure, and have no share; blue: the whole movement stands out of the table"
    )
    drawing = forest(drawn, title, subtitle, "share of the whole movement")
    steady = geom_vline(xintercept=0.25, color="#7F7F7F", size=0.4, linetype="dashed")
    return Drawing(drawing.plot + steady, drawing.width, drawing.height)


def sycophancy(tables: Tables) -> Drawing:
    """The score of every fit, ranked, and the probability of each sign."""
    title = "Who shows the signature of sycophancy?"
    rows = tables.read("sycophancy")
    if rows.is_empty():
        return style.empty(title, "This study has no human data for the goal both.")
    signs = {"score": "all four", "p_phi": "low φ*", "p_omega_inf": "low ω inf",
             "p_omega_soc": "low ω soc", "p_omega_pre": "high ω pre"}  # fmt: skip
    named = place(rows, ["model", "checkpoint", "goal"])
    top = named.head(MOST)
    labels = top["label"].unique(maintain_order=True).to_list()
    long = top.unpivot(list(signs), index=["label", "verdict"], variable_name="sign")
    panel = pl.Enum(list(signs.values()))
    long = long.with_columns(
        panel=pl.col("sign").replace_strict(signs, return_dtype=panel),
        mark=pl.when(_suspect()).then(pl.lit(SUSPECT)).otherwise(pl.lit("fit that passed")),
    )
    cut = f"; the first {MOST} of {named.height}" if named.height > MOST else ""
    fills = {"fit that passed": style.BLUE, SUSPECT: "white"}
    marks = [m for m in fills if m in set(long["mark"])]
    plot = (
        ggplot(long, aes("value", "label", color="mark", fill="mark"))
        + geom_segment(aes(xend=0, yend="label"), size=0.5, show_legend=False)
        + geom_point(size=1.9)
        + facet_wrap("panel", ncol=5)
        + scale_color_manual(
            {"fit that passed": style.BLUE, SUSPECT: style.VERMILLION}, limits=marks
        )
        + scale_fill_manual(fills, limits=marks)
        + scale_x_continuous(limits=(0, 1), breaks=[0, 0.5, 1], labels=["0", ".5", "1"])
        + scale_y_discrete(limits=labels[::-1])
        + labs(
            x="posterior probability",
            y="",
            title=title,
            subtitle=f"Against people with the goal both, by the study's margins{cut}",
        )
        + style.look()
    )
    return Drawing(plot, style.PAGE, 1.6 + 0.17 * len(labels) + 0.4)


def likeness(tables: Tables) -> Drawing:
    """Distances to people with each goal, beside that of the same speaker measured twice."""
    title = "Which people is it like?"
    rows = tables.read("likeness")
    if rows.is_empty():
        return style.empty(title, "This study has no human data.")
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
            aes(x="mean"), data=rows.filter(_suspect()), fill="white", size=1.8, show_legend=False
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
            title=title,
            subtitle="Distance to people with each goal, posterior mean and 95% HDI; hollow:"
            " suspect fit;"
            f"\nupright bar: the same speaker measured twice{cut}",
        )
        + style.look()
    )
    return Drawing(plot, style.PAGE, 1.7 + 0.19 * len(kept) + 0.3)
