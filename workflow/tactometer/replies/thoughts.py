"""The marks that models put round their reasoning, which is never an answer."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Spoken:
    """What is left of a reply without its thoughts, and whether one was opened and never closed."""

    text: str
    cut: bool


_NAMES: Final = (
    r"(?:seed:)?(?:think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad|"
    r"inner_monologue|cot)"
)
_OPENS: Final = (
    rf"<\s?{_NAMES}(?:\s[^<>\[\]]{{0,80}})?>",
    r"\[(?:think|thinking|thought|reasoning)\]|◁think▷",
    r"<\|(?:START_THINKING|begin_of_thought|thinking|think|thought_start)\|>",
    r"<\|channel\|>\s?(?:analysis|commentary)[^<]{0,80}(?:<\|message\|>)?",  # gpt-oss
    r"<\|channel>\s?(?:thought|analysis)",  # Gemma 4
    r"<unused94>(?:thought)?",  # MedGemma
    r"^\s*here(?: is|['’]s) my thought process:",  # Granite 3.2
    # gpt-oss with its special tokens skipped: "analysisThe user ...assistantfinalC"
    r"^\s*(?:assistant)?(?-i:analysis(?=[^a-z\s:]|\s[A-Z(\"'])|analysis(?=(?s:.{0,50000})assistantfinal))",
    r"(?-i:assistant(?:analysis|commentary))",
)
_CLOSES: Final = (
    rf"<\s?/\s?{_NAMES}\s?>",
    r"\[/(?:think|thinking|thought|reasoning)\]|◁/think▷",
    r"<\|(?:END_THINKING|end_of_thought|/thinking|/think|thought_end)\|>",
    r"<\|channel\|>\s?final[^<]{0,20}(?:<\|message\|>)?",
    r"<channel\|>|<unused95>",
    r"here(?: is|['’]s) my response:",
    r"(?-i:assistant\s?final)(?=\W|[A-Z]|[a-z]\b|\Z)|^\s*(?-i:final(?=[A-Z(]))",
)
_MARK: Final = re.compile(
    f"(?P<close>{'|'.join(_CLOSES)})|(?P<open>{'|'.join(_OPENS)})", re.IGNORECASE
)


def strip_thought(text: str) -> str:
    """Remove thought blocks; an unclosed one runs to the end, a lone closing mark ends one."""
    return without_thoughts(text).text


def without_thoughts(text: str) -> Spoken:
    """The reply without its thoughts, of any of the marks known, and whether it ended in one."""
    kept: list[str] = []
    start: int | None = 0  # of the text being kept; None inside a thought
    for mark in _MARK.finditer(text):
        if mark["close"] is not None:
            if start is not None:  # the template opened this thought before the reply began
                kept.clear()
            start = mark.end()
        elif start is not None:
            kept.append(text[start : mark.start()])
            start = None
    if start is not None:
        kept.append(text[start:])
    return Spoken(" ".join(kept), start is None)
