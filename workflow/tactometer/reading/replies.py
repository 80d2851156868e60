"""From what a model said to the option that it chose: a letter, else a phrase, else nothing.

A reply counts only where it decides. A letter and a phrase that contradict each other, two options
without a decision, a letter beyond the options and a refusal are `invalid`, never a guess; thoughts
never count. Every pattern is bounded, so that reading is linear in the length of the text.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from tactometer.study.option_labels import LABELS

Method = Literal["letter", "phrase", "invalid"]


@dataclass(frozen=True)
class Reply:
    """The option chosen, or None, and the rung of the ladder that found it."""

    choice: str | None
    method: Method


INVALID: Final = Reply(None, "invalid")


def read_reply(text: str | None, options: Sequence[str]) -> Reply:
    """Read the choice among `options`, listed as shown: the first is (A)."""
    said = _plain(strip_thought(text or ""))
    if not said or _REFUSAL.search(said):
        return INVALID
    phrases = _phrases(said, tuple(options))
    named = {phrase for phrase in phrases if phrase is not None}
    stated, alone, marked = _stated(said, options), _alone(said, options), _marked(said, options)
    if stated or alone:
        letters = stated or alone
        # One other option is a contradiction; several are the options weighed or listed before.
        rivals = [alone, {_label(option, options) for option in named}]
        if any(len(rival) == 1 and rival != letters for rival in rivals):
            return INVALID
    else:
        letters = marked
        if letters and not named <= {_option(letter, options) for letter in letters}:
            return INVALID
    if not letters:
        return Reply(phrases.pop(), "phrase") if len(named) == len(phrases) == 1 else INVALID
    choice = _option(letters.pop(), options) if len(letters) == 1 else None
    if choice is None or _mislabelled(said, choice, options):
        return INVALID
    return Reply(choice, "letter")


# ---- thoughts and typography ------------------------------------------------------------------

_THOUGHT = re.compile(
    r"[<\[◁](/?)(?:think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad)"
    r"(?:\s[^<>\[\]]{0,80})?[>\]▷]"
    r"|<\|channel\|>(?:analysis|commentary|(final))",  # gpt-oss where no server has parsed it
    re.IGNORECASE,
)


def strip_thought(text: str) -> str:
    """Remove thought blocks; an unclosed one runs to the end, a lone closing tag ends one."""
    kept: list[str] = []
    start: int | None = 0  # of the text being kept; None inside a thought
    for tag in _THOUGHT.finditer(text):
        if tag[1] or tag[2]:
            if start is not None:  # the template opened this thought before the reply began
                kept.clear()
            start = tag.end()
        elif start is not None:
            kept.append(text[start : tag.start()])
            start = None
    if start is not None:
        kept.append(text[start:])
    return " ".join(kept)


_QUOTES = str.maketrans("‘’‛ʼ´“”„«»", "'''''\"\"\"\"\"", "\u200b\u200c\u200d\u2060\ufeff\u00ad*`#$")
_MARKUP = (
    (re.compile(r"\\(?:boxed|fbox)\s{0,3}"), "\nanswer: "),
    (re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|rm|bf)\s{0,3}"), ""),
    (re.compile(r"<(?:answer|final)>", re.IGNORECASE), "\nanswer: "),
    (re.compile(r"</(?:answer|final)>", re.IGNORECASE), "\n"),
    (re.compile(r"<\|[^|<>\n]{1,40}\|>|</s>"), "\n"),  # special tokens
    (re.compile(r"[{\[]"), "("),
    (re.compile(r"[}\]]"), ")"),
    (re.compile(r"(?:[^\S\n]|_)+"), " "),
    (re.compile(r"(?: ?\n ?)+"), "\n"),
    # A contraction is the same negated sentence: "it wasn't bad" says "not bad".
    (re.compile(r"\b(was|is|were|are|ai)n'?t\b", re.IGNORECASE), r"\1 not"),
)


def _plain(text: str) -> str:
    """The text without markup: straight quotes, round brackets, single spaces and newlines."""
    text = unicodedata.normalize("NFKC", text.translate(_QUOTES)).translate(_QUOTES)
    for pattern, by in _MARKUP:
        text = pattern.sub(by, text)
    return text.strip()


_REFUSAL = re.compile(
    r"\b(?:I|we)(?: am|'m| are|'re)?"
    r" ?(?:can(?:not|'t| not)|unable to|not able to|won't|will not|(?:must )?decline to|refuse to)"
    r" (?:[a-z]+ ){0,2}?"
    r"(?:answer|help(?! but\b)|assist|comply|choose|pick|select|say|tell|provide|give|respond|"
    r"participate|engage|continue|do (?:that|this))\b",
    re.IGNORECASE,
)

# ---- letters ----------------------------------------------------------------------------------

# "A" and "I" are words where a sentence goes on; a small letter needs its own end.
_LETTER = (
    r"([B-HJ-Z](?![\w'])|[AI](?![\w'])(?! (?!because\b|since\b)[a-z])"
    r"|[a-z](?= ?(?:[).,:;!\"']|\n|\Z))(?!'[a-z]))"
)
_OPEN = r"[ ('\":]{0,6}"
_SAY = r"(?:say|choose|pick|select|go with|going with|answer|reply|respond|think(?: it's| it is)?)"
_STATED = re.compile(
    r"\b(?:(?i:(?:answer|choice|pick|selection|response|reply|option|letter)['\"]?"
    r"(?: (?:would|will|should) be| is| was|:| =|=|: is)(?: the)?|" + _SAY + r"(?: with)?)"
    r"(?i: ?:)?(?i: (?:option|letter|choice))?" + _OPEN + r")" + _LETTER
)
_ALONE = re.compile(r"^[^\w\n]{0,12}([A-Za-z])(?:[^\w\n]{1,6}([^\n]{1,80}))?[^\w\n]{0,12}$", re.M)
_MARKED = re.compile(
    r"(?<![\w'])\( ?['\"]?([A-Za-z])['\"]?[.:]? ?\)"  # (C), (c)
    r"|(?<![\w'(])([A-Z]) ?\)"  # C)
    r"|^[ '\"-]{0,4}([A-Z])(?:[.:]|(?<!I),| [-–—] )"  # C. and C: open a line
    r"|\b(?i:option|letter|choice) ['\"]?([A-Z])(?![\w'])",  # option C
    re.M,
)
_OR = re.compile(r"[ )'\".,]{0,4}(?:/|\bor\b|\band\b|&)[ ('\"]{0,4}([A-HJ-Z])(?![\w'])")
_NEGATED = re.compile(
    r"(?:\bnot|n't|\bnever|\bthan|\binstead of|\bexcept)(?: [\w']+){0,2}[ :('\"]{0,4}\Z", re.I
)


def _stated(said: str, options: Sequence[str]) -> set[str]:
    """The letters that the reply declares its answer: "Answer: C", "I'd say C", a boxed C."""
    found = set()
    for match in _STATED.finditer(said):
        if not _rejected(said, match.start(), options):
            found.add(match[1].upper())
            end = match.end()
            phrase = _attached(options).match(said, end)
            also = _OR.match(said, phrase.end() if phrase else end)
            if also:
                found.add(also[1])
    return found


def _alone(said: str, options: Sequence[str]) -> set[str]:
    """The letters that have a line to themselves, at most with an option's words behind them."""
    words = {_fold(option) for option in options}
    return {
        match[1].upper()
        for match in _ALONE.finditer(said)
        if not match[2] or _fold(match[2]) in words
    }


def _marked(said: str, options: Sequence[str]) -> set[str]:
    """The letters marked as such anywhere in the reply, unless it rejects them ("not (C)")."""
    found = set()
    for match in _MARKED.finditer(said):
        if not _rejected(said, match.start(), options):
            found.add(next(filter(None, match.groups())).upper())
            also = _OR.match(said, match.end())
            if also:
                found.add(also[1])
    return found


def _rejected(said: str, start: int, options: Sequence[str]) -> bool:
    """Whether the words before a letter reject it; the "not" of an option's own words does not."""
    before = _spoken(tuple(options)).sub("|", said[max(0, start - 60) : start])
    return _NEGATED.search(before) is not None


def _mislabelled(said: str, choice: str, options: Sequence[str]) -> bool:
    """Whether the chosen letter stands before another option's words: "(C) good"."""
    label = _label(choice, options)
    letter = re.compile(rf"(?<![\w']){label}(?=[ ).:,'\"-])")
    for match in letter.finditer(said):
        phrase = _attached(tuple(options)).match(said, match.end())
        if phrase and _fold(phrase[1]) != _fold(choice):
            return True
    return False


def _option(letter: str, options: Sequence[str]) -> str | None:
    index = LABELS.index(letter)
    return options[index] if index < len(options) else None


def _label(option: str, options: Sequence[str]) -> str:
    return LABELS[list(options).index(option)]


# ---- phrases ----------------------------------------------------------------------------------

_DENIED = re.compile(
    r"(?:\b(?:not|never|hardly|barely|scarcely|neither|nor|without|less than|far from|anything but)"
    r"|n't)(?: [\w']+){0,6}[ '\"]{1,3}\Z",
    re.I,
)
# "No doubt" is not a no.
_BARE_NO = re.compile(r" (?!because\b|since\b)\w")


def _phrases(said: str, options: tuple[str, ...]) -> set[str | None]:
    """The options whose words occur in the reply; None for one that it denies or modifies."""
    by_words = {_fold(option): option for option in options}
    found: set[str | None] = set()
    for match in _spoken(options).finditer(said):
        words = _fold(match[1])
        if words == "no" and _BARE_NO.match(said, match.end()):
            continue
        denied = _DENIED.search(said, max(0, match.start() - 80), match.start())
        found.add(None if denied else by_words[words])
    return found


@lru_cache(maxsize=256)
def _spoken(options: tuple[str, ...]) -> re.Pattern[str]:
    """Any option's words as a whole, the longest first: "not bad" before "bad"."""
    return re.compile(rf"(?<![\w-])({_any(options)})(?![\w-])", re.I)


@lru_cache(maxsize=256)
def _attached_pattern(options: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"[ ).:,'\"–—-]{{1,6}}(?:it was )?({_any(options)})(?![\w-])", re.I)


def _attached(options: Sequence[str]) -> re.Pattern[str]:
    """An option's words directly behind a letter."""
    return _attached_pattern(tuple(options))


def _any(options: tuple[str, ...]) -> str:
    words = sorted(options, key=len, reverse=True)
    return "|".join(r"[\s_-]{1,3}".join(map(re.escape, option.split())) for option in words)


def _fold(words: str) -> str:
    """Words alone, in small letters with single spaces."""
    return " ".join(re.findall(r"[\w']+", words.casefold())).strip("' ")
