"""Errors that a user can cause: one sentence each, without a traceback."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake in what the user gave; the text names the file, the key and the remedy."""


def at_least_one(option: str, number: int) -> None:
    """UserError if the number given for an option of the command line is below 1."""
    if number < 1:
        raise UserError(f"--{option}: {number} is too few; give 1 or more.")


def nearest(name: str, known: Iterable[str]) -> str:
    """What to add to "unknown name": the nearest known one, or all of them."""
    words = list(known)
    near = difflib.get_close_matches(name, words, n=1)
    if near:
        return f"; perhaps {near[0]} was meant"
    return f"; known are {', '.join(words)}" if words else ""
