"""Ticks and crosses beside options: what is ticked answers, what is crossed out is gone."""

import re
from typing import Final

_TICKED: Final = "✅✔☑✓🗹◉●🔘"
_CROSSED: Final = "❌✗✘✖✕❎🚫⛔👎☐□⬜○◯☒🗷"
_BOX: Final = r"\[ ?[xX✓✔]? ?\]|\( ?[xX✓✔]? ?\)"
_MARK: Final = re.compile(rf"[(\[]?(?:[{_TICKED}]|[{_CROSSED}])\ufe0f?[)\]]?|{_BOX}")
_EMPTY: Final = re.compile(r"[☐□⬜○◯]|[\[(] {0,2}[\])]")
_CROSSED_NO: Final = re.compile(rf"[{_CROSSED}]\ufe0f? ?(?=no\b)", re.IGNORECASE)  # says the same
_GONE: Final = "\nruled out.\n"


def ticked(text: str) -> str:
    """The text with the ticked item as an answer and without those that are crossed or empty.

    Without a cross or an empty box nothing tells items apart, and the ticks alone are dropped. A
    row of a table with several marks compares, and decides nothing.
    """
    text = _CROSSED_NO.sub("", text)
    if not _MARK.search(text):
        return text
    lines = [line for line in text.split("\n") if not (line.count("|") > 2 and _several(line))]
    text = "\n".join(lines)
    marks = _MARK.findall(text)
    empty = any(map(_EMPTY.match, marks))
    if all(_is_tick(mark, empty) for mark in marks):
        return _MARK.sub(" ", text)
    leading = next(line for line in lines if _MARK.search(line))
    return _split(text, _MARK.match(leading.lstrip(" \t-*+•>#|")) is not None, empty)


def _several(line: str) -> bool:
    return len(_MARK.findall(line)) > 1


def _is_tick(mark: str, empty: bool) -> bool:
    """Whether a mark chooses: a crossed box does so where others are empty."""
    if _EMPTY.match(mark):
        return False
    sign = mark.strip("()[]\ufe0f ")
    return sign in f"{_TICKED}xX" or (empty and sign in "☒🗷")


def _split(text: str, leads: bool, empty: bool) -> str:
    """Each item with its mark, which stands before it if `leads`, else behind it."""
    made: list[str] = []
    item = r"[^\n]{0,200}?" if leads else r"[^\n,;]{0,200}?"
    mark, stop = f"(?P<mark>{_MARK.pattern})", f"(?={_MARK.pattern}|\n|\\Z)"
    pattern = rf"{mark}(?P<item>{item}){stop}" if leads else rf"(?P<item>{item}){mark}"
    at = 0
    for found in re.finditer(pattern, text):
        chosen = _is_tick(found["mark"], empty)
        item_text = found["item"].strip(" \t-*+•>#,;")
        made += [text[at : found.start()], f"\nAnswer: {item_text}\n" if chosen else _GONE]
        at = found.end()
    return "".join([*made, text[at:]])
