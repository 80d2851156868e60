"""Frames in other languages round English options: their words in English, one by one.

What decides is the option's own letter or words, which stay as they are; only what stands round
them is turned, so that one grammar reads them all. An option that is itself translated is none.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from tactometer.replies.glossaries import LANGUAGES, UNSPACED

# A verb at the end has its negation behind the option: such replies stay as they are.
_DENIED_BEHIND: Final = re.compile("ない|ません|なかった|않|아니|아닙|못|नही|मत")
_SCRIPT: Final = r"\u0900-\u097f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_EDGE: Final = re.compile(
    rf"(?<=[{_SCRIPT}])(?=[\w(\"])(?![{_SCRIPT}])|(?<=[\w)\"])(?<![{_SCRIPT}])(?=[{_SCRIPT}])"
)

# Words that are also English or names: they do not tell the language.
_NOT_SURE: Final = frozenset(
    re.findall(
        r"\w+",
        "option alternative letter opinion phrase expression credo dice sage sera ella elle anders "
        "also want mind sinon entre best beste correct juste para mais mots wort satz dira ville "
        "risk esta alternativ serial would falls lieu pour dado derdi forse estime",
    )
)
_SHORT: Final = frozenset(re.findall(r"\w+", "ich und ist het een nie zou ik ni je não est"))


@dataclass(frozen=True)
class _Glossary:
    """A language: the pattern of its words, their English, and those that no other text has."""

    pattern: re.Pattern[str]
    english: dict[str, str]
    sure: frozenset[str]


def in_english(text: str) -> str:
    """A reply with the frames of other languages turned into English, word by word."""
    if _DENIED_BEHIND.search(text):
        return text
    if re.search(f"[{_SCRIPT}]", text):
        spaced = _EDGE.sub(" ", text)
        unspaced = _unspaced()
        turned = unspaced.pattern.sub(lambda word: _turned(word, unspaced, text), spaced)
        return re.sub(r" {2,}", " ", turned)
    said = set(re.findall(r"[^\W\d_]+", text.casefold()))
    if said.isdisjoint(_sure()):
        return text
    known = [(len(said & language.sure), language) for language in _glossaries()]
    most = max(count for count, _ in known)
    for language in [language for count, language in known if count == most and most]:
        text = _translated(text, language)
    return text


def _translated(text: str, language: _Glossary) -> str:
    return language.pattern.sub(lambda word: _turned(word, language, text), text)


def _turned(word: re.Match[str], language: _Glossary, text: str) -> str:
    """A word in English, but for "A" and "No", which may be an answer where no noun follows."""
    key = re.sub(r"\s+", "_", word[0].casefold())
    english = language.english[key]
    rest = text[word.end() : word.end() + 24]
    if len(key) == 1 and word[0].isupper() and key.isascii():
        noun = re.match(r" ([^\W\d_]+)", rest)
        english_noun = language.english.get(noun[1].casefold(), "is") if noun else "is"
        return word[0] if english_noun.startswith(("is", "would")) else english
    if key == "no" and not re.match(r" [^\W\d_]{2}", rest):
        return word[0]
    if key.endswith("'"):
        return f"{english} "
    return f" {english} " if language is _unspaced() else english


@cache
def _glossaries() -> tuple[_Glossary, ...]:
    return tuple(
        _glossary(table, r"(?<![\w'])(?:{})(?:(?<=')|(?!\w))") for table in LANGUAGES.values()
    )


@cache
def _sure() -> frozenset[str]:
    """All words that tell a language."""
    return frozenset().union(*(language.sure for language in _glossaries()))


@cache
def _unspaced() -> _Glossary:
    return _glossary(UNSPACED, "(?:{})")


def _glossary(table: str, frame: str) -> _Glossary:
    english: dict[str, str] = {}
    table = "".join(char for char in table if unicodedata.category(char) != "Mn")  # as in `plain`
    for line in table.strip("\n").splitlines():
        meaning, _, words = line.partition(":")
        english |= dict.fromkeys(words.split(), meaning)
    longest = sorted(english, key=len, reverse=True)
    words = "|".join(re.escape(word).replace("_", r"\s+") for word in longest)
    parts = {part for word in english for part in re.split("[_'-]", word)}
    sure = {part for part in parts if len(part) > 3 or not part.isascii()} - _NOT_SURE
    return _Glossary(
        re.compile(frame.format(words), re.IGNORECASE), english, frozenset(sure | (parts & _SHORT))
    )
