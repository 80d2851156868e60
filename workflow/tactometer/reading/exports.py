"""Exports of experiments read as choices and yes/no answers: jsPsych, Qualtrics, Prolific, Yoon's.

Files are CSV, or JSON with a list of rows, as jsPsych saves them. A mapping says which columns
hold what; values are brought into the domain's words.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from tactometer.study import export_settings, yaml_lines
from tactometer.study.domain import Domain
from tactometer.study.export_settings import ExportMapping, Production, Semantics, Stands
from tactometer.study.fields import UNSET, UnsetType, read, written
from tactometer.study.recorded_csv import ANSWERS, FRAMINGS, NAME, SHARES
from tactometer.utils.errors import UserError, nearest

Row = Mapping[str, str]


@dataclass
class Counted:
    """What exports hold: choices by goal, framing, state and utterance; yes and all by word."""

    production: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)
    yes: Counter[tuple[str, int]] = field(default_factory=Counter)
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)
    empty: int = 0


def rows_of(path: Path) -> Sequence[tuple[int, Row]]:
    """The rows of an export and their lines; UserError for a file that is none."""
    text = yaml_lines.read_text(path).removeprefix("\ufeff")
    if path.suffix == ".json" or text.lstrip()[:1] == "[":
        try:
            found = json.loads(text)
        except ValueError as error:
            raise UserError(f"{path} is not valid JSON ({error}); export it again.") from None
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise UserError(f"{path} holds no list of rows; export it as CSV.")
        return [(number, _flat(row)) for number, row in enumerate(found, 1)]
    header = text.partition("\n")[0]
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    rows = [(reader.line_num, _flat({k: v for k, v in row.items() if k})) for row in reader]
    marked = [
        i for i, (_, row) in enumerate(rows[:3]) if any("ImportId" in v for v in row.values())
    ]
    return rows[marked[-1] + 1 :] if marked else rows  # Qualtrics says each name three times


def _flat(row: Mapping[str, Any]) -> dict[str, str]:
    """A row of texts; what jsPsych nests in a column stands under column.name too."""
    flat: dict[str, str] = {}
    for name, value in row.items():
        inner = value
        if isinstance(value, str) and value[:1] == "{":
            try:
                inner = json.loads(value)
            except ValueError:
                inner = value
        if isinstance(inner, dict):
            flat |= {f"{name}.{key}": _text(each) for key, each in inner.items()}
        flat[name] = _text(value)
    return flat


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value).strip('"')


def mapping_of(rows: Sequence[tuple[int, Row]], path: Path) -> ExportMapping:
    """The mapping of a file without one: Yoon's form, or columns that are called as here."""
    have = set(rows[0][1]) if rows else set()
    for form in export_settings.FORMS:
        for part, columns in form.items():
            names = {
                n for each in columns.values() for n in ([each] if type(each) is str else each)
            }
            if names <= have:
                _check_a_row_a_choice(have, path)
                return read({part: columns}, ExportMapping)
    raise UserError(
        f"{path} has the columns {', '.join(sorted(have)[:12])}: say which is which in a mapping, "
        "--map FILE; `tactometer import --example` prints one."
    )


def _check_a_row_a_choice(columns: Iterable[str], path: Path) -> None:
    """UserError for counts and shares, which nobody has to count: each row would be one choice."""
    added = next((name for name in columns if name.lower() in ("count", "n", *SHARES)), None)
    if added:
        raise UserError(
            f"{path} has a column {added}, so its rows are added up already: name the file in a "
            "study as it is (`production`; shares as count, beside n, the answers of each state)."
        )


def count(
    path: Path, rows: Sequence[tuple[int, Row]], how: ExportMapping, domain: Domain, into: Counted
) -> None:
    """Add a file's choices and answers up; UserError with the row for what is not known."""
    if not rows:
        raise UserError(f"{path} has no rows; export it again.")
    words = _Words(path, domain, how)
    if how.production is not UNSET:
        _production(path, rows, how, words, into)
    if how.semantics is not UNSET:
        _semantics(path, rows, how, words, into)


def _production(
    path: Path, rows: Sequence[tuple[int, Row]], how: ExportMapping, words: "_Words", into: Counted
) -> None:
    assert how.production is not UNSET
    parts, other = ("goal", "state", "utterance", "framing"), _wide(how.semantics)
    for line, row in _kept(path, rows, how.production.rows):
        for places, cell in _cells(path, row, how.production, parts, other):
            said = cell.pop("utterance", "")
            if not said:
                into.empty += 1
                continue
            at = {part: f"{path}, row {line}, column {name}" for part, name in places.items()}
            framing = words.framing(cell["framing"], at["framing"]) if cell.get("framing") else ""
            key = (words.goal(cell.get("goal", ""), at.get("goal", at["utterance"])), framing)
            state, utterance = words.state(cell["state"], at["state"]), at["utterance"]
            into.production[(*key, state, words.utterance(said, utterance))] += 1


def _semantics(
    path: Path, rows: Sequence[tuple[int, Row]], how: ExportMapping, words: "_Words", into: Counted
) -> None:
    assert how.semantics is not UNSET
    parts, other = ("state", "utterance", "answer"), _wide(how.production)
    for line, row in _kept(path, rows, how.semantics.rows):
        for places, cell in _cells(path, row, how.semantics, parts, other):
            if not cell["answer"]:
                into.empty += 1
                continue
            at = {part: f"{path}, row {line}, column {name}" for part, name in places.items()}
            utterance = words.utterance(cell["utterance"], at["utterance"])
            key = (utterance, words.state(cell["state"], at["state"]))
            into.asked[key] += 1
            into.yes[key] += words.answer(cell["answer"], at["answer"])


def _kept(
    path: Path, rows: Iterable[tuple[int, Row]], wanted: Mapping[str, Stands | tuple[Stands, ...]]
) -> Iterator[tuple[int, Row]]:
    """The rows that count; True of YAML is "TRUE" and "true" of an export."""
    said = {
        name: {str(v).lower() for v in (values if isinstance(values, tuple) else (values,))}
        for name, values in wanted.items()
    }
    for line, row in rows:
        if all(row[_column(path, row, name)].lower() in values for name, values in said.items()):
            yield line, row


def _wide(part: Production | Semantics | UnsetType) -> str:
    """How a part's columns are called that hold a choice or an answer each, or nothing."""
    return "" if part is UNSET else written(part.wide, "")


def _cells(
    path: Path, row: Row, how: Production | Semantics, parts: Sequence[str], other: str
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """What a row holds of each part, with the column that it is from: once, or for each wide one,
    where it is none of the `other` columns, whose name says more.
    """
    said = {part: written(getattr(how, part), "") for part in parts}
    places = {p: c if isinstance(c, str) else c[-1] for p, c in said.items() if c}
    fixed = {p: _of(path, row, c) for p, c in said.items() if c}
    held = "answer" if "answer" in parts else "utterance"
    wide = _wide(how)
    if not wide:
        missing = [part for part in parts if part not in fixed and part != "framing"]
        if missing:
            raise UserError(f"the mapping names no column of {missing[0]}: add it, or wide.")
        yield places, fixed
        return
    found = _named(row, wide)
    if len(re.sub(r"\{\w+\}", "", other)) > len(re.sub(r"\{\w+\}", "", wide)):
        found = {name: match for name, match in found.items() if name not in _named(row, other)}
    if not found:
        raise UserError(f"{path} has no column like {wide}, only {', '.join(list(row)[:12])}.")
    for name, match in found.items():
        yield {**places, **dict.fromkeys((*match, held), name)}, {**fixed, **match, held: row[name]}


def _named(row: Row, wide: str) -> dict[str, dict[str, str]]:
    """The columns that are called so, and what their names say."""
    names = re.split(r"\{(\w+)\}", wide)
    part_of = {"state": r"[A-Za-z]*\d+"}  # so that no other column is taken for one
    pattern = "".join(
        re.escape(text) if i % 2 == 0 else f"(?P<{text}>{part_of.get(text, '.+?')})"
        for i, text in enumerate(names)
    )
    return {name: m.groupdict() for name in row if (m := re.fullmatch(pattern, name))}


def _of(path: Path, row: Row, column: str | tuple[str, ...]) -> str:
    if isinstance(column, str):
        fixed = column[1:] if column.startswith("=") else None
        return row[_column(path, row, column)] if fixed is None else fixed
    return " ".join(row[_column(path, row, name)] for name in column)


def _column(path: Path, row: Row, name: str) -> str:
    if name not in row:
        raise UserError(f"{path} has no column {name!r}{nearest(name, row)}.")
    return name


class _Words:
    """The words of an export in those of the domain."""

    def __init__(self, path: Path, domain: Domain, how: ExportMapping) -> None:
        self._domain, self._values = domain, how.values

    def goal(self, text: str, at: str) -> str:
        """A goal: as the mapping has it, or a name of its own that is none nearly."""
        said = self._values.goal.get(text, text.lower())
        usual = ("default", "informative", "social", "both")
        if said in usual or (text in self._values.goal and NAME.fullmatch(said)):
            return said
        raise UserError(
            f"{at}: the goal {text!r} is none of {', '.join(usual)}; say what it is in the "
            f"mapping, `values: {{goal: {{{text or 'TEXT'}: NAME}}}}`."
        )

    def state(self, text: str, at: str) -> int:
        """A state: the only number in the text."""
        numbers = re.findall(r"\d+", text)
        said = self._values.state.get(text, int(numbers[0]) if len(numbers) == 1 else None)
        if said in self._domain.states:
            return int(said)
        known = ", ".join(map(str, self._domain.states))
        raise UserError(
            f"{at}: the state {text!r} is none of {known} of the domain {self._domain.name}; say "
            f"what it is in the mapping, `values: {{state: {{{text or 'TEXT'}: NUMBER}}}}`, or "
            "name the domain, --domain."
        )

    def utterance(self, text: str, at: str) -> str:
        """An utterance: "It wasn't good." is "not good"."""
        said = self._values.utterance.get(text, spoken(text))
        if said in self._domain.utterances:
            return said
        raise UserError(
            f"{at}: {text!r} is no utterance of the domain {self._domain.name}"
            f"{nearest(said, self._domain.utterances)}; say what it is in the mapping, "
            f"`values: {{utterance: {{{text or 'TEXT'}: UTTERANCE}}}}`."
        )

    def answer(self, text: str, at: str) -> bool:
        """Yes or no."""
        said = self._values.answer.get(text, ANSWERS.get(text.lower()))
        if said is None:
            raise UserError(
                f"{at}: {text!r} is neither yes nor no; say what it is in the mapping, "
                f"`values: {{answer: {{{text}: true}}}}`."
            )
        return bool(said)

    def framing(self, text: str, at: str) -> str:
        """A framing."""
        said = self._values.framing.get(text, text.lower())
        if said in FRAMINGS:
            return said
        raise UserError(f"{at}: {text!r} is no framing{nearest(text, FRAMINGS)}.")


def spoken(text: str) -> str:
    """What was said, without "it was": "not good" of "It wasn't good", "neg good", "not_good"."""
    words = " ".join(text.lower().replace("_", " ").replace("’", "'").split()).strip(" .!\"'")
    words = re.sub(r"^(?:it|that|this|your \w+) ", "", words)
    words = re.sub(r"^(?:was|is|were|no neg|yes) ?(?=n't|not |\w)", "", words)
    return re.sub(r"^(?:n't|wasn't|isn't|weren't|not|neg) ?", "not ", words).strip()
