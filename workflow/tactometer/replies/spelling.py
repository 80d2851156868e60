"""Misspelt words: those of an answer's frame ("anwser"), and long ones of options ("terible")."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

_WORDS: Final = (
    "answer", "option", "choice", "choose", "definitely", "probably", "would", "think"
)  # fmt: skip
# Words of their own, one letter away.
_REAL: Final = frozenset(
    ("answers", "options", "choices", "chooses", "chose", "probable", "thing", "thin", "thick",
     "thinks", "potion", "opting", "terribly")
)  # fmt: skip


def corrected(text: str, options: Sequence[str]) -> str:
    """The text with one slip undone in words of the frame and in options of one long word."""
    own = {option.split()[-1].lower() for option in options if option.count(" ") < 2}
    slips = _slips((*_WORDS, *sorted(word for word in own if len(word) > 6)))
    return re.sub(r"[A-Za-z]{4,11}", lambda word: _right(word[0], slips), text)


@lru_cache(maxsize=512)
def _slips(words: tuple[str, ...]) -> Mapping[str, str]:
    return {slip: word for word in words for slip in _without_one(word)}


def _without_one(word: str) -> set[str]:
    """The word with one letter left out: two words that share one are a slip apart."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _right(word: str, slips: Mapping[str, str]) -> str:
    lower = word.lower()
    if slips.get(lower) == lower or lower in _REAL:
        return word
    for slip in _without_one(lower):
        near = slips.get(slip)
        if near is None or near[0] != lower[0] or abs(len(near) - len(lower)) > 1:
            continue
        if len(near) > 5 or sorted(near) == sorted(lower):
            return near
    return word
