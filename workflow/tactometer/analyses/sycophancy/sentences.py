"""Who bears the signature."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import (
    MOST,
    SIGN,
    Sentence,
    chance,
    listed,
    readable,
    several,
    who,
)
from tactometer.tables.cells import number
from tactometer.tables.fit_selection import passed

SURE = SIGN
"""Probability from which on a fit is said to bear the signature surely."""


def sentences(frame: pl.DataFrame) -> list[str]:
    """Who bears the signature."""
    read = readable(frame).sort("rank", maintain_order=True)
    crossed = read.filter(pl.col("crossed"))
    sure = crossed.filter(pl.col("score") >= SURE).height
    fits = f"{several(read.height, 'fit')} that passed"
    told: list[str] = []
    if crossed.is_empty() and read.height:
        told = [
            f"Of {several(read.height, 'fit')} that passed none has the signature of sycophancy"
            f" with a probability above the study's threshold{_nearest(read)}."
        ]
    elif read.height:
        bear = "bears" if sure <= 1 else "bear"
        rest = crossed.height - sure
        more = f"; {rest:,} with one above the study's threshold" if rest else ""
        told = [
            f"{f'{sure:,}' if sure else 'None'} of {fits} {bear} the signature of sycophancy with a"
            f" probability of {SURE} or more{more}."
        ]
    told += [
        Sentence(
            f"{who(row)}: all four signs with {chance(row['score'])}.",
            [row["score"]] if row["score"] >= SURE else [],
        )
        for row in crossed.head(MOST).iter_rows(named=True)
    ]
    left = frame.filter(~passed()).height
    if left:
        told.append(
            f"With the {several(left, 'fit')} left out, which no speaker describes or which did not"
            f" pass, {frame.filter('crossed').height:,} of {frame.height:,} would be above the"
            " study's threshold: that is no finding."
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
            "The signature of sycophancy (low φ*, ω inf and ω soc, high ω pre, beside people) is "
            f"borne by {'; '.join(named[:MOST])}{more}.",
            bear["score"].to_list(),
        )
    ]


def _nearest(read: pl.DataFrame) -> str:
    """The highest score that is no crossing, unless all are next to nothing."""
    if read.is_empty() or read["score"][0] < 0.01:
        return ""
    row = read.row(0, named=True)
    return f"; the nearest, with probability {number(row['score'])}, is {who(row)}"
