"""What is wrong with a file that YAML cannot read, by the usual slips, and how to mend it."""

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

_SPACELESS = re.compile(r"^(\s*(?:- )?[\w.-]+):([^\s:/\\][^:]*)$")
_TWO = re.compile(r"^\s*[\w.\"'-]+: .*\S: ")
_SIGNS = "@`%&*!|>"
_CLOSES = {"[": "]", "{": "}", '"': '"', "'": "'"}


def sentence(error: yaml.YAMLError, path: Path, text: str) -> str:
    """One sentence for what the YAML parser did not understand."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        first = str(error).splitlines()[0]
        return f"{path}: not valid YAML ({first}); check indentation, colons and quotes there."
    rows = text.splitlines() or [""]
    start = getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", "")) or str(error).splitlines()[0]
    found = _opened(problem, rows, start) or _near(rows, mark.line, problem)
    if found is None:
        remedy = "check indentation, colons and quotes there"
        return f"{path}, line {mark.line + 1}: not valid YAML ({problem}); {remedy}."
    line, what = found
    return f"{path}, line {line + 1}: {what}."


def spaceless(text: str) -> str | None:
    """What to say of a key whose colon has no space behind it; None for other text."""
    said = _SPACELESS.match(text)
    if said is None:
        return None
    return f"write a space behind the colon, `{said[1].strip()}: {said[2].strip()}`"


def _opened(problem: str, rows: Sequence[str], start: yaml.Mark | None) -> tuple[int, str] | None:
    """A quote or bracket that is opened and not closed."""
    if start is None or start.line >= len(rows):
        return None
    sign = rows[start.line][start.column : start.column + 1]
    if sign not in _CLOSES:
        return None
    if "escape" in problem:
        return start.line, (
            "a backslash means something else in double quotes; write single quotes, or slashes"
        )
    return start.line, f"the {sign} is not closed; write {_CLOSES[sign]} where it ends"


def _near(rows: Sequence[str], at: int, problem: str) -> tuple[int, str] | None:
    """A slip on the line where the parser stopped, or on the one above it."""
    for line in (at, at - 1):
        if not 0 <= line < len(rows):
            continue
        row = rows[line]
        if "\t" in row[: len(row) - len(row.lstrip())]:
            return line, "the line begins with a tab; indent it with spaces"
        if "\u00a0" in row:
            return line, "the line holds a no-break space; type it anew with plain ones"
        if said := spaceless(row.split(" #")[0].rstrip()):
            return line, said
        value = row.partition(": ")[2].strip()
        if value[:1] and value[0] in _SIGNS and "token" in problem:
            return line, f"a value cannot begin with {value[0]}; put it in quotes"
        if _TWO.match(row) and "mapping values" in problem:
            return line, "the value holds a colon; put it in quotes"
    if "'-' indicator" in problem or "block collection" in problem:
        return (
            at,
            "a list (-) and keys stand side by side; take the dashes away, or indent the keys",
        )
    if "mapping values" in problem:
        return at, "the line is indented further than the one that it belongs to; align it"
    if "expected key" in problem:
        return at, "something stands behind a closed value; a comment begins with #"
    return None
