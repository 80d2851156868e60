"""Thought tokens of answers, by vignette: how much a model thought before it answered."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from tactometer.journal.answer_keys import answer_key
from tactometer.reading.choices import of_journal

CHARACTERS: Final = 3.8
"""Characters a token, where a thought came as text and nobody counted its tokens."""
THOUGHTS: Final[dict[str, Any]] = {
    **dict.fromkeys(["study", "model", "checkpoint", "goal", "vignette"], pl.String),
    **dict.fromkeys(["n", "thought", "estimated"], pl.Int64),
    "tokens": pl.Float64,
}


def tokens_of(line: Mapping[str, Any]) -> tuple[float | None, bool]:
    """The thought tokens of one answer, and whether they are estimated from its text; None where
    the answer has neither a thought nor a count of its tokens.
    """
    counted = (line.get("usage") or {}).get("reasoning_tokens")
    text = line.get("thinking")
    if counted is not None and (counted > 0 or not text):
        return float(counted), False
    return (math.ceil(len(text) / CHARACTERS), True) if text else (None, False)


def by_vignette(choices: Iterable[Path], answers: Path, who: str) -> list[dict[str, Any]]:
    """Thought tokens by goal and vignette, of files of choices and the journal that they are from.

    `n` answers, of them `thought` with a thought, `tokens` on average over all of them (without a
    count and without a thought: none), `estimated` of them from the length of its text. No rows
    where no answer has a count or a thought.
    """
    wanted: dict[str, tuple[str, str]] = {}
    for path in choices:
        columns = ["request", "sample", "goal", "vignette"]
        for request, sample, goal, vignette in pl.read_parquet(path, columns=columns).rows():
            if goal is not None:
                wanted[answer_key(who, request, sample)] = (goal, vignette)
    sums: dict[tuple[str, str], list[float]] = {}
    told = False
    for key, line in of_journal(answers, wanted).items():
        tokens, estimated = tokens_of(line)
        told |= tokens is not None
        row = sums.setdefault(wanted[key], [0, 0, 0, 0.0])
        for place, more in enumerate((1, bool(tokens), estimated, tokens or 0.0)):
            row[place] += more
    if not told:
        return []
    return [
        {
            "goal": goal,
            "vignette": vignette,
            "n": int(n),
            "thought": int(thought),
            "estimated": int(estimated),
            "tokens": tokens / n,
        }
        for (goal, vignette), (n, thought, estimated, tokens) in sorted(sums.items())
    ]
