"""Panels of fewer parts look as plotnine draws them, and a file is laid out as matplotlib would."""

from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import plotnine
import polars as pl
from plotnine import aes, ggplot, labs, scale_color_manual, theme

from tactometer.figures import panels, style

ROWS = pl.DataFrame(
    {
        "y": [f"a long name of a row · {i % 6}" for i in range(24)],
        "x": [0.1 * (i % 7) for i in range(24)],
        "xend": [0.1 * (i % 7) + 0.3 for i in range(24)],
        "panel": [("left", "right")[i // 12] for i in range(24)],
        "kind": ["abc"[i % 3] for i in range(24)],
    }
)
SIZE = (5.0, 2.5)


def plot(these: Any) -> ggplot:
    return (
        ggplot(ROWS, aes("x", "y", xend="xend", yend="y", color="kind"))
        + these.geom_segment(size=1)
        + these.geom_segment(aes(linetype="kind"), size=0.5)
        + these.facet_grid(cols="panel")
        + scale_color_manual(values=["#000000", "#0072B2", "#D55E00"])
        + labs(subtitle="Rows of three kinds")
        + style.look()
    )


def pixels(png: Path | BytesIO) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = plt.imread(png)
    return found


def test_panels_of_fewer_parts_look_the_same(tmp_path: Path) -> None:
    style.save(style.Drawing(plot(panels), *SIZE), tmp_path / "fewer")
    whole = BytesIO()
    with plt.rc_context(style.RC):
        figure = (plot(plotnine) + theme(figure_size=SIZE, dpi=style.DPI)).draw()
        figure.savefig(whole, format="png", dpi=style.DPI)
    plt.close(figure)
    whole.seek(0)
    apart = np.abs(pixels(tmp_path / "fewer.png") - pixels(whole)).max(axis=2)
    assert (apart > 0.2).mean() < 1e-4


def test_a_panel_has_a_collection_for_each_line_type_and_no_minor_tick() -> None:
    figure = plot(panels).draw()
    try:
        for axes in figure.axes[:2]:
            assert len(axes.collections) == 1 + 3
            assert not len(axes.get_xticks(minor=True))
    finally:
        plt.close(figure)
