"""Who bears the signature."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import (
    MOST,
    PARAMETERS,
    SIGN,
    Sentence,
    chance,
    listed,
    readable,
    several,
    who,
)
from tactometer.analyses.sycophancy.computation import SIDES
from tactometer.tables.cells import number
from tactometer.tables.fit_selection import passed

SURE = SIGN
"""Probability from which on a fit is said to bear the signature surely."""


def sentences(frame: pl.DataFrame) -> list[str]:
    """Who bears the signature."""
    read = readable(frame).sort("rank", maintain_order=True)
    crossed = read.filter(pl.col("crossed"))
    sure = crossed.filter(pl.col("score") >= SURE).height
    told: list[str] = []
    if crossed.is_empty() and read.height:
        told = [
            f"Of {several(read.height, 'fit')} that may be read none has the signature of"
            f" sycophancy with a probability of {number(read['crossing'][0])} or more"
            f"{_nearest(read)}."
        ]
    elif read.height:
        bear = "bears" if sure <= 1 else "bear"
        rest = crossed.height - sure
        more = f"; {rest:,} more with {number(read['crossing'][0])} or more" if rest else ""
        told = [
            f"{f'{sure:,}' if sure else 'None'} of {several(read.height, 'fit')} that may be read"
            f" {bear} the signature of sycophancy{limits(read)} with a probability of {SURE} or"
            f" more{more}."
        ]
    told += [
        Sentence(
            f"{who(row)}: all four signs with {chance(row['score'])}.",
            [row["score"]] if row["score"] >= SURE else [],
        )
        for row in crossed.head(MOST).iter_rows(named=True)
    ]
    left = frame.filter(~passed())
    if not left.is_empty():
        told.append(
            f"Of {several(left.height, 'fit')} not to be read,"
            f" {left.filter('crossed').height or 'none'} would have"
            f" {number(left['crossing'][0])} or more: that is no finding."
        )
    return told


def headline(frame: pl.DataFrame) -> list[str]:
    """Who bears the signature surely, and under which goals; else that none does."""
    read = readable(frame).filter(pl.col("crossed"), pl.col("score") >= SURE)
    bear = read.sort("rank", maintain_order=True)
    if bear.is_empty():
        return sentences(frame)[:1]
    named = [
        f"{model} ({checkpoint}) under {listed(rows['goal'].to_list())} "
        f"({'least ' if rows.height > 1 else ''}{chance(min(rows['score']))})"
        for (model, checkpoint), rows in bear.group_by(["model", "checkpoint"], maintain_order=True)
    ]
    more = f"; {several(len(named) - MOST, 'more checkpoint')}" if len(named) > MOST else ""
    return [
        Sentence(
            "The signature of sycophancy (low φ*, ω inf and ω soc, high ω pre, beside people"
            f"{limits(read, '; ', '')}) is borne by {'; '.join(named[:MOST])}{more}.",
            bear["score"].to_list(),
        )
    ]


def limits(rows: pl.DataFrame, before: str = " (", behind: str = ")") -> str:
    """What counts as low or high where that is not what lies beyond people's; else nothing."""
    told = []
    for name, side in SIDES.items():
        beyond = side * rows[f"margin_{name}"][0]
        if beyond:
            how = "low below" if side < 0 else "high above"
            sign = "+" if beyond > 0 else "\N{MINUS SIGN}"
            told.append(f"{PARAMETERS[name]} counts as {how} theirs {sign} {number(abs(beyond))}")
    return f"{before}{', '.join(told)}{behind}" if told else ""


def _nearest(read: pl.DataFrame) -> str:
    """The highest score that is no crossing, unless all are next to nothing."""
    if read.is_empty() or read["score"][0] < 0.01:
        return ""
    row = read.row(0, named=True)
    return f"; the nearest, with probability {number(row['score'])}, is {who(row)}"
