"""Read recorded behaviour: production and yes/no counts in CSV files.

Snakemake parses through this module, so it uses the standard library alone.
"""

import csv
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from tactometer.study.domain import Domain
from tactometer.utils.errors import UserError, nearest, no_file

FRAMINGS = ("first", "second", "third")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # as in the study's schema


@dataclass(frozen=True)
class Production:
    """One cell of a production table; framing is None where the file has no such column."""

    goal: str
    framing: str | None
    state: int
    utterance: str
    count: float


@dataclass(frozen=True)
class YesNo:
    """One cell of a semantics table: `yes` of `n` answers held the utterance true of the state."""

    utterance: str
    state: int
    yes: float
    n: float


def goals(path: Path, place: str) -> tuple[str, ...]:
    """The goals of a production file, in its order; `place` is where the study names the file."""
    found: dict[str, None] = {}
    for line, row in _rows(path, ("goal", "state", "utterance", "count"), ("framing",), place):
        goal = row["goal"].strip()
        if not NAME.fullmatch(goal):
            raise UserError(
                f"{path}, line {line}, column goal: {goal!r} is no name; use letters, digits, "
                "dots, dashes and underscores."
            )
        found[goal] = None
    if not found:
        raise UserError(f"{path} has a header and no rows: add counts, or another file to {place}.")
    return tuple(found)


def framings(path: Path, place: str) -> set[str | None]:
    """The framings of a production file; None alone where it has no such column."""
    rows = _rows(path, ("goal", "state", "utterance", "count"), ("framing",), place)
    return {row.get("framing") for _, row in rows}


def read_production(path: Path, domain: Domain, place: str) -> list[Production]:
    """Read and check a production file.

    Raises UserError for a missing file or column, an unknown state, utterance or framing, a count
    that is no number or below zero, and a cell given twice.
    """
    cells: dict[tuple[str, str | None, int, str], Production] = {}
    for line, row in _rows(path, ("goal", "state", "utterance", "count"), ("framing",), place):
        at = f"{path}, line {line}, column"
        framing = row.get("framing")
        if framing is not None and framing not in FRAMINGS:
            known = nearest(framing, FRAMINGS)
            raise UserError(f"{at} framing: {framing!r} is no framing{known}.")
        cell = Production(
            row["goal"].strip(),
            framing,
            _state(row["state"], domain, at),
            _utterance(row["utterance"], domain, at),
            _number(row["count"], f"{at} count"),
        )
        key = (cell.goal, cell.framing, cell.state, cell.utterance)
        if key in cells:
            raise UserError(f"{at} count: the same cell stands twice; keep one of the two.")
        cells[key] = cell
    return list(cells.values())


def read_semantics(path: Path, domain: Domain, place: str) -> list[YesNo]:
    """Read and check a semantics file, which needs every utterance at every state.

    Raises UserError as `read_production` does, and for more yes than answers.
    """
    cells: dict[tuple[str, int], YesNo] = {}
    for line, row in _rows(path, ("utterance", "state", "yes", "n"), (), place):
        at = f"{path}, line {line}, column"
        cell = YesNo(
            _utterance(row["utterance"], domain, at),
            _state(row["state"], domain, at),
            _number(row["yes"], f"{at} yes"),
            _number(row["n"], f"{at} n"),
        )
        if cell.yes > cell.n:
            raise UserError(f"{at} yes: {cell.yes:g} of {cell.n:g} is more than all; correct it.")
        if (cell.utterance, cell.state) in cells:
            raise UserError(f"{at} yes: the same cell stands twice; keep one of the two.")
        cells[cell.utterance, cell.state] = cell
    for utterance in domain.utterances:
        for state in domain.states:
            if (utterance, state) not in cells:
                raise UserError(
                    f"{path} has no row for utterance {utterance!r} at state {state}: "
                    "add it, with n 0 if nobody was asked."
                )
    return list(cells.values())


def _rows(
    path: Path, needed: tuple[str, ...], optional: tuple[str, ...], place: str
) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            columns = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = columns
            for column in needed:
                if column not in columns:
                    has = shorten(", ".join(columns), 60) or "nothing"
                    raise UserError(f"{path} has no column {column}, only {has}: add it.")
            for row in reader:
                line = reader.line_num
                if None in row or None in row.values():
                    raise UserError(
                        f"{path}, line {line}: {len(columns)} columns are expected; correct it."
                    )
                yield line, {k: v.strip() for k, v in row.items() if k in needed + optional}
    except FileNotFoundError:
        raise UserError(f"{place}: {no_file(path)}.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UserError(f"{place}: {path} cannot be read as CSV ({why}); correct it.") from None


def _state(text: str, domain: Domain, at: str) -> int:
    known = ", ".join(str(s) for s in domain.states)
    try:
        state = int(text)
    except ValueError:
        raise UserError(
            f"{at} state: {text!r} is no whole number; the states are {known}."
        ) from None
    if state not in domain.states:
        raise UserError(
            f"{at} state: {state} is not a state of the domain {domain.name}, "
            f"whose states are {known}; correct it, or name the domain of these data in the "
            "model's key domain."
        )
    return state


def _utterance(text: str, domain: Domain, at: str) -> str:
    if text not in domain.utterances:
        raise UserError(
            f"{at} utterance: {text!r} is not an utterance of the domain {domain.name}"
            f"{nearest(text, domain.utterances)}."
        )
    return text


def _number(text: str, at: str) -> float:
    parse: Callable[[str], float] = float
    try:
        value = parse(text)
    except ValueError:
        raise UserError(f"{at}: {text!r} is no number; give a count of zero or more.") from None
    if not math.isfinite(value) or value < 0:
        raise UserError(f"{at}: {text} cannot be a count; give zero or more.")
    return value
