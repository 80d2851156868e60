"""Where another way to fit the same choices gives other numbers: a sentence a model."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import MOST, PARAMETERS, Row, several
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """Where another way to fit the same choices gives other numbers: a sentence a model."""
    return [
        f"{model}: of the same choices {'; '.join(_fits(rows))}."
        for (model,), rows in frame.group_by("model", maintain_order=True)
    ]


def _fits(rows: pl.DataFrame) -> list[str]:
    return [_told(str(name), mine) for (name,), mine in rows.group_by("fit", maintain_order=True)]


def _told(name: str, rows: pl.DataFrame) -> str:
    """One fit beside the headline."""
    read = rows.drop_nulls("apart")
    apart = read.filter("apart").sort(pl.col("difference").abs(), descending=True)
    whose = f"the fits {name} and {rows['headline'][0]}"
    unread = rows.height - read.height
    more = f" ({unread:,} more rest on fits that are not to be read)" if unread else ""
    if read.is_empty():
        return f"{whose} cannot be held against each other: nowhere may both be read"
    if apart.is_empty():
        return f"{whose} have 95% intervals that overlap in {_all(read.height)}{more}"
    shown = [_where(row) for row in apart.head(MOST).iter_rows(named=True)]
    rest = f"; and in {apart.height - MOST:,} more" if apart.height > MOST else ""
    return (
        f"{whose} have 95% intervals with nothing in common in {apart.height:,} of"
        f" {several(read.height, 'parameter')}{more}: {', '.join(shown)}{rest}"
    )


def _all(parameters: int) -> str:
    return "the one parameter" if parameters == 1 else f"all {parameters:,} parameters"


def _where(row: Row) -> str:
    name = PARAMETERS.get(row["parameter"], "α")
    mine = f"{number(row['mean'])} {interval(row['hdi_low'], row['hdi_high'])}"
    low, high = row["headline_hdi_low"], row["headline_hdi_high"]
    theirs = f"{number(row['headline_mean'])} {interval(low, high)}"
    return f"{name} of {row['checkpoint']}, goal {row['goal']} ({mine} against {theirs})"
