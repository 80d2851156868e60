"""What is told of prompts beside the study's own texts: in a plan, and in the methods paragraph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from tactometer.utils.open_data import Row

LOST = {"dropped": "drops", "refused": "refuses"}
"""What a chat template does to system messages that it does not keep."""
COLUMNS = {
    **dict.fromkeys(["system", "template", "own_system", "added", "date"], pl.String),
    "differing": pl.Int64,
}
"""The columns of tables/asked that say what was sent."""


def columns(done: Mapping[str, Any], messages: Mapping[str, Any]) -> dict[str, Any]:
    """Those columns of a checkpoint, from what its run noted and what its requests are made by.

    `done` is the key `prompt` of what `ask` writes at its end, {} where nobody renders prompts
    here; `messages` is `prompt_settings.in_messages` of its model.
    """
    folded = done.get("folded") or messages.get("system") == "fold"
    told = {name: done.get(name) for name in COLUMNS if name != "system"}
    return {"system": "folded" if folded else "sent", **told}


def notes(told: Mapping[str, Any]) -> Iterator[str]:
    """What a plan says of a checkpoint; `told` has the `columns` but for `differing`."""
    if told["template"] == "none":
        yield "prompts are the texts one after another, without a chat template"
    if told["system"] == "folded":
        lost = LOST.get(told["template"] or "")
        why = f", as the chat template {lost} it" if lost else ""
        yield f"the system message goes before the first user message, for all goals{why}"
    if told["own_system"]:
        yield (
            "the chat template puts a system prompt of its own into prompts without one "
            f'("{_short(told["own_system"])}"); prompt.default_system: none leaves it out'
        )
    if told["added"]:
        yield f'the chat template adds to every prompt: "{_short(told["added"])}"'
    if told["date"]:
        yield f"the chat template prints a date: {told['date']} in every run (prompt.date)"


def sentences(asked: pl.DataFrame) -> str:
    """The sentences of the methods paragraph; "" where nothing was sent but the messages."""
    rows = asked.to_dicts() if asked.height and "system" in asked.columns else []
    found = []
    if folded := [r for r in rows if r["system"] == "folded"]:
        lost = [r for r in folded if r["template"] in LOST]
        why = f", since the chat template of {_names(lost)} takes no system message" if lost else ""
        found.append(
            f"System prompts stood before the first user message for {_names(folded)}{why}."
        )
    if own := [r for r in rows if r["own_system"]]:
        texts = "; ".join(dict.fromkeys(f'"{r["own_system"]}"' for r in own))
        found.append(
            f"Prompts without a system message got the chat template's own in {_names(own)}: "
            f"{texts}."
        )
    if dated := [r for r in rows if r["date"]]:
        dates = " and ".join(dict.fromkeys(r["date"] for r in dated))
        found.append(
            f"Where a chat template prints today's date ({_names(dated)}), it was {dates}."
        )
    if bare := [r for r in rows if r["template"] == "none"]:
        found.append(f"Prompts of {_names(bare)} had no chat template.")
    return " ".join(found)


def _names(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(r["model"] for r in rows))
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _short(text: str, most: int = 100) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
