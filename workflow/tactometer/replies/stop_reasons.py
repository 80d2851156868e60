"""Stop reasons: which replies are no answers, because they were cut, filtered, refused or failed.

A reply that ends with its cap of tokens says what the cap left of it: of 65 that were cut in the
middle of a list of options, all were once read as a choice, most as the first option. So a sampled
reply counts only where the model ended it by itself.
"""

from collections.abc import Iterable
from typing import Final

from tactometer.replies.journal_line import JournalLine

NO_ANSWER: Final = {
    "length": "cut",
    "max_tokens": "cut",
    "model_length": "cut",
    "content_filter": "filtered",
    "safety": "filtered",
    "recitation": "filtered",
    "refusal": "refused",
    "error": "error",
}
"""What a stop reason (in small letters, as servers and LiteLLM give it) makes of a reply."""
UNSEEN: Final = ("cut", "filtered", "error")
"""Reasons for which there is nothing to read: no judge is asked about such a reply."""
REFUSALS: Final = ("refused", "filtered")
"""Reasons that are what a model or its provider does about a prompt: findings, not faults."""
REASONS: Final = ("cut", "filtered", "refused", "error", "empty", "undecided", "several")
"""Every reason for which an answer is invalid."""


def no_answer(line: JournalLine) -> str | None:
    """Why a journal line's reply is none, by what its provider says; None where it is one.

    Where a single token was asked for or said, the cap is the end by nature; so it is where labels
    were read in one prefill, but not where the thought before that ran into its cap.
    """
    if line.get("reason"):
        return str(line["reason"])
    reason = NO_ANSWER.get(str(line.get("finish_reason") or "").lower())
    if reason != "cut":
        return reason
    if line.get("logprobs") is not None:
        label = len((line.get("text") or "").strip()) == 1
        return "cut" if line.get("thinking") is not None and label else None
    said = (line.get("usage") or {}).get("completion_tokens")
    return None if said == 1 else reason


def counting(lines: Iterable[JournalLine]) -> dict[str, JournalLine]:
    """The line that counts for each key of a journal: the last usable one, else the first."""
    found: dict[str, JournalLine] = {}
    for line in lines:
        if line["key"] not in found or _usable(line):
            found[line["key"]] = line
    return found


def _usable(line: JournalLine) -> bool:
    said = line["logprobs"] is not None or bool((line["text"] or "").strip())
    return said and no_answer(line) is None
