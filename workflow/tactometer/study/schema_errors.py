"""Turn JSON Schema errors into the one error that a person should fix first."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from tactometer.study.yaml_lines import Key, Lines, line_of, read

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong: the key path it stands at, what is wrong and how to mend it."""

    key: Key
    text: str
    kind: Literal["value", "unknown", "unevaluated"] = "value"
    missing: str | None = None


def first_fault(data: Any, lines: Lines, schema_path: Path, part: str | None) -> Fault | None:
    """The first fault by line, or None where data fits the schema (or its `$defs` entry `part`)."""
    validator = _validator(schema_path, part)
    faults = [f for e in validator.iter_errors(data) for f in _faults(e, validator.schema)]
    real = [fault for fault in faults if not _is_echo(fault, faults)]
    return min(real or faults, key=lambda fault: line_of(lines, fault.key), default=None)


@lru_cache(maxsize=8)
def _validator(schema_path: Path, part: str | None) -> Any:
    from jsonschema import Draft202012Validator

    schema, _ = read(schema_path)
    if part is not None:
        schema = {"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
    return Draft202012Validator(schema)


def _is_echo(fault: Fault, faults: list[Fault]) -> bool:
    """Whether a fault only repeats another one.

    A key is unevaluated as soon as its own value is wrong, and one is missing where it is misspelt.
    """
    if fault.kind == "unevaluated":
        return any(f is not fault and f.key[: len(fault.key)] == fault.key for f in faults)
    strangers = [
        str(f.key[-1])
        for f in faults
        if f.kind in ("unknown", "unevaluated") and f.key[:-1] == fault.key
    ]
    return bool(fault.missing and difflib.get_close_matches(fault.missing, strangers, n=1))


def _faults(error: Any, root: Any) -> Iterator[Fault]:
    """The faults that one error of jsonschema stands for; root is the whole schema."""
    key: Key = tuple(error.absolute_path)
    if error.context:
        yield from _dig(error, root)
    elif "propertyNames" in error.absolute_schema_path:
        yield Fault((*key, error.instance), f"the name {_sentence(error)}")
    elif error.validator in ("additionalProperties", "unevaluatedProperties"):
        known = sorted(_known(error.schema, root))
        kind: Any = "unknown" if error.validator == "additionalProperties" else "unevaluated"
        for name in _unknown(error):
            yield Fault((*key, name), _unknown_text(name, known), kind)
    elif error.validator == "required":
        name = _missing(error)
        about = _known(error.schema, root).get(name)
        purpose = f" ({about})" if about else ""
        yield Fault(key, f"the key {name} is missing; add it{purpose}", missing=name)
    else:
        yield Fault(key, _sentence(error))


def _dig(error: Any, root: Any) -> Iterator[Fault]:
    """Of the alternatives of a oneOf or anyOf, report on the one that was meant.

    An alternative is out of question if the value has another type altogether, or if a const or
    enum one level down (the provider) differs; among the rest, fewest errors win.
    """
    branches: dict[int, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    ranked = sorted(
        branches.values(), key=lambda b: (any(map(_foreign, b)), any(map(_other, b)), len(b))
    )
    best = ranked[0]
    tag = next(filter(_other, best), None)
    if all(any(map(_foreign, branch)) for branch in ranked):
        wanted = [t for b in ranked for inner in filter(_foreign, b) for t in _wanted_types(inner)]
        yield Fault(
            tuple(error.absolute_path), f"must be {_any_of(wanted)}, not {_shown(error.instance)}"
        )
    elif tag is not None:  # no alternative has this provider: say which there are
        rivals = [i for i in error.context if _other(i) and i.absolute_path == tag.absolute_path]
        values = [value for rival in rivals for value in _allowed(rival)]
        yield Fault(tuple(tag.absolute_path), _not_among(tag.instance, values))
    else:
        for inner in best:
            yield from _faults(inner, root)


def _foreign(inner: Any) -> bool:
    """Whether an alternative wants another type than the value has."""
    return inner.validator == "type" and not inner.relative_path


def _other(inner: Any) -> bool:
    """Whether an alternative is meant for another value of its discriminating key."""
    return inner.validator in ("const", "enum") and len(inner.relative_path) <= 1


def _sentence(error: Any) -> str:
    """What is wrong at this key, and what the schema says the key is for."""
    limit = error.validator_value
    secret = bool(error.absolute_path) and error.absolute_path[-1] == "api_key_env"
    shown = "what stands there" if secret else _shown(error.instance)  # it may be the key itself
    say: dict[str, Callable[[], str]] = {
        "type": lambda: _mistyped(error),
        "enum": lambda: _not_among(error.instance, limit),
        "const": lambda: _not_among(error.instance, [limit]),
        "pattern": lambda: f"{shown} must match {limit}",
        "minimum": lambda: f"must be at least {limit}, not {shown}",
        "maximum": lambda: f"must be at most {limit}, not {shown}",
        "exclusiveMinimum": lambda: f"must be above {limit}, not {shown}",
        "exclusiveMaximum": lambda: f"must be below {limit}, not {shown}",
        "minLength": lambda: "must not be empty" if limit == 1 else f"needs {limit} characters",
        "minItems": lambda: f"needs at least {limit} {_items(limit)}, not {len(error.instance)}",
        "maxItems": lambda: f"takes at most {limit} {_items(limit)}, not {len(error.instance)}",
        "minProperties": lambda: f"needs at least {limit} {_items(limit)} below it",
        "uniqueItems": lambda: f"names {_repeated(error.instance)} twice; remove one of the two",
    }
    if error.validator is None:  # the schema `false`: the key has no place here
        return "does not belong here; remove it"
    known = say.get(error.validator)
    text = known() if known else str(error.message).rstrip(".")
    about = error.schema.get("description") if isinstance(error.schema, dict) else None
    return f"{text} ({about.strip().rstrip('.')})" if about else text


def _missing(error: Any) -> str:
    """The required key that one error is about."""
    absent = [name for name in error.validator_value if name not in error.instance]
    return str(next((name for name in absent if repr(name) in error.message), absent[0]))


def _unknown(error: Any) -> list[str]:
    """The keys of a mapping that its schema does not know."""
    if error.validator == "unevaluatedProperties":
        return [name for name in error.instance if repr(name) in error.message]
    patterns = error.schema.get("patternProperties", {})
    return [
        name
        for name in error.instance
        if name not in error.schema.get("properties", {})
        and not any(re.search(pattern, name) for pattern in patterns)
    ]


def _unknown_text(name: str, known: list[str]) -> str:
    others = [other for other in known if other != name]
    near = difflib.get_close_matches(name, others, n=1)
    if near:
        return f"unknown key; perhaps {near[0]} was meant"
    return f"unknown key; known here are {', '.join(others)}" if others else "unknown; remove it"


def _known(schema: Any, root: Any) -> dict[str, str]:
    """Every property that a schema names, through its references and branches, with its purpose."""
    known: dict[str, str] = {}
    seen: list[Any] = []
    todo = [schema]
    while todo:
        part = todo.pop()
        if not isinstance(part, dict) or any(part is other for other in seen):
            continue
        seen.append(part)
        for name, value in part.get("properties", {}).items():
            about = value.get("description", "") if isinstance(value, dict) else ""
            known[name] = known.get(name) or about.strip().rstrip(".")
        todo += [part.get(branch) for branch in ("if", "then", "else")]
        todo += [p for branch in ("allOf", "anyOf", "oneOf") for p in part.get(branch, [])]
        todo.append(_resolve(part.get("$ref"), root))
    return known


def _resolve(reference: str | None, root: Any) -> Any:
    """The schema a local reference (#/$defs/name) points to, or None."""
    if not reference or not reference.startswith("#/"):
        return None
    for part in reference[2:].split("/"):
        root = root.get(part) if isinstance(root, dict) else None
    return root


def _any_of(words: Iterable[str]) -> str:
    *rest, last = dict.fromkeys(words)
    return f"{', '.join(rest)} or {last}" if rest else last


def _wanted_types(error: Any) -> list[str]:
    wanted = error.validator_value
    return [_TYPES[name] for name in ([wanted] if isinstance(wanted, str) else wanted)]


def _mistyped(error: Any) -> str:
    text = f"must be {_any_of(_wanted_types(error))}, not {_shown(error.instance)}"
    quotable = "text" in _wanted_types(error) and not isinstance(error.instance, list | dict)
    return f"{text}; put it in quotes" if quotable and error.instance is not None else text


def _allowed(error: Any) -> list[Any]:
    return list(error.validator_value) if error.validator == "enum" else [error.validator_value]


_MANY = 12  # allowed values: of more, a misspelt one is told the nearest alone


def _not_among(value: Any, allowed: Iterable[Any]) -> str:
    """Say what the choice is, and the nearest allowed value for a misspelt one."""
    words = [str(item).lower() if isinstance(item, bool) else str(item) for item in allowed]
    near = difflib.get_close_matches(str(value), words, n=1)
    if near and len(words) > _MANY:
        return f"{_shown(value)} is not known; perhaps {near[0]} was meant"
    hint = f"; perhaps {near[0]} was meant" if near else ""
    return f"must be {_any_of(words)}, not {_shown(value)}{hint}"


def _shown(value: Any) -> str:
    """A value in a few characters."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None or isinstance(value, bool):
        return "empty" if value is None else str(value).lower()
    text = str(value)
    return repr(text if len(text) <= 40 else text[:37] + "...") if isinstance(value, str) else text


def _items(count: int) -> str:
    return "entry" if count == 1 else "entries"


def _repeated(items: list[Any]) -> str:
    return next(_shown(item) for i, item in enumerate(items) if item in items[:i])
