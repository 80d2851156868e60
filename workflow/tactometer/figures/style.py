"""How every figure looks: colours, orders, the theme, and the files that a drawing becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import polars as pl
from matplotlib.figure import Figure
from plotnine import (
    element_blank,
    element_line,
    element_rect,
    element_text,
    ggplot,
    labeller,
    theme,
    theme_bw,
)

from tactometer.figures.panels import facet_grid

matplotlib.use("agg")

# Okabe and Ito's palette: told apart with every common kind of colour blindness.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILLION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
BAND = "#D9D9D9"

GOAL_COLOURS = {"default": BLACK, "informative": BLUE, "social": VERMILLION, "both": GREEN}
GOAL_SHAPES = {"default": "o", "informative": "s", "social": "^", "both": "D"}
SPARE = [(PURPLE, "v"), (ORANGE, "P"), (SKY, "X")]  # goals that a study adds of its own
MODELS = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, "#882255"]
PEOPLE = BLACK
GREY = "#8A8A8A"  # of what must not be read as a speaker, hollow and dotted

PARAMETERS = {
    "phi": "φ*: 0 looks kind, 1 looks informative",
    "omega_inf": "ω inf: being informative",
    "omega_soc": "ω soc: being kind",
    "omega_pre": "ω pre: looking good",
    "alpha": "α: how sharply it chooses",
    "cost": "cost of saying “not”",
    "lapse": "lapse: share of blind answers",
}

DPI = 200
PAGE = 7.5  # inches: what is no wider prints on A4 and Letter without being made smaller
RC: Any = {
    "svg.hashsalt": "tactometer",  # the same tables give the same bytes
    "svg.fonttype": "none",  # text stays text: it can be searched, copied and read aloud
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
}


@dataclass(frozen=True)
class Drawing:
    """A plot and its size on paper, in inches; or what it `says` in place of a plot."""

    plot: ggplot
    width: float
    height: float
    says: str = ""


def goal_colours(goals: Sequence[str]) -> dict[str, str]:
    """A colour for each goal; those that the paper has keep theirs in every study."""
    return {g: GOAL_COLOURS.get(g, SPARE[i % len(SPARE)][0]) for i, g in enumerate(goals)}


def goal_shapes(goals: Sequence[str]) -> dict[str, str]:
    """A shape for each goal, so that colour is never the only difference."""
    return {g: GOAL_SHAPES.get(g, SPARE[i % len(SPARE)][1]) for i, g in enumerate(goals)}


def model_colours(models: Sequence[str], baseline: Sequence[str]) -> dict[str, str]:
    """A colour for each model of a study, given all of them in order; beyond seven they come again.
    People are black.
    """
    asked = [model for model in models if model not in baseline]
    colours = {model: MODELS[i % len(MODELS)] for i, model in enumerate(asked)}
    return {model: colours.get(model, PEOPLE) for model in models}


def levels(column: pl.Series) -> list[str]:
    """The categories of an Enum column that occur in it, in their order."""
    return column.unique().sort().cast(pl.String).to_list()


def parameter_label(parameter: str) -> str:
    """A parameter's name as the figures print it."""
    return PARAMETERS.get(parameter, parameter)


def look(**changes: object) -> theme:
    """The theme of all figures: white, light lines, text that survives print."""
    base = theme(
        panel_grid_minor=element_blank(),
        panel_grid_major=element_line(color="#EBEBEB", size=0.5),
        panel_border=element_rect(color="#7F7F7F", size=0.5),
        strip_background=element_rect(fill="#F2F2F2", color="#7F7F7F", size=0.5),
        strip_text=element_text(size=8),
        axis_text=element_text(size=7, color="#333333"),
        axis_title=element_text(size=8),
        plot_subtitle=element_text(size=7.5, ha="left", color="#333333"),
        plot_title_position="plot",  # of the subtitle: a figure's title stands in the page
        legend_position="bottom",
        legend_box_spacing=0.02,
        legend_title=element_blank(),
        legend_text=element_text(size=8),
        legend_key=element_blank(),
    )
    return theme_bw(base_size=9) + base + theme(**changes)


def row_labels() -> element_text:
    """Names of rows that may have a second line."""
    return element_text(size=8, color="#1a1a1a", ha="right", ma="right")


def legend_title() -> element_text:
    """The title of a legend whose keys do not say what they are."""
    return element_text(size=8)


def grid(rows: str, columns: str, **options: object) -> list[object]:
    """Panels in rows and columns, the rows named from left to right as a reader reads."""
    names = labeller(rows=lambda text: text.replace(" · ", "\n").replace(": ", "\n"))
    strips = theme(
        strip_text_x=element_text(size=6.8),  # "not amazing" fits in an eighth of the width
        strip_text_y=element_text(rotation=0, size=8, ha="left", ma="left"),
        strip_background_y=element_blank(),
    )
    return [facet_grid(rows, columns, labeller=names, **options), strips]


def empty(why: str) -> Drawing:
    """A panel that says that there is nothing to draw, and why."""
    return Drawing(ggplot(), PAGE, 1.6, why)


def _laid_out(drawing: Drawing) -> Figure:
    """A drawing with everything in its place: matplotlib would lay it out twice for each file."""
    size = (drawing.width, drawing.height)
    if drawing.says:
        bare = Figure(figsize=size, dpi=DPI)
        bare.text(0.5, 0.5, drawing.says, ha="center", va="center", size=9, color="#333333")
        return bare
    figure: Figure = (drawing.plot + theme(figure_size=size, dpi=DPI)).draw()
    for _ in range(2):  # long names move the panels, and moved panels their names
        figure.get_layout_engine().execute(figure)  # type: ignore[union-attr]
    figure.set_layout_engine(None)
    return figure


def save(drawing: Drawing, out: Path) -> None:
    """Write `out`.svg and `out`.png; both appear whole or not at all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(RC):
        figure = _laid_out(drawing)
        try:
            for kind, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
                whole = out.with_name(f"{out.name}.{kind}")
                part = out.with_name(f".{out.name}.{kind}.part")
                figure.savefig(part, format=kind, dpi=DPI, metadata=metadata)
                part.replace(whole)
        finally:
            plt.close(figure)
