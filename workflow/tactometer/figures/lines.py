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


def model_colours(tables: Tables) -> dict[str, str]:
    """The colour of each model of a study, the same in all figures and in the page's explorer."""
    models, estimates = tables.read("counts").select("model").unique(), tables.read("estimates")
    if not estimates.is_empty():
        labels = estimates.select("model", "family", "dataset", "method").unique("model")
        models = models.join(labels, on="model", how="left")
    return style.model_colours(model_order(models, tables.baseline), tables.baseline)


def colours_and_shapes(
    tables: Tables, names: list[str], column: str = "model"
) -> tuple[dict[str, str], dict[str, str]]:
    """A colour and a shape for each name of models, or of families, each of which has the colour of
    its first model; beyond seven they come again, and the shape differs.
    """
    colours = model_colours(tables)
    if column == "family":
        named = tables.read("estimates").select(
            "model", pl.col("family").fill_null(pl.col("model"))
        )
        family = dict(named.unique().rows())
        colours = {family[m]: colours[m] for m in reversed(colours) if m in family}
    shapes = {n: SHAPES[(i + i // len(SHAPES)) % len(SHAPES)] for i, n in enumerate(names)}
    return {name: colours[name] for name in names}, shapes


def suspect() -> pl.Expr:
    return ~pl.col("verdict").is_in(PASSED).fill_null(False)
