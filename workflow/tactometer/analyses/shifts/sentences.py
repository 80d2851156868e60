"""Goals against `default`, efforts against the least one: a sentence each, by direction."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import (
    PARAMETERS,
    Sentence,
    chance,
    direction,
    readable,
    several,
    shift,
    some,
    standing,
)


def sentences(frame: pl.DataFrame) -> list[str]:
    """Goals against `default`, efforts against the least one: a sentence each, by direction."""
    told: list[str] = []
    named = pl.when(pl.col("kind") == "goal").then("goal")
    frame = frame.with_columns(what=named)
    for (what, against), rows in frame.group_by("what", "against", maintain_order=True):
        found = [_moves(rows.filter(parameter=name), name) for name in PARAMETERS]
        if any(found):
            cause = f"The goal {what}" if what else "More reasoning"
            moves = "; ".join(move for move in found if move)
            signs = [direction(row) for row in standing(rows).iter_rows(named=True)]
            least = f"the least sure sign with {chance(min(signs))}"
            text = f"{cause} against {against} ({_compared(rows)}; {least}): {moves}."
            told.append(Sentence(text, signs))
    return told or some(frame, standing(frame), shift, "shifts by goal or effort")


def headline(frame: pl.DataFrame) -> list[str]:
    """What the goal changes that changes most, and what efforts do; or that nothing stands out."""
    most: list[str] = []
    for kind in ("goal", "effort"):
        found = sentences(frame.filter(kind=kind))
        most += sorted(found, key=lambda one: -len(getattr(one, "signs", ())))[:1]
    return most


def _compared(rows: pl.DataFrame) -> str:
    """How many comparisons there are, and how many more on fits that are not to be read."""
    read = readable(rows).height // len(PARAMETERS)
    unread = rows.height // len(PARAMETERS) - read
    more = f"; {unread:,} more on fits that are not to be read" if unread else ""
    return several(read, "comparison") + more


def _moves(rows: pl.DataFrame, parameter: str) -> str:
    """In how many comparisons of one kind a parameter stands out, and where most surely."""
    found = standing(rows)
    if found.is_empty():
        return ""
    ups = found.filter(pl.col("mean") > 0).height
    ways = (("higher", ups), ("lower", found.height - ups))
    where = " and ".join(f"{way} in {count}" for way, count in ways if count)
    most = found.row(0, named=True)
    whose = f"{most['model']} ({most['checkpoint']})"
    return f"{PARAMETERS[parameter]} {where}, most surely of {whose}: {shift(most)}"
