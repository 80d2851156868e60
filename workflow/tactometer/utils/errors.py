"""Errors that a user can cause: one sentence each, without a traceback."""

import difflib
from collections.abc import Iterable
from pathlib import Path


class UserError(Exception):
    """A mistake in what the user gave; the text names the file, the key and the remedy."""


def forbidden(where: object) -> str:
    """What to say of a file or folder that this user may not read or write."""
    return (
        f"{where} is closed to this user (Permission denied): another one made it, with a umask "
        "of their own; let them run `chmod -R g+rwX` on the study's results and work under umask "
        "002, then run again; every answer in a journal is kept."
    )


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


def no_file(path: Path) -> str:
    """What to say of a file that is not there: the nearest one in its folder, or which folder."""
    folder = next(p for p in (path.parent, *path.parent.parents, Path()) if p.is_dir())
    there = [str(folder / each.name) for each in folder.iterdir()]
    near = difflib.get_close_matches(str(path), there, n=1)
    if near:
        return f"{path} does not exist; perhaps {near[0]} was meant"
    return f"{path} does not exist; correct the path"
