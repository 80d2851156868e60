"""YAML files that users write: read with line numbers, checked against a JSON Schema.

Everything that can be wrong with such a file comes back as one `UserError` that names the file, the
line, the key and the remedy. Snakemake parses through this module, so it imports nothing heavy.
"""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tactometer.study import yaml_slips
from tactometer.utils.errors import UserError

Key = tuple[str | int, ...]
Lines = dict[Key, int]

_CURLY = re.compile(r"[“”‘’„]\S*[“”‘’]")
_NAMED = ("study", "model", "goal", "same_as")
_TAG = "tag:yaml.org,2002:"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path) -> tuple[Any, Lines]:
    """Read a YAML file into plain data and the line of every key.

    Keys are text as written (`0:` is "0", `no:` is "no"); lines count from 1, and list items are
    keyed by their index; dates and names are text. What YAML would bend in silence is an error: a
    key given twice, a number that is not finite, base 60 (1:30) and octal (010), an alias inside
    itself.
    """
    text = read_text(path)
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise UserError(f"{path} is empty: write at least one key into it.")
            _check(node, path, (), ())
            data = loader.construct_document(node)  # flattens `<<` merges in the nodes, too
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise UserError(yaml_slips.sentence(error, path, text)) from None
    except RecursionError:
        raise UserError(f"{path} is nested too deeply: flatten it.") from None
    lines: Lines = {(): 1}
    _note_lines(node, (), lines)
    return data, lines


def read_text(path: Path) -> str:
    """Read a UTF-8 text file; a missing, unreadable or binary file is a `UserError`."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: create it or correct the path.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text: save it in that encoding.") from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise UserError(f"{path} cannot be read ({reason}): correct the path.") from None


def where(file: Path | str, lines: Mapping[Key, int], key: Key) -> str:
    """Say where a key stands: "study.yaml, line 12, key models.qwen.source"."""
    name = f", key {dotted(key)}" if key else ""
    return f"{file}, line {line_of(lines, key)}{name}"


def line_of(lines: Mapping[Key, int], key: Key) -> int:
    """The line of a key, or of the nearest enclosing key that the file has."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


def dotted(key: Key) -> str:
    """Write a key path as people do: models.qwen.checkpoints[2].path."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _check(node: Any, path: Path, key: Key, above: tuple[int, ...]) -> None:
    """Refuse what YAML would accept and bend; make every mapping key text."""

    def refuse(mark: Any, what: str, at: Key) -> UserError:
        return UserError(f"{path}, line {mark.line + 1}, key {dotted(at)}: {what}.")

    if id(node) in above:
        raise refuse(node.start_mark, "an alias stands inside itself; write it out", key)
    inside = (*above, id(node))
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                raise refuse(name.start_mark, "a key must be text, not a list or mapping", key)
            at = (*key, name.value)
            if name.tag != f"{_TAG}merge":
                name.tag = f"{_TAG}str"
                if name.value in seen:
                    first = seen[name.value]
                    what = (
                        f"the key is already on line {first}; remove or rename one of the two, or "
                        "mend the indentation between them"
                    )
                    raise refuse(name.start_mark, what, at)
                seen[name.value] = name.start_mark.line + 1
            _check(value, path, at, inside)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _check(value, path, (*key, index), inside)
    elif isinstance(node, yaml.ScalarNode):
        if node.tag == f"{_TAG}timestamp" or _names(key, node.tag):
            node.tag = f"{_TAG}str"
        bent = _bent(node.tag.removeprefix(_TAG), node.value)
        if not node.style and _CURLY.fullmatch(node.value):
            bent = f"YAML takes the curly quotes of {node.value} for text; write straight ones"
        if bent:
            raise refuse(node.start_mark, bent, key)


def _names(key: Key, tag: str) -> bool:
    """Whether a value is a name, which keeps its spelling: 1e3, 0x10 and null are names too."""
    if len(key) > 1 and key[-2] == "steps" and isinstance(key[-1], int):
        return True
    return bool(key) and key[-1] in _NAMED and tag != f"{_TAG}null"


def _bent(tag: str, text: str) -> str | None:
    """What is wrong with a number that YAML would read as another one, or as none."""
    if tag not in ("int", "float"):
        return None
    if ":" in text:
        return f"YAML reads {text} as a base-60 number; put it in quotes"
    bare = text.replace("_", "").lower().lstrip("+-")
    if tag == "int":
        octal = len(bare) > 1 and bare.isdigit() and bare[0] == "0"
        return f"YAML reads {text} as octal; drop the zero or put it in quotes" if octal else None
    try:
        finite = bare not in (".inf", ".nan") and math.isfinite(float(bare))
    except ValueError:
        finite = False
    return None if finite else f"{text} is not a finite number; give one"


def _note_lines(node: Any, key: Key, lines: Lines) -> None:
    """Note the line of every key below a node; own keys come after merged ones and win."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            at = (*key, name.value)
            lines[at] = name.start_mark.line + 1
            _note_lines(value, at, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            at = (*key, index)
            lines[at] = value.start_mark.line + 1
            _note_lines(value, at, lines)
