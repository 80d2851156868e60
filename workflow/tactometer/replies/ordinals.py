"""Options named by their number in the list, and the former and the latter of two."""

import re
from typing import Final

from tactometer.replies.mentions import LETTERS_AT, NO_MENTION, ONE, QUOTED_AT, place

_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_NUMBERS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_NTH: Final = (
    rf"(?P<nth>{'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)|last)"
    r" (?:option|alternative|answer option|phrase|sentence|item|entry|utterance|one|choice(?= "
    r"(?:on|in|from|of) ))(?: (?:in|on|of|from) the (?:list|top)| listed| given| above| provided)?"
)
_NUMBERED: Final = (
    r"(?:option|choice|alternative|item|phrase)(?: (?:number|no\.?))? ?#? ?"
    rf"(?P<number>\d{{1,2}}|{'|'.join(_NUMBERS)})(?!\w|[.,:]\d| ?%|/|-)"
    r"|number (?P<listed>\d{1,2})(?= (?:on|in|from) the list)|^# ?(?P<hash>\d{1,2})(?=[.!]?$)"
)
_NAMED: Final = re.compile(
    rf"\b(?:(?:the|is|answer is) )?(?:the )?{_NTH}(?!\w)(?! (?:that|which|to)\b)"
    rf"|(?:\bthe )?(?<!\w)(?:{_NUMBERED})",
    re.IGNORECASE | re.M,
)
_OF_TWO: Final = re.compile(
    r"\bthe (?:(?P<former>former|first of the(?:se)? two)|latter|second of the(?:se)? two|"
    r"(?P<last>last|final)(?= one\b))(?: (?:option|one|phrase))?\b",
    re.IGNORECASE,
)

_REPLACED: Final = re.compile(rf"\b(?:replace|swap|exchange) {ONE} (?:with|by|for) ({ONE})", re.I)
_CHANGED: Final = re.compile(
    rf"(\b(?:chang|switch|mov|revis|updat|correct)\w*{NO_MENTION}{{0,30}}?)(?: from)? {ONE} to "
    rf"({ONE})",
    re.I,
)


def mark_ordinals(text: str, count: int) -> str:
    """ "The third option", "option 3" as a letter, where the reply names no other option before.

    Behind other options an ordinal counts those, and beside one it is a label of it.
    """

    def mention(found: re.Match[str]) -> str:
        at = _place(found, count)
        sentence = re.match(r"[^.!?\n]*", text[found.end() : found.end() + 200])
        beside = re.findall(ONE, sentence[0] if sentence else "")
        known = re.search(ONE, text[max(0, found.start() - 2000) : found.start()]) or any(
            place(o) != at for o in beside
        )
        if known or at is None or _label(text, found):
            return found[0]
        return chr(LETTERS_AT + at)

    return _NAMED.sub(mention, text)


def _label(text: str, found: re.Match[str]) -> bool:
    """Whether a number labels what follows, or stands alone and could be of another list."""
    if not found["number"] or re.search("number|#", found[0]):
        return False
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.end() + 4].split("\n")[0]
    alone = re.fullmatch(r"\W*", line.replace(found[0], "", 1))
    return (
        alone is not None or re.match(r" ?[:=)–-]", text[found.end() : found.end() + 2]) is not None
    )


def _place(found: re.Match[str], count: int) -> int | None:
    nth = (found["nth"] or "").lower()
    if nth == "last":
        return count - 1
    if nth in _ORDINALS:
        return _ORDINALS.index(nth)
    said = (nth or found["number"] or found["listed"] or found["hash"]).lower()
    if said in _NUMBERS:
        return _NUMBERS.index(said)
    number = int(re.match(r"\d+", said)[0])  # type: ignore[index]
    return number - 1 if 0 < number < 100 else None


def mark_former(text: str) -> str:
    """ "The former", "the latter" as the one of the two options that were named before it."""

    def mention(found: re.Match[str]) -> str:
        before = re.findall(ONE, text[max(0, found.start() - 300) : found.start()])
        named = list(dict.fromkeys(map(place, before)))
        if not named or (len(named) != 2 and not found["last"]):
            return found[0]
        return chr(QUOTED_AT + named[0 if found["former"] else -1])

    text = _REPLACED.sub(r"choose \1", text)
    return _CHANGED.sub(r"\1 my answer to \2", _OF_TWO.sub(mention, text))
