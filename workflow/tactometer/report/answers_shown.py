"""Answers to look at: prompt, reply, choice and how it was read."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

MOST = 300
"""Answers on the page; the table `replies` has more, the journals have all."""
COLUMNS = ("model", "checkpoint", "prompt_set", "framing", "state", "method", "choice")


@dataclass(frozen=True)
class Answer:
    """One answer: what its row says, and the texts that open below it."""

    row: list[str]
    reply: str
    prompt: str


def shown(replies: pl.DataFrame, most: int = MOST) -> list[Answer]:
    """At most `most` answers, evenly over models, checkpoints and ways of reading."""
    if replies.is_empty():
        return []
    ways = ["model", "checkpoint", "method"]
    turn = pl.int_range(pl.len()).over(ways)
    drawn = replies.with_row_index("place").with_columns(turn=turn).sort("turn", "place")
    return [_answer(row) for row in drawn.head(most).sort("place").iter_rows(named=True)]


def _answer(row: dict[str, object]) -> Answer:
    told = ["none" if row[c] is None else str(row[c]) for c in COLUMNS]
    if row["utterance"] is not None:
        told[-1] = f"{row['utterance']}: {told[-1]}"
    return Answer(told, str(row["text"] or ""), str(row["prompt"]))
