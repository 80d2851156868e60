"""A marked text as clauses, each with what stands before it and how its sentence ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tactometer.replies.mentions import NO_MENTION, SENTENCE, WORDS


@dataclass(frozen=True)
class Clause:
    """One clause: its words, and its place in the reply.

    `label` is what stands before a colon before it ("Answer", "Honest"); `question` whether its
    sentence asks; `opens` whether it opens a line; `sentence` counts them.
    """

    text: str
    label: str
    question: bool
    opens: bool
    sentence: int


_CONJUNCTIONS: Final = (
    r"(?:but|yet)(?! (?:still )?(?:kind|honest|gentle|polite|true|truthful|fair)\s*(?:[.,;!?]|$|"
    r"(?:friend|person)\b))|so(?! ?(?:[.,;!?]|$)| far\b| \w+ as to\b)|because|since|although|even "
    r"though|though|while|whereas|however|therefore|thus|hence|then|even if|if|unless|when|(?<!far "
    r")as (?:she|he|it|they|we|i|you)"
)
_SPLIT: Final = re.compile(
    r"(\.{2,}|(?<!\d)\.(?!\w)|(?<=\d)\.(?!\d)|[!?;,()\n]|:(?!\d)|–|—|\s-{1,2}(?=\s|$)|-{2,}"
    r"|=>?|-> ?|\s/\s"
    # "anything but C" is one clause
    r"|(?<=\s)(?<!thing )(?<!\ball )(?<!\bany )(?<!\bthem )(?<!one )(?<!body )(?<!\bor )(?<!\beven "
    r")"
    rf"(?=(?:{_CONJUNCTIONS})\b|and (?:{SENTENCE}|the [a-z]+ {WORDS}|(?-i:[A-Z])[a-z]+ "
    r"(?:would|will|says|might) )|and the (?:most )?\w+ (?:answer|option|choice|one|reply) (?:is|"
    r"would)\b))",
    re.IGNORECASE,
)
# "The truth? C.": a question that names what follows, as a label does.
_HEADS: Final = re.compile(
    r"(?:(?:and|but|so) )?(?:the|my|his|her|what (?!do you|would you)|which|in|inside|out loud)\b"
    rf"{NO_MENTION}{{0,60}}$",
    re.I,
)


def clauses(text: str) -> list[Clause]:
    """Split a marked text; clauses without words are left out."""
    pieces = [piece.strip(" ") for piece in _SPLIT.split(text)]
    asked = _asked(pieces)
    found: list[Clause] = []
    sentence, label, opens = 0, "", True
    for at in range(0, len(pieces), 2):
        words = pieces[at].strip(" \"'")
        end = pieces[at + 1] if at + 1 < len(pieces) else "\n"
        if words:
            found.append(Clause(words, label, asked[at // 2], opens, sentence))
            opens = False
            sentence += _ends(end)
        if end == ":" or end.startswith("=") or (end == "?" and _HEADS.match(words)):
            label = words or label
        elif words or end != "\n":  # a label holds on the lines below, if nothing comes first
            label = ""
        opens = opens or end == "\n"
    return found


def _ends(mark: str) -> bool:
    """Whether a mark ends a sentence; an ellipsis does not."""
    return mark[:1] in (".", "!", "?", ";", "\n") and mark[:2] != ".."


def _asked(pieces: Sequence[str]) -> list[bool]:
    """For each piece of text whether its sentence ends with a question mark."""
    asked, question = [False] * (len(pieces) // 2 + 1), False
    for at in range(len(pieces) - 1, -1, -1):
        if at % 2 == 0:
            asked[at // 2] = question
        elif _ends(pieces[at]):
            question = pieces[at] == "?"
    return asked
