"""Read recorded behaviour: production and yes/no counts in CSV files.

Snakemake parses through this module, so it uses the standard library alone.
"""

import csv
import difflib
import math
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from textwrap import shorten

from tactometer.study import recorded_shares as shares
from tactometer.study.domain import Domain
from tactometer.study.recorded_shares import Production, YesNo
from tactometer.utils.errors import UserError, nearest, no_file

ANSWERS = {
    **dict.fromkeys(("1", "yes", "true", "y", "t"), 1.0),
    **dict.fromkeys(("0", "no", "false", "n", "f"), 0.0),
}
SHARES = ("share", "proportion", "prop", "p", "percent", "percentage", "freq", "frequency")
FRAMINGS = ("first", "second", "third")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # as in the study's schema


def goals(path: Path, place: str) -> tuple[str, ...]:
    """The goals of a production file, in its order; `place` is where the study names the file."""
    found: dict[str, None] = {}
    for line, row in _production_rows(path, place):
        goal = row["goal"]
        if not NAME.fullmatch(goal):
            raise UserError(
                f"{path}, line {line}, column goal: {goal!r} is no name; use letters, digits, "
                "dots, dashes and underscores."
            )
        found[goal] = None
    if not found:
        raise UserError(f"{path} has a header and no rows: add counts, or another file to {place}.")
    return tuple(found)


def check_goals(path: Path, known: Sequence[str], place: str) -> None:
    """UserError for a goal that is nearly one of the known: people may have goals of their own."""
    for line, row in _production_rows(path, place):
        near = difflib.get_close_matches(row["goal"].lower(), known, n=1, cutoff=0.75)
        if row["goal"] not in known and near:
            raise UserError(
                f"{path}, line {line}, column goal: {row['goal']!r} is no goal of the study; "
                f"perhaps {near[0]} was meant; if not, name it in the model's key goals."
            )


def framings(path: Path, place: str) -> set[str | None]:
    """The framings of a production file; None alone where it has no such column."""
    return {row.get("framing") for _, row in _production_rows(path, place)}


def read_production(path: Path, domain: Domain, place: str) -> list[Production]:
    """Read and check a production file: counts, shares beside `n`, or a row for each choice.

    Raises UserError for a missing file or column, an unknown state, utterance or framing, a count
    that is no number or below zero, a cell given twice, and shares without `n`.
    """
    cells: dict[tuple[str, str | None, int, str], Production] = {}
    totals: dict[tuple[str, str | None, int], float] = {}
    chosen = False
    for line, row in _production_rows(path, place):
        at = f"{path}, line {line}, column"
        framing = row.get("framing")
        if framing is not None and framing not in FRAMINGS:
            known = nearest(framing, FRAMINGS)
            raise UserError(f"{at} framing: {framing!r} is no framing{known}.")
        state = _state(row["state"], domain, at)
        utterance = _utterance(row["utterance"], domain, at)
        key = (row["goal"], framing, state, utterance)
        chosen = "count" not in row
        count = 1.0 if chosen else _number(row["count"], f"{at} count")
        if key in cells and not chosen:
            raise UserError(f"{at} count: the same cell stands twice; keep one of the two.")
        count += cells[key].count if key in cells else 0.0
        cells[key] = Production(*key, count)
        if "n" in row:
            totals[key[:3]] = _number(row["n"], f"{at} n")
    return list(cells.values()) if chosen else shares.counted(path, list(cells.values()), totals)


def read_semantics(path: Path, domain: Domain, place: str) -> list[YesNo]:
    """Read and check a semantics file, which needs every utterance at every state: counts of yes
    among `n`, shares beside `n`, or, without `n`, a row for each answer (yes or no, 1 or 0).

    Raises UserError as `read_production` does, and for more yes than answers.
    """
    cells: dict[tuple[str, int], YesNo] = {}
    for line, row in _rows(path, ("utterance", "state", "yes"), ("n",), place):
        at = f"{path}, line {line}, column"
        key = (_utterance(row["utterance"], domain, at), _state(row["state"], domain, at))
        if "n" not in row:
            before = cells.get(key, YesNo(*key, 0.0, 0.0))
            yes = _answer(row["yes"], f"{at} yes")
            cells[key] = YesNo(*key, before.yes + yes, before.n + 1)
            continue
        cell = YesNo(*key, _number(row["yes"], f"{at} yes"), _number(row["n"], f"{at} n"))
        if cell.yes > cell.n:
            raise UserError(f"{at} yes: {cell.yes:g} of {cell.n:g} is more than all; correct it.")
        if key in cells:
            raise UserError(f"{at} yes: the same cell stands twice; keep one of the two.")
        cells[key] = cell
    for utterance in domain.utterances:
        for state in domain.states:
            if (utterance, state) not in cells:
                raise UserError(
                    f"{path} has no row for utterance {utterance!r} at state {state}: "
                    "add it, with n 0 if nobody was asked."
                )
    return shares.answered(list(cells.values()))


def _answer(text: str, at: str) -> float:
    """A yes or no, in the words of exports."""
    if text.lower() in ANSWERS:
        return ANSWERS[text.lower()]
    raise UserError(
        f"{at}: {text!r} is neither yes nor no; write 1 or 0, or add a column n beside counts."
    )


def _production_rows(path: Path, place: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a production file; those of choices have no count."""
    optional = ("framing", "count", "n")
    for line, row in _rows(path, ("goal", "state", "utterance"), optional, place):
        if "count" not in row and "n" in row:
            raise UserError(f"{path} has a column n and no column count: add it.")
        yield line, row


def _rows(
    path: Path, needed: tuple[str, ...], optional: tuple[str, ...], place: str
) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            mark = _delimiter(stream.readline())
            stream.seek(0)
            reader = csv.DictReader(stream, delimiter=mark)
            columns = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = columns
            _check_columns(path, columns, needed, optional)
            for row in reader:
                line = reader.line_num
                if None in row or None in row.values():
                    comma = "; a number has a decimal point" if mark == "," else ""
                    raise UserError(
                        f"{path}, line {line}: {len(columns)} columns are expected; correct it"
                        f"{comma}."
                    )
                yield line, {k: v.strip() for k, v in row.items() if k in needed + optional}
    except FileNotFoundError:
        raise UserError(f"{place}: {no_file(path)}.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UserError(f"{place}: {path} cannot be read as CSV ({why}); correct it.") from None


def _delimiter(header: str) -> str:
    """What separates columns: a comma, or what spreadsheets write in its place."""
    return max(",;\t", key=header.count)


def _check_columns(
    path: Path, columns: Sequence[str], needed: Sequence[str], optional: Sequence[str]
) -> None:
    """UserError for a column that is missing, with the one that may be meant."""
    strange = [name for name in columns if name not in (*needed, *optional)]
    for column in needed:
        if column not in columns:
            near = difflib.get_close_matches(column, strange, n=1)
            if near:
                raise UserError(
                    f"{path} has no column {column}; perhaps {near[0]} is meant: rename it."
                )
            has = shorten(", ".join(columns), 60) or "nothing"
            raise UserError(f"{path} has no column {column}, only {has}: add it.")
    if "count" in optional and "count" not in columns:
        near = difflib.get_close_matches("count", strange, n=1)
        meant = near or [name for name in strange if name.lower() in SHARES]
        if meant:
            raise UserError(
                f"{path} has no column count; perhaps {meant[0]} is meant: rename it to count, "
                "beside n, the answers of the state, where it holds shares."
            )


def _state(text: str, domain: Domain, at: str) -> int:
    known = ", ".join(str(s) for s in domain.states)
    try:
        state = int(text)
    except ValueError:
        inside = re.findall(r"\d+", text)
        meant = len(inside) == 1 and int(inside[0]) in domain.states
        near = f"; perhaps {inside[0]} was meant" if meant else f"; the states are {known}"
        raise UserError(f"{at} state: {text!r} is no whole number{near}.") from None
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
        value = parse(text.replace(",", "."))
    except ValueError:
        raise UserError(f"{at}: {text!r} is no number; give a count of zero or more.") from None
    if not math.isfinite(value) or value < 0:
        raise UserError(f"{at}: {text} cannot be a count; give zero or more.")
    return value
