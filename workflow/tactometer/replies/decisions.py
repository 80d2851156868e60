"""What decides in a reply: the clauses that answer, and those that correct an answer.

A mention decides where it stands alone ("Sure, C"), in the frame that the options complete ("It was
bad"), as what somebody says ("I'd say C"), as what an answer is ("the answer is C"), as what fits
("C is best") or is left. Everything else only mentions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from tactometer.replies import vocabulary as v
from tactometer.replies.clauses import Clause
from tactometer.replies.mentions import (
    ANY,
    CLEAR,
    LETTER,
    NO_MENTION,
    ONE,
    SENTENCE,
    SEVERAL,
    WORDS,
    Marked,
    is_labelled,
    is_letter,
)


class Weight(IntEnum):
    """How much a decision says: for one aim only, for the reply, for good and all."""

    QUALIFIED = 1
    PLAIN = 2
    FINAL = 3


@dataclass(frozen=True)
class Decision:
    """A clause that answers: the places of the options it names, more than one for "C or D".

    `letter` says that a letter names it, `labelled` that its own words stand with the letter,
    `item` that it opens a line as an item of a list does: with words, or a comment behind.
    """

    places: frozenset[int]
    weight: Weight
    letter: bool
    labelled: bool
    item: bool
    clause: int


@dataclass(frozen=True)
class _Answer:
    """The mentions that a clause answers with, whether for one aim alone, whether it is all."""

    mentions: str
    for_one_aim: bool = False
    bare: bool = False


# ---- the reply --------------------------------------------------------------------------------


def decisions(found: Sequence[Clause], marked: Marked, polar: bool) -> list[Decision]:
    """The decisions of a reply in order, corrected ones left out.

    `polar` says that the options are yes and no, whose bare words answer wherever they stand.
    """
    made: list[Decision] = []
    corrected: int | None = None  # the sentence in which a correction was announced
    for at, clause in enumerate(found):
        back = v.WITHDRAWS.match(clause.text) or (not polar and v.NO.match(clause.text))
        if back and made:
            made, corrected = [], None
        elif v.CORRECTS.match(clause.text) or v.CORRECTS.match(clause.label):
            corrected = clause.sentence
        decision = _decision(found, at, marked, polar)
        if decision is None:
            continue
        if corrected is not None and clause.sentence <= corrected + 1:
            made = []
        corrected = None
        made.append(decision)
    return made


def _decision(found: Sequence[Clause], at: int, marked: Marked, polar: bool) -> Decision | None:
    """What a clause decides among its neighbours and behind its label, if anything."""
    clause = found[at]
    label = "" if re.search(ANY, clause.label) else clause.label
    if v.ANOTHER_LABEL.match(label) or v.REJECTING_LABEL.match(label) or _asks(found, at):
        return None
    if re.match(v.OR, clause.text, _I) and _neighbour(found, at, -1):
        return None  # an alternative to what stands before it
    answer = _answer(clause.text, polar)
    if answer is None or (answer.bare and not polar and _condemned(found, at)):
        return None
    conditional = _conditional(found, at)
    weak = answer.for_one_aim or conditional or _for_one_aim(label)
    mentions = answer.mentions + _alternatives(found, at, conditional)
    final = v.FINAL.search(label) or v.FINAL.search(clause.text)
    follows = at + 1 < len(found) and not clause.closes
    labelled = is_labelled(answer.mentions[0])
    return Decision(
        places=frozenset().union(*map(marked.named, mentions)),
        weight=Weight.QUALIFIED if weak else Weight.FINAL if final else Weight.PLAIN,
        letter=any(map(is_letter, mentions)),
        labelled=len(mentions) == 1 and labelled,
        item=answer.bare and clause.opens and (labelled or follows),
        clause=at,
    )


def _asks(found: Sequence[Clause], at: int) -> bool:
    """Whether the clause asks; "C, right?" does not."""
    after = _neighbour(found, at, 1)
    mild = after is not None and re.match(r"(?:right|ok(?:ay)?)$", after.text, _I)
    return found[at].question and not (mild and re.search(LETTER, found[at].text))


def _condemned(found: Sequence[Clause], at: int) -> bool:
    after = _neighbour(found, at, 1)
    return after is not None and v.VERDICT.match(after.text) is not None


def _conditional(found: Sequence[Clause], at: int) -> bool:
    near = (_neighbour(found, at, -1), _neighbour(found, at, 1))
    return any(clause is not None and v.CONDITION.match(clause.text) for clause in near)


def _alternatives(found: Sequence[Clause], at: int, conditional: bool) -> str:
    """The mentions that an "or" behind the answer sets beside it; all, where it has a condition."""
    rest = ""
    for clause in found[at + 1 : at + 6]:
        if clause.sentence == found[at].sentence:
            rest += f", {clause.text}"
    own = _OR.search(found[at].text)
    if conditional:
        return _mentions(rest)
    behind = _OR.search(rest)
    return (own["o"] if own else "") + (behind["o"] if behind else "")


def _neighbour(found: Sequence[Clause], at: int, step: int) -> Clause | None:
    """The clause before or behind, if it is of the same sentence."""
    there = at + step
    if not 0 <= there < len(found) or found[there].sentence != found[at].sentence:
        return None
    return found[there]


def _for_one_aim(words: str) -> bool:
    """Whether an answer is named for one aim: "the most honest answer", not "the best"."""
    return v.FOR_ONE_AIM.search(words) is not None and v.FOR_ALL.search(words) is None


# ---- the clause -------------------------------------------------------------------------------

_GAP: Final = r"[ .\"']{0,6}"
_I: Final = re.IGNORECASE
_OR: Final = re.compile(
    rf"(?:{ANY}{NO_MENTION}{{1,60}}?|, ){v.OR}{NO_MENTION}{{0,60}}?(?P<o>{ANY})", _I
)
_BARE: Final = re.compile(rf"{v.OPENING}\s*(?P<o>{ANY}(?: ?{ONE})?){v.CLOSING}\s*$", _I)
_IN_PASSING: Final = re.compile(rf"\b(?:so|the|an?|very) {WORDS}|\ban? \w+ {LETTER}", _I)
_FRAMED: Final = re.compile(rf"{v.OPENING}(?P<o>{SENTENCE})(?P<rest>{NO_MENTION}*)$", _I)
_NAMED: Final = re.compile(
    rf"{v.NOUN}(?: {v.WORD}){{0,7}}? {v.IS}(?: {v.WORD}){{0,3}}?{_GAP}(?P<o>{ANY}(?: ?{ONE})?)", _I
)
_NAMED_WORDS: Final = re.compile(
    rf"{v.NOUN}(?: {v.WORD}){{0,7}}? {v.IS}(?: (?:that|simply|probably|just|clearly|therefore|"
    rf"most likely|likely|a|a clear|definitely|thus)){{0,2}}{_GAP}{WORDS}{v.CLOSING}\s*$",
    _I,
)
_SAID: Final = re.compile(
    rf"{v.SAYS}(?: {v.WORD}){{0,6}}?{_GAP}(?P<o>(?:{CLEAR}|{SEVERAL})(?: ?{ONE})?)", _I
)
_SAID_WORDS: Final = re.compile(
    rf"{v.SAYS}(?: (?:that|just|simply|with|it is|it|as|for|is|probably|definitely|would be|a|"
    rf"a clear|a definite)){{0,3}}{_GAP}(?P<o>{WORDS}(?: ?{ONE})?){v.CLOSING}\s*$",
    _I,
)
_LEFT: Final = re.compile(
    r"\b(?:leav(?:es|ing)|(?:leads?|brings?|points?|takes?)(?: me| us)? (?:to|towards?))"
    rf"(?: {v.WORD}){{0,4}}? (?P<o>{CLEAR}|{SEVERAL})",
    _I,
)
_MADE: Final = re.compile(
    rf"\bmakes? (?P<o>{ANY}) (?:the |my )?(?:best|right|most|likel|correct|answer|choice)", _I
)
_FITTING: Final = re.compile(rf"(?P<o>{ANY}) (?:\w+ly |just |still |also )?{v.FITS}", _I)
_POINTED: Final = re.compile(
    rf"^{v.OPENING}(?:it|that|this|which|he|she)"
    rf"(?: {v.IS}| would| will| must| could| should| has to| have to)(?: be)?"
    r"(?: (?:probably|likely|most likely|definitely|clearly|then|simply|just|also|be|a|an|clear|"
    rf"definite|\w+ly)){{0,3}} (?P<o>{CLEAR})",
    _I,
)
_SUPERLATIVE: Final = re.compile(  # "the kindest is C"
    rf"^{v.OPENING}(?:most )?\w+(?: {v.WORD}){{0,2}} {v.IS} (?P<o>{CLEAR})", _I
)
_POLAR: Final = re.compile(  # "that is a clear yes", "the rating suggests no"
    rf"^(?P<before>(?:{v.WORD} ){{0,12}}?)(?:an? (?:\w+ ){{0,2}}"
    rf"|(?:suggests?|means?|says?|indicates?|implies|imply) )(?P<o>{WORDS}){v.CLOSING}\s*$",
    _I,
)
_LED: Final = re.compile(rf"{v.OPENING}(?P<o>{WORDS})(?P<rest> {NO_MENTION}*)$", _I)  # "No he is"

_PATTERNS: Final = (_NAMED, _SAID, _SAID_WORDS, _LEFT, _MADE, _FITTING, _POINTED)


def _answer(text: str, polar: bool) -> _Answer | None:
    """What a clause answers, by itself."""
    if not re.search(ANY, text):
        return None
    bare = _BARE.match(text)
    if bare and (polar or not _IN_PASSING.search(text)):
        return _Answer(_mentions(bare["o"]), bare=True)
    for pattern in (_FRAMED, _LED) if polar else (_FRAMED,):
        whole = pattern.match(text)
        if whole and not v.RULES.match(whole["rest"]):
            return _Answer(whole["o"])
    if polar:
        own = _POLAR.match(text)
        if own and not v.DENIES.search(own["before"]) and not v.SUPPOSES.search(own["before"]):
            return _Answer(own["o"])
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if _stands(pattern, match, text, polar):
                return _Answer(_mentions(match["o"]), _limited(pattern, match, text))
    return _superlative(text)


def _stands(pattern: re.Pattern[str], match: re.Match[str], text: str, polar: bool) -> bool:
    """Whether nothing round the mention denies it, condemns it or speaks of another world."""
    before = _words_before(text, match.start("o"))
    if pattern is not _FITTING:  # what stands before another mention is said of that one
        before = re.split(ANY, before)[-1]
    if v.DENIES.search(before) or v.SUPPOSES.search(before) or v.CONDEMNS.search(before):
        return False
    if pattern in (_SAID, _SAID_WORDS):  # "say C is wrong", "C says"
        end, subject = match.end(), _words_before(text, match.start())
        ruled = v.RULES.match(text, end) or v.RULES_IT.match(text, end)
        return not (ruled or re.search(f"{ANY} $", subject))
    if pattern is _FITTING:
        verdict = re.sub(r"\b\w+ than\b.*", "", match[0])
        least = v.LEAST.search(text, match.start(), match.end() + 40)
        return not (least or v.DENIES.search(verdict) or v.CONDEMNS.search(verdict))
    if pattern is _NAMED:
        words = re.match(WORDS, match["o"]) and not polar
        named = not words or _NAMED_WORDS.match(text[match.start() :])
        return bool(named) and not v.AMONG.search(_words_before(text, match.end()))
    return True


def _limited(pattern: re.Pattern[str], match: re.Match[str], text: str) -> bool:
    """Whether the answer is for one aim alone."""
    if pattern in (_NAMED, _FITTING):
        return _for_one_aim(_words_before(text, match.end()))
    return v.SOMEBODY.search(_words_before(text, match.start())) is not None


def _words_before(text: str, at: int) -> str:
    """What stands before, as far back as a sentence goes, so that long ones take linear time."""
    return text[max(0, at - 300) : at]


def _superlative(text: str) -> _Answer | None:
    match = _SUPERLATIVE.match(text)
    against = (v.DENIES, v.CONDEMNS, v.AMONG, v.SUPPOSES)
    if match is None or not v.FOR_ONE_AIM.search(text) or any(no.search(text) for no in against):
        return None
    return _Answer(match["o"], for_one_aim=True)


def _mentions(text: str) -> str:
    return "".join(re.findall(ANY, text))
