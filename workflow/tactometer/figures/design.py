"""How wide the intervals of each parameter will be, by how much is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from plotnine import (
    aes,
    expand_limits,
    geom_hline,
    geom_line,
    geom_linerange,
    geom_point,
    geom_ribbon,
    ggplot,
    labs,
    scale_x_log10,
)

from tactometer.figures import style
from tactometer.figures.panels import facet_wrap
from tactometer.figures.style import Drawing

SHOWN = ("phi", "omega_inf", "omega_soc", "omega_pre")


def draw(table: pl.DataFrame, whom: str, folder: Path) -> None:
    """Write design.svg and design.png from the widths (`planning.precision.WIDTHS`)."""
    style.save(plot(table, whom), folder / "design")


def plot(table: pl.DataFrame, whom: str) -> Drawing:
    """A panel for each parameter: median and quartiles of the width over answers a state."""
    found = [name for name in SHOWN if name in set(table["parameter"])]
    names = [style.parameter_label(name) for name in found]
    rows = table.filter(pl.col("parameter").is_in(found)).with_columns(
        panel=pl.col("parameter").replace_strict(found, names, return_dtype=pl.Enum(names))
    )
    sizes = sorted(set(rows["answers"]))
    told = rows.row(0, named=True)
    half = aes(ymin="width_low", ymax="width_high")
    over: list[Any] = [geom_linerange(half, color=style.BLUE, alpha=0.5, size=1)]
    if len(sizes) > 1:
        over = [
            geom_ribbon(half, fill=style.BLUE, alpha=0.2),
            geom_line(color=style.BLUE, size=0.8),
        ]
    drawing = (
        ggplot(rows, aes("answers", "width"))
        + geom_hline(aes(yintercept="prior_width"), linetype="dashed", color="#7F7F7F", size=0.5)
        + over
        + geom_point(color=style.BLUE, size=2)
        + scale_x_log10(breaks=sizes, labels=[f"{n:,}" for n in sizes], minor_breaks=[])
        + expand_limits(y=0)
        + facet_wrap("panel", ncol=2)
        + labs(
            x="answers a state (logarithmic)",
            y="width of the 95% HDI",
            title="How wide will the intervals be?",
            subtitle=f"Median and middle half of {told['speakers']} {whom};"
            f" {told['semantics']} semantics.\nDashed: the width before any answer",
        )
        + style.look()
    )
    return Drawing(drawing, style.PAGE, 1.6 + 1.8 * -(-len(found) // 2))
