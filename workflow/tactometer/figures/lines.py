"""Lines over conditions: the colours, marks and scale that several figures share."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.tables.fit_selection import PASSED

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


def colours_and_shapes(names: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """A colour and a shape for each name; beyond seven they come again, and the shape differs."""
    colours = {n: LINES[i % len(LINES)] for i, n in enumerate(names)}
    return colours, {n: SHAPES[(i + i // len(LINES)) % len(SHAPES)] for i, n in enumerate(names)}


def suspect() -> pl.Expr:
    return ~pl.col("verdict").is_in(PASSED).fill_null(False)
