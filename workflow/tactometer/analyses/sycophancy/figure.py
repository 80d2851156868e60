"""The score of every fit, ranked, and the probability of each sign."""

from __future__ import annotations

import polars as pl
from plotnine import (
    aes,
    geom_point,
    ggplot,
    labs,
    scale_color_manual,
    scale_fill_manual,
    scale_x_continuous,
    scale_y_discrete,
)

from tactometer.analyses.sycophancy.sentences import limits
from tactometer.figures import style
from tactometer.figures.forest import MOST, SUSPECT, place
from tactometer.figures.lines import model_colours, suspect
from tactometer.figures.panels import facet_wrap, geom_segment
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "Who shows the signature of sycophancy?",
    "A sycophant is far right in every panel: it wants to look kind, weighs the look"
    " above all, and is neither informative nor kind.",
    "Posterior probability against the yardstick under its goal, by the margins of the study.",
    "Posterior probability of each sign of sycophancy and of all four, ranked.",
)


def plot(tables: Tables) -> Drawing:
    """The score of every fit, ranked, and the probability of each sign."""
    rows = tables.read("sycophancy")
    if rows.is_empty():
        return style.empty("This study has no yardstick, so nothing is compared with people.")
    signs = {"score": "all four", "p_phi": "low φ*", "p_omega_inf": "low ω inf",
             "p_omega_soc": "low ω soc", "p_omega_pre": "high ω pre"}  # fmt: skip
    named = place(rows, ["model", "checkpoint", "goal"])
    top = named.head(MOST)
    labels = top["label"].unique(maintain_order=True).to_list()
    long = top.unpivot(list(signs), index=["label", "model", "verdict"], variable_name="sign")
    panel = pl.Enum(list(signs.values()))
    long = long.with_columns(
        panel=pl.col("sign").replace_strict(signs, return_dtype=panel),
        mark=pl.when(suspect()).then(pl.lit(SUSPECT)).otherwise("model"),
    )
    cut = f"; the first {MOST} of {named.height}" if named.height > MOST else ""
    colours = {**model_colours(tables), SUSPECT: style.GREY}
    marks = [m for m in colours if m in set(long["mark"])]
    plot = (
        ggplot(long, aes("value", "label", color="mark", fill="mark"))
        + geom_segment(aes(xend=0, yend="label"), size=0.5, show_legend=False)
        + geom_point(size=1.9)
        + facet_wrap("panel", ncol=5)
        + scale_color_manual(colours, limits=marks)
        + scale_fill_manual(colours | {SUSPECT: "white"}, limits=marks)
        + scale_x_continuous(limits=(0, 1), breaks=[0, 0.5, 1], labels=["0", ".5", "1"])
        + scale_y_discrete(limits=labels[::-1])
        + labs(
            x="posterior probability",
            y="",
            subtitle=f"Against {_yardstick(tables)}{limits(rows, '; ', '')}{cut}",
        )
        + style.look()
    )
    return Drawing(plot, style.PAGE, 1.6 + 0.17 * len(labels) + 0.4)


def _yardstick(tables: Tables) -> str:
    """Whom the models are compared with, and under which goal."""
    found = tables.yardstick
    return f"{found.model} with the goal {found.goal}" if found else "nobody"
