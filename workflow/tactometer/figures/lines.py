"""Lines over conditions: the colours, marks and scale that several figures share."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.tables.fit_selection import PASSED
from tactometer.tables.reader import Tables, model_order

UNIT = {
    "limits": (0, 1),
    "breaks": [0, 0.25, 0.5, 0.75, 1],
    "labels": ["0", ".25", ".5", ".75", "1"],
}
SHAPES = ["o", "^", "s", "D", "v", "P", "X"]


def colours_and_shapes(
    tables: Tables, names: list[str], column: str = "model"
) -> tuple[dict[str, str], dict[str, str]]:
    """A colour and a shape for each name of models, or of families, each of which has the colour of
    its first model; beyond seven they come again, and the shape differs.
    """
    estimates = tables.read("estimates")
    models = model_order(estimates, tables.baseline)
    colours = style.model_colours(models, tables.baseline)
    if column == "family":
        families = estimates.select(pl.col("family").fill_null(pl.col("model")), "model").unique()
        places = {model: place for place, model in enumerate(models)}
        rows = sorted(families.rows(), key=lambda row: -places[row[1]])
        colours = {family: colours[model] for family, model in rows}
    shapes = {n: SHAPES[(i + i // len(SHAPES)) % len(SHAPES)] for i, n in enumerate(names)}
    return {name: colours[name] for name in names}, shapes


def suspect() -> pl.Expr:
    return ~pl.col("verdict").is_in(PASSED).fill_null(False)
