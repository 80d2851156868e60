"""Misspelt words: those of an answer's frame ("anwser"), and long ones of options ("terible")."""

import re
from collections.abc import Sequence
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


def corrected(text: str, options: Sequence[str]) -> str:
    """The text with one slip undone in each word of the frame, and in options of one long word.

    Short ones are left: "god" is no "good".
    """
    own = {option.split()[-1].lower() for option in options if option.count(" ") < 2}
    long = [word for word in sorted(own) if len(word) > 6]
    return re.sub(r"[A-Za-z]{4,11}", lambda word: _right(word[0], long), text)


def _right(word: str, long: Sequence[str]) -> str:
    lower = word.lower()
    for own in long:
        shorter, longer = sorted((lower, own), key=len)
        missing = len(longer) == len(shorter) + 1 and shorter in _without_one(longer)
        if lower[0] == own[0] and lower != f"{own}s" and (missing or sorted(lower) == sorted(own)):
            return own
    if lower[0] not in _STARTS or lower in _WORDS or lower in _REAL:
        return word
    for slip in _without_one(lower):
        near = _SLIPS.get(slip)
        if near is None or near[0] != lower[0] or abs(len(near) - len(lower)) > 1:
            continue
        if len(near) > 5 or sorted(near) == sorted(lower):
            return near
    return word
