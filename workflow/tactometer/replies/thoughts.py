"""The marks that models put round their reasoning, which is never an answer: one table of all.

The reader takes thoughts out of replies by it, the local providers part thought from answer by it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Spoken:
    """What is left of a reply without its thoughts, whether one was opened and never closed, and
    the thoughts themselves.
    """

    text: str
    cut: bool
    thought: str | None = None


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
    r"^\s*(?:assistant)?(?-i:analysis(?=[^a-z\s:]|\s[A-Z(\"'])|"
    r"analysis(?=(?s:.{0,50000})assistantfinal))",
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


_IN_TEMPLATES: Final = {
    "</think>": ("<think>", "</think>"),
    "</seed:think>": ("<seed:think>", "</seed:think>"),
    "<|END_THINKING|>": ("<|START_THINKING|>", "<|END_THINKING|>"),
    "<channel|>": ("<|channel>thought", "<channel|>"),
    "<|channel|>": (
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
    ),
    "Here is my thought process:": ("Here is my thought process:", "Here is my response:"),
}
_SPECIAL: Final = re.compile(r"think|thought|channel|message|reasoning|unused9[45]", re.IGNORECASE)


def strip_thought(text: str) -> str:
    """Remove thought blocks; an unclosed one runs to the end, a lone closing mark ends one."""
    return without_thoughts(text).text


def split_thought(text: str, open_before: bool) -> tuple[str | None, str, bool]:
    """Split what was generated into a thought, if there is one, the answer, and whether it was cut.

    `open_before`: whether the prompt ended within a thought. A text without a mark is left as it
    is; of a thought that is never closed no answer is left.
    """
    spoken = without_thoughts(text, open_before)
    if spoken.thought is None:
        return None, text, False
    return spoken.thought, spoken.text.lstrip(), spoken.cut


def without_thoughts(text: str, open_before: bool = False) -> Spoken:
    """The reply without its thoughts, of any of the marks known, and whether it ended in one."""
    kept: list[str] = []
    thoughts: list[str] = []
    start: int | None = None if open_before else 0  # of the text being kept; None inside a thought
    began = 0  # where the thought began that is open
    for mark in _MARK.finditer(text):
        if mark["close"] is not None:
            if start is not None:  # the template opened this thought before the reply began
                kept.clear()
                thoughts, began = [], 0
            thoughts.append(text[began : mark.start()])
            start = mark.end()
        elif start is not None:
            kept.append(text[start : mark.start()])
            start, began = None, mark.end()
        elif not text[began : mark.start()].strip():  # the prompt opened it, and the model again
            began = mark.end()
    if start is not None:
        kept.append(text[start:])
    else:
        thoughts.append(text[began:])
    thought = "\n".join(thoughts).strip() if thoughts else None
    return Spoken(" ".join(kept), start is None, thought)


def marks_in(template: str) -> tuple[str, str] | None:
    """How a chat template opens and closes a thought; None if it knows none of the marks."""
    return next((pair for mark, pair in _IN_TEMPLATES.items() if mark in template), None)


def kept_special(tokens: Iterable[str]) -> list[str]:
    """Those of a tokenizer's special tokens that mark a thought: to leave them out would make the
    thought a part of the answer.
    """
    return sorted({token for token in tokens if _SPECIAL.search(token)})


def without_special(text: str, tokens: Iterable[str]) -> str:
    """A decoded text without a tokenizer's special tokens, but for those that mark a thought."""
    kept = kept_special(tokens)
    for token in sorted(set(tokens) - set(kept), key=len, reverse=True):
        text = text.replace(token, "")
    return text
