"""Stop reasons: which replies are no answers, because they were cut, filtered, refused or failed.

A reply that ends with its cap of tokens says what the cap left of it: of 65 that were cut in the
middle of a list of options, all were once read as a choice, most as the first option. So a sampled
reply counts only where the model ended it by itself.
"""

from collections.abc import Mapping
from typing import Any, Final

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


def no_answer(line: Mapping[str, Any]) -> str | None:
    """Why a journal line's reply is none, by its stop reason; None where it is one.

    Where a single token was asked for or said, the cap is the end by nature.
    """
    reason = NO_ANSWER.get(str(line.get("finish_reason") or "").lower())
    said = (line.get("usage") or {}).get("completion_tokens")
    return None if reason == "cut" and said == 1 else reason
