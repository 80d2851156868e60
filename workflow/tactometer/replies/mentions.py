"""Where a reply names an option: its letter, its words, its words in quotes, a sentence with them.

Each mention becomes one character of its own in the text, so that the grammar sees which option is
named and how, and never which words the option has: what it reads cannot depend on them.
"""

import re
from dataclasses import dataclass, field
from typing import Final

LETTERS_AT, WORDS_AT, QUOTED_AT, SENTENCES_AT, LABELLED_AT, _SEVERAL_AT = (
    0xE000 + 0x100 * block for block in range(6)
)
"""The first character of each kind of mention; the place of the option is added to it."""
DENIED: Final = "\uefff"
"""An option's words denied, where no option says so."""

LETTER: Final = "[\ue000-\ue0ff\ue400-\ue4ff]"
"""A letter, alone or with its own words: "C", "C: bad"."""
WORDS: Final = "[\ue100-\ue1ff]"
"""An option's bare words, which may stand there in passing: "bad"."""
SENTENCE: Final = "[\ue300-\ue3ff]"
"""A sentence of the options' frame: "it was bad"."""
CLEAR: Final = "[\ue000-\ue0ff\ue200-\ue4ff]"
"""A mention that is no word in passing: all but an option's bare words."""
ONE: Final = "[\ue000-\ue4ff]"
SEVERAL: Final = "[\ue500-\ueeff]"
"""Mentions joined by "or", "and" or commas."""
ANY: Final = "[\ue000-\ueeff]"
NO_MENTION: Final = "[^\ue000-\uefff]"

_MANY: Final = 0x900  # joint mentions that have a character


@dataclass
class Marked:
    """A text whose mentions are characters, and the options of each joint mention in it."""

    text: str
    joint: list[frozenset[int]] = field(default_factory=list)

    def named(self, char: str) -> frozenset[int]:
        """The places of the options that a mention names; one beyond the last is no option."""
        code = ord(char)
        return self.joint[code - _SEVERAL_AT] if code >= _SEVERAL_AT else frozenset({place(char)})

    def named_in(self, text: str) -> frozenset[int]:
        """The places of all options that a text names."""
        return frozenset().union(*map(self.named, re.findall(ANY, text)))


def place(char: str) -> int:
    """The place, from 0, of the option that a mention of one option names."""
    return ord(char) & 0xFF


def is_letter(char: str) -> bool:
    """Whether a mention has the option's letter in it."""
    return re.match(LETTER, char) is not None


def is_labelled(char: str) -> bool:
    """Whether a mention is a letter together with its own words."""
    return LABELLED_AT <= ord(char) < _SEVERAL_AT


# A letter and words behind it, in one sentence or not; words and a letter that ends them.
_BEHIND: Final = re.compile(
    r"([\ue000-\ue0ff])(?:[\s:,=/\"'()\[–—-]{0,6}([\ue100-\ue3ff])(?:[\"')\]](?!\w))?(?=\W|$)"
    r"|[\s.:,=/\"'()–—-]{0,6}([\ue100-\ue3ff])(?:[\"')\]](?!\w))?(?=[^\S\n]*(?:$|\n|[^\w\s])))"
)
# "(A) Friends are kind."
_OPENS: Final = re.compile(
    rf"^[\"']?({LETTER})[\"']? (?=(?:An?|The|I|We|She|He|They|My|Friends?|Because|Since|As|Given|"
    r"[A-Z][a-z]+ stars?) [a-z])",
    re.MULTILINE,
)
_JOINED: Final = re.compile(
    rf"{ONE}(?:[\"']?\s?,\s?[\"']?{ONE}){{0,25}}[\"']?\s?,?\s?(?:\b(?:and|or|nor|versus|vs\.?|"
    rf"as well as|plus)(?!\w)|&|/)(?:,? (?:maybe|possibly|perhaps|even))?\s?[\"']?{ONE}"
    rf"|{ONE}(?:\s?[,/]\s?{ONE}){{1,25}}(?=\s*(?:$|[.!?;:)\n]))"
    rf"|(?<= of ){ONE}(?:\s?,\s?{ONE}){{1,25}}"
    rf"|\bfrom {ONE} (?:to|through|until) {ONE}"
    rf"|({ONE})(?:[ ,]{{0,2}}\1)+"
)


# "Rather than C, D": what comes first is no alternative.
_PREPOSED: Final = re.compile(
    r"\b(?:(?:rather|more) than|instead of|unlike|not(?: (?:just|only|merely|"
    r"simply))?)[ \"'(]{0,3}$",
    re.I,
)
_OR: Final = re.compile(r"\b(?:or|and|nor|versus|vs|plus)\b|as well as|[&/]")


def labelled(text: str) -> str:
    """A letter with its own words becomes one mention; with another's words they stay two."""

    def one(found: re.Match[str]) -> str:
        first, second = (place(char) for char in found.groups() if char)
        return chr(LABELLED_AT + first) if first == second else found[0]

    return _OPENS.sub(r"\1, ", _BEHIND.sub(one, text))


def joined(text: str) -> Marked:
    """Mentions of several options joined by "or", "and" or commas become one."""
    marked = Marked(text)

    def joint(found: re.Match[str]) -> str:
        if _PREPOSED.search(text[max(0, found.start() - 24) : found.start()]) and not _OR.search(
            found[0]
        ):
            return found[0]
        chars = re.findall(ONE, found[0])
        places = frozenset(map(place, chars))
        if len(places) == 1:
            return str(chars[-1])
        if len(marked.joint) >= _MANY:
            return found[0]
        marked.joint.append(places)
        return chr(_SEVERAL_AT + len(marked.joint) - 1)

    marked.text = _JOINED.sub(joint, text)
    return marked
