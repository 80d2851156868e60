"""The order of names in tables and figures."""

from __future__ import annotations

from collections.abc import Iterable


def in_order(known: Iterable[str], found: Iterable[str]) -> list[str]:
    """What was found, in the order that is known, what is not known behind it."""
    present = set(found)
    listed = [name for name in dict.fromkeys(known) if name in present]
    return listed + sorted(present - set(listed))
