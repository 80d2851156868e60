"""What other ways to fit the same choices give: each fit a mark, one panel a parameter."""

from __future__ import annotations

import polars as pl
from mizani.breaks import breaks_extended
from plotnine import (
    aes,
    coord_flip,
    geom_point,
    ggplot,
    labs,
    position_dodge,
    scale_color_manual,
    scale_fill_manual,
    scale_shape_manual,
    scale_x_discrete,
    scale_y_continuous,
)

from tactometer.figures import style
from tactometer.figures.forest import MOST, parameters, place
from tactometer.figures.panels import facet_wrap, geom_linerange
from tactometer.figures.style import Drawing
from tactometer.figures.text import POINT_AND_HDI, Text
from tactometer.tables.fit_selection import PASSED
from tactometer.tables.reader import Tables

TEXT = Text(
    "What do the choices of the analysis do?",
    "The same choices, fitted in several ways. Where two lines of a row have nothing in common,"
    " what one fit takes for sure the other excludes. Hollow: a fit that is not to be read.",
    f"{POINT_AND_HDI} Fits of the same choices are not independent: this is no test.",
    "Posterior means and intervals of phi, the weights and alpha under each named fit.",
)
SHAPES = ("o", "s", "^", "D", "v", "P", "X")
COLOURS = (
    style.BLACK, style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY,
)  # fmt: skip
HOLLOW = "not to be read"


def plot(tables: Tables) -> Drawing:
    """What other ways to fit the same choices give: each fit a mark, one panel a parameter."""
    frame = tables.of_every_fit("analysis_choices")
    if frame.is_empty():
        return style.empty("This study has no second fit of its choices (fits).")
    rows = place(parameters(_long(frame)), ["model", "checkpoint", "goal"])
    labels = rows["label"].unique(maintain_order=True).to_list()
    shown = labels[:MOST]
    cut = f"; the first {MOST} of {len(labels)} rows, all are in the table" * (len(labels) > MOST)
    rows = rows.filter(pl.col("label").is_in(shown))
    names = rows["fit"].unique(maintain_order=True).to_list()
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    shapes = {name: SHAPES[i % len(SHAPES)] for i, name in enumerate(names)}
    apart = position_dodge(width=0.6)
    plot = (
        ggplot(rows, aes(x="label", y="mean", ymin="hdi_low", ymax="hdi_high", group="fit"))
        + geom_linerange(aes(color="fit"), position=apart, size=0.6)
        + geom_point(aes(color="fit", fill="mark", shape="fit"), position=apart, size=1.8)
        + scale_color_manual(values=colours, limits=names)
        + scale_shape_manual(values=shapes, limits=names)
        + scale_fill_manual(values={**colours, HOLLOW: "white"}, guide=None)
        + scale_x_discrete(limits=shown[::-1])
        + scale_y_continuous(breaks=breaks_extended(n=3))
        + coord_flip()
        + facet_wrap("panel", ncol=5, scales="free_x")
        + labs(x="", y="", subtitle=f"Posterior mean and 95% HDI of each fit{cut}")
        + style.look(panel_spacing_x=0.03)
    )
    return Drawing(plot, style.PAGE, 1.6 + max(0.9, 0.2 * len(shown) * max(1, len(names) / 2)))


def _long(frame: pl.DataFrame) -> pl.DataFrame:
    """A row a fit: the headline once, then the others."""
    keys = ["model", "checkpoint", "goal", "parameter"]
    numbers = ["mean", "hdi_low", "hdi_high", "verdict"]
    theirs = {name: pl.col(f"headline_{name}") for name in numbers}
    first = frame.select(*keys, fit=pl.col("headline"), **theirs).unique(maintain_order=True)
    rows = pl.concat([first, frame.select(*keys, "fit", *numbers)])
    read = pl.col("verdict").is_in(PASSED)
    return rows.with_columns(mark=pl.when(read).then("fit").otherwise(pl.lit(HOLLOW)))
