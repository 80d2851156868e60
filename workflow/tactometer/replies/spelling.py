"""Misspelt words of an answer's frame: "teh anwser", "optoin"; an option's own words never."""

import re
from typing import Final

_WORDS: Final = (
    "answer", "option", "choice", "choose", "definitely", "probably", "would", "think"
)  # fmt: skip
# Words of their own, one letter away.
_REAL: Final = frozenset(
    ("answers", "options", "choices", "chooses", "chose", "probable", "thing", "thin", "thick",
     "thinks", "potion", "opting")
)  # fmt: skip


def _without_one(word: str) -> set[str]:
    """The word with one letter left out: two words that share one are a slip apart."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


_SLIPS: Final = {slip: word for word in _WORDS for slip in _without_one(word)}
_STARTS: Final = frozenset(word[0] for word in _WORDS)


def corrected(text: str) -> str:
    """The text with one slip in each of the frame's words undone."""
    return re.sub(r"[A-Za-z]{4,11}", lambda word: _right(word[0]), text)


def _right(word: str) -> str:
    lower = word.lower()
    if lower[0] not in _STARTS or lower in _WORDS or lower in _REAL:
        return word
    for slip in _without_one(lower):
        near = _SLIPS.get(slip)
        if near is None or near[0] != lower[0] or abs(len(near) - len(lower)) > 1:
            continue
        if len(near) > 5 or sorted(near) == sorted(lower):
            return near
    return word
