"""One table of all effects that were found, over all analyses."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tactometer.study.analyses import testing
from tactometer.tables.cells import Cell, Table, interval, number
from tactometer.utils.open_data import Row

PLACES = ("model", "checkpoint", "goal", "framing", "vignette", "position", "part", "term")
FACTOR = ("factor", "level")
ESTIMATES = (  # the columns of an effect and its interval, as the tables name them
    ("mean", "hdi_low", "hdi_high"),
    ("bayes", "bayes_low", "bayes_high"),
    ("whole_mean", "whole_low", "whole_high"),
    ("effect", "low", "high"),
    ("size", "size_low", "size_high"),
)


def standing(frames: Mapping[str, pl.DataFrame]) -> Table:
    """Every effect that its table says was `found`, with its interval and verdict."""
    columns = ["analysis", "of", "against", "parameter", "effect [95%]", "verdict"]
    rows: list[list[str | Cell]] = []
    for name in testing(factors=True):
        frame = frames[name]
        if not frame.is_empty():
            rows += [_row(name, row) for row in frame.filter(pl.col("found")).iter_rows(named=True)]
    picked = ("analysis", "parameter", "verdict")
    return Table("Effects that stand out in their whole table", columns, rows, picked)


def _row(name: str, row: Row) -> list[str | Cell]:
    middle, low, high = next(keys for keys in ESTIMATES if keys[0] in row)
    effect = f"{number(row[middle], '+.2f')} {interval(row[low], row[high])}"
    of = ", ".join(str(row[k]) for k in (*FACTOR, *PLACES) if row.get(k) is not None)
    against, parameter = (str(row.get(k) or "") for k in ("against", "parameter"))
    return [
        name.replace("_", " "),
        of,
        against,
        parameter,
        Cell(effect, row[middle]),
        str(row.get("verdict") or ""),
    ]
