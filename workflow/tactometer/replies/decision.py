"""A decision of a reply: a clause that answers, and how much it says."""

from dataclasses import dataclass
from enum import IntEnum


class Weight(IntEnum):
    """How much a decision says: for one aim only, for the reply, for good and all."""

    QUALIFIED = 1
    PLAIN = 2
    FINAL = 3


@dataclass(frozen=True)
class Decision:
    """A clause that answers: the places of the options it names, more than one for "C or D".

    `letter` says that a letter names it, `labelled` that its own words stand with the letter,
    `item` that it opens a line or a sentence as an item of a list does: with words, or a comment
    behind; `bare` that it is nothing but its mention, `said` that a verb or a noun of answers makes
    it one, `concludes` that it draws on what stands before, `affirmed` that all that is said of the
    mention takes it, `condemned` that it turns it down: then it decides nothing.
    """

    places: frozenset[int]
    weight: Weight
    letter: bool
    labelled: bool
    item: bool
    clause: int
    bare: bool = False
    said: bool = False
    concludes: bool = False
    affirmed: bool = False
    condemned: bool = False
