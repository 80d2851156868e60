"""What one clause answers, by itself.

A mention answers where it stands alone ("Sure, C"), in the frame that the options complete ("It was
bad"), as what somebody says ("I'd say C"), as what an answer is ("the answer is C"), as what fits
("C is best") or is left.
"""

import re
from dataclasses import dataclass
from typing import Final

from tactometer.replies import vocabulary as v
from tactometer.replies.mentions import (
    ANY,
    CLEAR,
    LETTER,
    NO_MENTION,
    ONE,
    SENTENCE,
    SEVERAL,
    WORDS,
)


@dataclass(frozen=True)
class Answer:
    """The mentions that a clause answers with, whether for one aim alone, whether it is all."""

    mentions: str
    for_one_aim: bool = False
    bare: bool = False
    said: bool = False


_GAP: Final = r"[ .\"']{0,6}"
_I: Final = re.IGNORECASE
_BARE: Final = re.compile(rf"{v.OPENING}\s*(?P<o>{ANY}(?: ?{ONE})?){v.CLOSING}\s*$", _I)
_IN_PASSING: Final = re.compile(rf"\b(?:so|the|an?|very) {WORDS}|\ban? \w+ {LETTER}", _I)
_FRAMED: Final = re.compile(rf"{v.OPENING}(?P<o>{SENTENCE})(?P<rest>{NO_MENTION}*)$", _I)
_NAMED: Final = re.compile(
    rf"{v.NOUN}(?: {v.WORD}){{0,9}}? {v.IS}(?: {v.WORD}){{0,3}}?{_GAP}(?P<o>{ANY}(?: ?{ONE})?)", _I
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
    rf"{v.SAYS}(?: (?:that|just|simply|with|it is|it|as|for|is|maybe|perhaps|{v.ADVERB}|would be|a|"
    r"in|(?:the|your|his|her|my) \w+|the (?:blank|gap|sentence|space)|the (?:words?|phrase|term|"
    r"expression)|"
    rf"a clear|a definite)){{0,4}}{_GAP}(?P<o>{WORDS}(?: ?{ONE})?){v.CLOSING}\s*$",
    _I,
)
_LEFT: Final = re.compile(
    r"\b(?:leav(?:es|ing)|(?:leads?|brings?|points?|takes?)(?: me| us)? (?:to|towards?)"
    r"|(?:comes?|boils?) down to|(?:that|this|which|it) (?:makes it|gives (?:us|me)|(?:means|"
    r"suggests|implies)(?= [\ue000-\ue0ff]$))|\b(?:we|i) (?:get|have(?= .$)|arrive at)|ends? up "
    r"(?:with|at|as))"
    rf"(?: {v.WORD}){{0,4}}? (?P<o>{CLEAR}|{SEVERAL})",
    _I,
)
_MADE: Final = re.compile(
    r"\b(?:makes?|find|consider|deem|rate|rank|put|give|list|believe|think|"
    rf"nothing (?P<beats>beats|tops)) (?P<o>{ANY})"
    r"(?(beats)| (?:to be |as )?(?:the |my |an? (?:\w+ )?)?(?:best|right|most|likel|correct|answer|"
    r"choice|first|highest|\w{3,}est\b))",
    _I,
)
_FITTING: Final = re.compile(rf"(?P<o>{ANY}) (?:\w+ly |just |still |also |alone )?{v.FITS}", _I)
_POINTED: Final = re.compile(
    rf"^{v.OPENING}(?:(?:(?:this|that|the) one|it|that|this|which|he|she)(?: {v.IS}(?: going to)?| "
    r"would| will| must| could| should| has to| have to| has got to| got to| gotta| can only| "
    r"could only| would have to| will have to)(?: be)?|(?:must|should|has to|would have to|would|"
    r"will) be|(?<!so )is(?= (?:the |"
    rf"an? )?{CLEAR}$)|(?:it )?(?:looks|seems|sounds) like)"
    r"(?: (?:probably|likely|most likely|definitely|clearly|then|simply|just|also|be|a|an|clear|"
    r"gotta|the|"
    rf"definite|\w+ly)){{0,3}} (?P<o>{CLEAR})",
    _I,
)
_SUPERLATIVE: Final = re.compile(  # "the kindest is C"
    rf"^{v.OPENING}(?:most )?\w+(?: {v.WORD}){{0,2}} {v.IS} (?:(?<=thing is )that )?(?P<o>{CLEAR})",
    _I,
)
_POLAR: Final = re.compile(  # "that is a clear yes", "the rating suggests no"
    rf"^(?P<before>(?:{v.WORD} ){{0,12}}?)(?:an? (?:\w+ ){{0,2}}"
    rf"|(?:suggests?|means?|says?|indicates?|implies|imply) )(?P<o>{WORDS}){v.CLOSING}\s*$",
    _I,
)
_LED: Final = re.compile(rf"{v.OPENING}(?P<o>{WORDS})(?P<rest> {NO_MENTION}*)$", _I)  # "No he is"

_SAID_LAST: Final = re.compile(  # a German order: "she would C choose"
    rf"\b(?:would|will)(?: {v.WORD}){{0,4}}?{_GAP}(?P<o>{ANY})(?: than {ANY})? (?:{v.WORD} )?"
    r"(?:say|says|choose|answer|reply|pick)\b",
    _I,
)
_WOULD: Final = re.compile(  # "I'd mumble that it was bad": any verb but those that wish and weigh
    r"\b(?:i|we|she|he|they|you|(?-i:[A-Z])\w+) (?:would|will|shall)(?: \w+ly| just| then)? "
    r"(?!be\b|have\b|not\b|never\b|like|love|want|need|hear|think|feel|find|believe|know|compar|"
    r"consider|wonder|start|begin|look|enjoy|agree|disagree|see|lie|lying|cry|mean|understand|"
    r"worry|pretend|let|assume|suspect|accept|regret|struggle|hope|doubt|resent)"
    rf"{v.WORD}(?: {v.WORD}){{0,6}}?{_GAP}(?P<o>{SENTENCE}|(?<=with ){CLEAR}){v.CLOSING}\s*$",
    _I,
)
_LEFT_WORDS: Final = re.compile(
    rf"\bleav(?:es|ing)(?: (?:me|us|only|just|with)){{0,3}}{_GAP}(?P<o>{WORDS}){v.CLOSING}\s*$", _I
)

_PATTERNS: Final = (
    _NAMED, _SAID, _SAID_WORDS, _SAID_LAST, _LEFT, _LEFT_WORDS, _MADE, _FITTING, _POINTED, _WOULD
)  # fmt: skip

_REASON: Final = re.compile(  # "since she is kind she would say C"
    r"^(?:since|because|as|(?:in order |so as )?(?:not )?to) (?:[\w']+ ){2,12}?(?=(?:she|he|i|we|"
    r"they|you) (?:would|will|must)\b)|^when (?:talking|speaking) to an? (?:\w+ )?friend\b"
    r"|\b(?:people|some(?:one|body)|anyone|those) who (?:[\w']+ ){1,6}?both (?:[\w']+ ){1,4}and "
    r"[\w']+",
    _I,
)
_WHETHER: Final = re.compile(r"\b(?:question|answer) (?:of |as to |to )?whether\b", _I)
_TO_ANYONE: Final = re.compile(r" to (?:an? (?!friend)\w+|strangers|anyone else)\b", _I)
_COULD: Final = re.compile(r"\b(?:could|might|may) (?:\w+ly |also |just )?$", _I)
_ONE_OF_SOME: Final = re.compile(r"\b(?:would|could) be an? ", _I)
_ANSWER: Final = re.compile(r"(?:answer|reply|pick|vote)\b", _I)


def answer_of(text: str, polar: bool) -> Answer | None:
    """What a clause answers, by itself."""
    if not re.search(ANY, text):
        return None
    bare = _BARE.match(text)
    if bare and (polar or not _IN_PASSING.search(text)):
        return Answer(mentions_in(bare["o"]), bare=True)
    for pattern in (_FRAMED, _LED) if polar else (_FRAMED,):
        whole = pattern.match(text)
        if whole and not v.RULES.match(whole["rest"]) and not v.PARTLY.match(whole["rest"]):
            return Answer(whole["o"])
    if polar:
        own = _POLAR.match(text)
        if own and not v.DENIES.search(own["before"]) and not v.SUPPOSES.search(own["before"]):
            return Answer(own["o"])
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if _stands(pattern, match, text, polar):
                return Answer(mentions_in(match["o"]), _limited(pattern, match, text), said=True)
    return _superlative(text)


def _stands(pattern: re.Pattern[str], match: re.Match[str], text: str, polar: bool) -> bool:
    """Whether nothing round the mention denies it, condemns it or speaks of another world."""
    before = _words_before(text, match.start("o" if pattern is not _MADE else 0))
    if pattern is not _FITTING:  # what stands before another mention is said of that one
        before = re.split(f"{CLEAR}|{SEVERAL}", before)[-1]
    before = _REASON.sub("", _WHETHER.sub("", before) if polar else before)
    if pattern is _FITTING and "is what" in match[0]:  # "because "C" is what she would say"
        before = re.sub(r"^(?:because|since|as) ", "", before, flags=_I)
    if v.DENIES.search(before) or v.SUPPOSES.search(before) or v.CONDEMNS.search(before):
        return False
    if pattern is _MADE and v.CONDEMNS.search(text[match.start() : match.end() + 25]):
        return False
    if v.UNDONE.match(text, match.end()):
        return False
    if pattern in (_SAID, _SAID_WORDS):  # "say C is wrong", "C says"
        end, subject = match.end(), _words_before(text, match.start())
        ruled = v.RULES.match(text, end) or v.RULES_IT.match(text, end)
        if re.match("say|choose|pick", match[0], _I) and v.BACKFIRES.match(text, end):
            return False
        quoted = re.match("says|reads", match[0], _I) and v.IT_READS.search(subject)
        return not (ruled or quoted or re.search(f"{ANY} $", subject))
    if pattern is _FITTING:
        verdict = re.sub(rf"\b\w+ than\b.*|{v.SPARING}", "", match[0])
        rest = re.sub(r"\bthan\b.*", "", text[match.end() : match.end() + 100])
        if v.CONDEMNS.search(rest) and not v.DENIES.search(rest):
            return False
        return not (
            v.SECOND.search(verdict)
            or v.DENIES.search(verdict)
            or v.SOMEBODY.search(verdict)
            or v.CONDEMNS.search(verdict)
        )
    if pattern is _NAMED:
        words = re.match(WORDS, match["o"]) and not polar
        named = not words or _NAMED_WORDS.match(text[match.start() :])
        if re.match(SENTENCE, match["o"]) and v.ITS_VERDICT.search(
            _words_before(text, match.end())
        ):
            return False
        return bool(named) and not v.AMONG.search(_words_before(text, match.end()))
    return True


def _limited(pattern: re.Pattern[str], match: re.Match[str], text: str) -> bool:
    """Whether the answer is for one aim alone."""
    if pattern in (_NAMED, _FITTING):
        one = pattern is _FITTING and _ONE_OF_SOME.search(match[0])
        return bool(one) or for_one_aim(_words_before(text, match.end()))
    before = _words_before(text, match.start())
    if v.FOR_ONE_AIM.search(before[-20:]) and (_ANSWER.match(match[0]) or before.endswith(" to ")):
        return True  # "her kind answer C", "it would be kind to say C"
    if _COULD.search(before):
        return True
    return v.SOMEBODY.search(before) is not None or _TO_ANYONE.match(text, match.end()) is not None


def _words_before(text: str, at: int) -> str:
    """What stands before, as far back as a sentence goes, so that long ones take linear time."""
    return text[max(0, at - 300) : at]


def _superlative(text: str) -> Answer | None:
    match = _SUPERLATIVE.match(text)
    against = (v.DENIES, v.CONDEMNS, v.AMONG, v.SUPPOSES)
    if match is None or not v.FOR_ONE_AIM.search(text) or any(no.search(text) for no in against):
        return None
    return Answer(match["o"], for_one_aim=True, said=True)


def mentions_in(text: str) -> str:
    return "".join(re.findall(ANY, text))


def for_one_aim(words: str) -> bool:
    """Whether an answer is named for one aim: "the most honest answer", not "the best"."""
    return v.FOR_ONE_AIM.search(re.sub(v.BOTH, "", words, flags=_I)) is not None
