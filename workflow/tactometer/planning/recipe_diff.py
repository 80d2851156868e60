"""Difference between two recipes: the one that results were made with and the one that they should
have.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tactometer.recipes.acceptance import CODE, same, short
from tactometer.study.stages import Recipe
from tactometer.utils.digests import canonical

CONTEXT, WIDTH = 24, 60  # characters round a difference, and the most of a value


@dataclass(frozen=True)
class Change:
    """One key of a recipe, or one file that it digests, old and new; None where it is not there."""

    key: str
    old: Any
    new: Any
    code: bool

    def __str__(self) -> str:
        if self.code:
            return f"{self.key}  {short(self.old)} → {short(self.new)}"
        old, new = _shown(self.old), _shown(self.new)
        if isinstance(self.old, str) and isinstance(self.new, str):
            old, new = _apart(self.old, self.new)
        return f"{self.key}  {old} → {new}"


def changes(used: Recipe, wanted: Recipe) -> list[Change]:
    """Every leaf in which two recipes differ, code first."""
    old, new = dict(_leaves(used)), dict(_leaves(wanted))
    keys = [key for key in dict.fromkeys([*old, *new]) if not same(old.get(key), new.get(key))]
    found = [_change(key, old.get(key), new.get(key)) for key in keys]
    return sorted(found, key=lambda change: not change.code)


def _change(key: tuple[str, ...], old: Any, new: Any) -> Change:
    code = key[0] in CODE
    return Change(key[-1] if code else ".".join(key), old, new, code)


def _leaves(value: Any, key: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Keys and values of a nested recipe; entries of a list go by their `id`, or as a whole."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _leaves(item, (*key, str(name)))
    elif isinstance(value, list | tuple) and value and all(_named(item) for item in value):
        for item in value:
            yield from _leaves(item, (*key, _named(item)))
    else:
        yield key, list(value) if isinstance(value, tuple) else value


def _named(item: Any) -> str:
    """The name of a list's entry: its `id`, or the first of several texts."""
    if isinstance(item, Mapping):
        return str(item.get("id", ""))
    return str(item[0]) if isinstance(item, list) and len(item) > 1 else ""


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else canonical(value)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def _apart(old: str, new: str) -> tuple[str, str]:
    """Two texts cut to where they differ, with some characters on each side."""
    if max(len(old), len(new)) <= WIDTH:
        return f'"{old}"', f'"{new}"'
    pairs = list(zip(old, new, strict=False))
    start = next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))
    ends = list(zip(reversed(old[start:]), reversed(new[start:]), strict=False))
    same = next((i for i, (a, b) in enumerate(ends) if a != b), len(ends))
    return _cut(old, start, len(old) - same), _cut(new, start, len(new) - same)


def _cut(text: str, start: int, end: int) -> str:
    first, last = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    if first:  # whole words
        first = max(text.find(" ", first, start), first)
    if last < len(text):
        last = max(text.rfind(" ", end, last), end)
    cut = " ".join(text[first:last].split())
    if len(cut) > 3 * WIDTH:
        cut = f"{cut[: 3 * WIDTH]}…"
    return f'{"…" if first else ""}"{cut}"{"…" if last < len(text) else ""}'
