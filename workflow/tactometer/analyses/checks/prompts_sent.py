"""What was sent beside the study's messages: a check of each checkpoint's prompts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from tactometer.tables.prompts_told import LITELLM, LOST, adder

Row = Mapping[str, Any]
SCHEMA = {
    **dict.fromkeys(["model", "checkpoint", "check"], pl.String),
    **dict.fromkeys(["value", "limit"], pl.Float64),
    "flagged": pl.Boolean,
    "note": pl.String,
}


def checks(asked: pl.DataFrame, goals: int) -> pl.DataFrame:
    """A row for each thing that is sent beside the messages, by model and checkpoint.

    `system`: system messages stand before the first user message, flagged where the checkpoints of
    a model differ in it. `own_system`: the chat template's own system prompt in prompts without
    one, flagged where the study has other goals to compare with those. `added`: its other words,
    flagged where the checkpoints of a model differ in them. `date`: what it prints as today's.
    `prompts`: requests that were rendered in more than one way, flagged where there is any. What
    LiteLLM does to messages stands in the same rows. `asked` is the table of that name.
    """
    ways: dict[str, set[str]] = {}
    words: dict[str, set[str | None]] = {}
    for row in asked.iter_rows(named=True):
        ways.setdefault(row["model"], set()).add(row["system"])
        words.setdefault(row["model"], set()).add(row["added"])
    rows = [
        {"model": row["model"], "checkpoint": row["checkpoint"], **found}
        for row in asked.iter_rows(named=True)
        for found in _of(row, len(ways[row["model"]]) > 1, len(words[row["model"]]) > 1, goals)
    ]
    return pl.DataFrame([{k: row.get(k) for k in SCHEMA} for row in rows], schema=SCHEMA)


def _of(row: Row, mixed: bool, other_words: bool, goals: int) -> Iterator[dict[str, Any]]:
    who = adder(row)
    if row["system"] == "folded" or mixed:
        yield {"check": "system", "flagged": mixed, "note": _system(row, mixed)}
    if row["own_system"]:
        text = f"prompts without a system message get {who}'s own: {row['own_system']}"
        differs = row["system"] == "sent" and goals > 1
        yield {"check": "own_system", "flagged": differs, "note": text}
    if row["added"]:
        text = f"{who} puts into every prompt: {row['added']}"
        text += "; other checkpoints of the model differ" if other_words else ""
        yield {"check": "added", "flagged": other_words, "note": text}
    if row["date"]:
        text = f"the chat template prints a date: {row['date']} in every run"
        yield {"check": "date", "flagged": False, "note": text}
    if row["differing"] is not None:
        yield {
            "check": "prompts",
            "value": float(row["differing"]),
            "limit": 0.0,
            "flagged": row["differing"] > 0,
            "note": "requests whose answers came from prompts that were rendered differently",
        }


def _system(row: Row, mixed: bool) -> str:
    """How system messages are sent, and why."""
    lost = LOST.get(row["template"] or "")
    why = f": the chat template {lost} them" if lost else ""
    why = ": LiteLLM puts them there" if row["template"] == LITELLM else why
    folded = f"system messages stand before the first user message{why}"
    told = folded if row["system"] == "folded" else "system messages are sent as such"
    return f"{told}; other checkpoints of the model differ" if mixed else told
