"""Errors that a user can cause: one sentence each, without a traceback."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake in what the user gave; the text names the file, the key and the remedy."""


def nearest(name: str, known: Iterable[str]) -> str:
    """What to add to "unknown name": the nearest known one, or all of them."""
    words = list(known)
    near = difflib.get_close_matches(name, words, n=1)
    if near:
        return f"; perhaps {near[0]} was meant"
    return f"; known are {', '.join(words)}" if words else ""
