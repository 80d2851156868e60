"""Replies that decline to answer, and those that stop before they do."""

import re
from collections.abc import Sequence
from typing import Final

from tactometer.replies import neighbours as n
from tactometer.replies import vocabulary as v
from tactometer.replies.clauses import Clause
from tactometer.replies.decision import Decision

_DECLINES: Final = re.compile(
    r"\b(?:i|we)\b(?: \w+){0,2}? (?:(?:can|could|will|would|do|may) not|(?:am|are) (?:not able|"
    r"unable) to|unable to|not able to|(?:must |have to |will )?decline to|refuse to|"
    r"not comfortable|prefer not to|would rather not|must decline|decline\b|"
    r"have no (?:personal )?(?:opinion|taste|feelings))(?: (?:really|possibly|currently|honestly|"
    r"personally|provide|give|make|be able to))*(?: (?:answer|help(?! but\b)|assist|comply|choose|"
    r"pick|select|say|tell|provide|give|respond|participate|engage|continue|decide|determine|"
    r"comment|do (?:that|this)|fulfill?|saying|have)\b(?! (?:for (?:sure|certain)|so$))|$)"
    r"|\b(?:i|we) (?:must |have to |will |would )?(?:decline|refuse)\b",
    re.IGNORECASE,
)
_MACHINE: Final = re.compile(
    r"\bas an? (?:ai|language model|artificial)\b"
    r"|\bi am (?:just |only )?an? (?:ai|artificial|language model|machine)\b",
    re.IGNORECASE,
)
_OF_AN_OPTION: Final = re.compile(
    r"^(?: (?:that|it is|it was|for|with))*[ \"']*[\ue000-\uefff]", re.IGNORECASE
)
_STUMP: Final = re.compile(
    r"(?:\b(?:is|was|be|the|so|and|or|with|choose|say|to)|[(\[{:\"])\s*$", re.IGNORECASE
)


def refuses(found: Sequence[Clause], made: Sequence[Decision]) -> bool:
    """Whether a reply declines to answer, neither after an answer nor with one behind a "but".

    "I can't say C" declines C, not the answer; who is "only an AI" may answer all the same.
    """
    if not made and any(_MACHINE.search(clause.text) for clause in found):
        return True
    for at, clause in enumerate(found):
        declined = _DECLINES.search(clause.text)
        if declined is None or _OF_AN_OPTION.match(clause.text[declined.end() :]):
            continue
        if at and v.SUPPOSES.search(found[at - 1].text):
            continue  # "some would say C, I would not"
        if not any(
            decision.clause < at or (decision.clause > at and _goes_on(found, at, decision))
            for decision in made
        ):
            return True
    return False


def _goes_on(found: Sequence[Clause], at: int, decision: Decision) -> bool:
    """Whether a decision is of the same sentence, or said in one that turns from it."""
    own = found[decision.clause].sentence
    near = found[max(0, decision.clause - 4) :]
    turns = n.TURNS.match(next(clause.text for clause in near if clause.sentence == own))
    return own == found[at].sentence or (decision.said and turns is not None)


def stops_short(text: str) -> bool:
    """Whether a text ends within a sentence that was about to name something."""
    return _STUMP.search(text) is not None
