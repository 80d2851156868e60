"""Clauses that take the option another clause names: "C? Yes.", "that is my choice"."""

import re
from collections.abc import Sequence
from typing import Final

from tactometer.replies import neighbours as n
from tactometer.replies import vocabulary as v
from tactometer.replies.clauses import Clause
from tactometer.replies.decision import Decision, Weight
from tactometer.replies.mentions import ANY, CLEAR, Marked, is_letter

_SAME: Final = re.compile(
    r"(?:it|that|this|he|she) (?:is|does|would|fits|works)$|i (?:would|will) (?:say|choose|"
    r"pick|use|go with|go for) (?:that|this|it)$|(?:because|since|as)\b",
    re.IGNORECASE,
)
_INSTEAD: Final = re.compile(
    f"(?:i (?:think|believe) )?{CLEAR} (?:is|does|do|will|would(?: be)?)$", re.IGNORECASE
)
_NO: Final = re.compile(r"(?:no|nope)$", re.IGNORECASE)


def endorsed(found: Sequence[Clause], at: int, marked: Marked, polar: bool) -> Decision | None:
    """The option that the clause takes of those before it, if it takes one.

    A "yes" behind a question for one option, and "that is what she says" behind a clause with one.
    """
    if polar or not at or found[at].question:
        return None
    if n.AFFIRMS.match(found[at].text) and not _goes_on(found, at):
        asked = found[at - 1]
        if asked.question and n.ASKS_FOR.match(asked.text):
            return _of((asked,), at, marked)
    if _INSTEAD.match(found[at].text) and _turned_down(found[at - 1].text):
        return _of((found[at],), at, marked)
    if n.ENDORSES.match(found[at].text):
        return _of(_before(found, at), at, marked)
    return None


def _turned_down(text: str) -> bool:
    """Whether a clause is a "no", or denies an option: "C isn't right"."""
    return any(no.search(text) for no in (_NO, v.DENIES, v.CONDEMNS))


def _goes_on(found: Sequence[Clause], at: int) -> bool:
    """Whether the sentence goes on with more than the same once more or a reason."""
    if at + 1 == len(found) or found[at + 1].sentence != found[at].sentence:
        return False
    return n.AFFIRMS.match(found[at + 1].text) is None and _SAME.match(found[at + 1].text) is None


def _before(found: Sequence[Clause], at: int) -> Sequence[Clause]:
    """The clauses before it in the last sentence that names an option, its own or one before."""
    near = found[max(0, at - 4) : at]
    named = next((clause.sentence for clause in reversed(near) if re.search(ANY, clause.text)), -1)
    return [clause for clause in near if clause.sentence == named]


def _of(clauses: Sequence[Clause], at: int, marked: Marked) -> Decision | None:
    """The one option that the clauses name, unless they reject it."""
    text = " , ".join(clause.text for clause in clauses)
    mentions = re.findall(ANY, text)
    places = marked.named_in(text)
    if (
        len(places) != 1
        or v.DENIES.search(text[: text.rfind(mentions[-1])])
        or v.CONDEMNS.search(text)
    ):
        return None
    letter = any(map(is_letter, mentions))
    return Decision(places, Weight.PLAIN, letter, False, False, at, said=True, affirmed=True)
