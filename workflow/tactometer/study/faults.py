"""Validation of data against a type of settings: the first fault by line, in a sentence."""

import difflib
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from tactometer.study.fields import PATTERN
from tactometer.study.yaml_lines import Key, Lines, line_of, where
from tactometer.utils.errors import UserError

T = TypeVar("T")

_KINDS: dict[type[inspect.Type], tuple[str, type | tuple[type, ...]]] = {
    inspect.StrType: ("text", str),
    inspect.IntType: ("a whole number", int),
    inspect.FloatType: ("a number", (int, float)),
    inspect.BoolType: ("true or false", bool),
    inspect.VarTupleType: ("a list", list),
    inspect.DictType: ("a mapping", dict),
    inspect.StructType: ("a mapping", dict),
    inspect.NoneType: ("null", type(None)),
    inspect.LiteralType: ("", object),  # says itself what it may be
    inspect.AnyType: ("", object),
}
_MANY = 12  # allowed values: of more, a misspelt one is told the nearest alone


VARIABLE = "^[A-Za-z_][A-Za-z0-9_]*$"
NAMED = "letters, digits, dots, dashes and underscores, a letter or digit first"
NO_VARIABLE = "must be the name of an environment variable, not what it holds"


@dataclass(frozen=True)
class Fault:
    """One thing wrong: the key path it stands at, what is wrong and how to mend it."""

    key: Key
    text: str


def validated(data: Any, lines: Lines, kind: type[T], file: Path | str, key: Key = ()) -> T:
    """Data as settings of a type; a `UserError` for the first place, by line, that does not fit.

    `kind` is any type that msgspec knows, `file` the name to show, `key` where the data stand.
    """
    found = _faults(data, inspect.type_info(kind), key)
    first = min(found, key=lambda fault: line_of(lines, fault.key), default=None)
    if first is not None:
        raise UserError(f"{where(file, lines, first.key)}: {first.text}.")
    return msgspec.convert(data, kind)


def _faults(value: Any, kind: inspect.Type, key: Key) -> Iterator[Fault]:
    """All that is wrong with a value; what it is for is said where the value itself is wrong."""
    kind, extra = _bare(kind)
    found = _of_union(value, kind, key) if isinstance(kind, inspect.UnionType) else kind
    if isinstance(found, Fault):
        yield _about(found, extra)
    elif not _fits(value, found):
        yield _about(Fault(key, _mistyped(value, [found])), extra)
    elif isinstance(found, inspect.StructType):
        yield from _of_struct(value, found, key)
    else:
        wrong = _wrong(value, found, extra)
        if wrong:
            yield _about(Fault(key, wrong), extra)
        if isinstance(found, inspect.DictType):
            yield from _of_mapping(value, found, key)
        elif isinstance(found, inspect.VarTupleType):
            for index, item in enumerate(value):
                yield from _faults(item, found.item_type, (*key, index))


def _bare(kind: inspect.Type) -> tuple[inspect.Type, dict[str, Any]]:
    """A type, and what it says beside its limits."""
    extra: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata):
        extra = {**(kind.extra_json_schema or {}), **extra}
        kind = kind.type
    return kind, extra


def _about(fault: Fault, extra: dict[str, Any]) -> Fault:
    about = str(extra.get("description", "")).strip().rstrip(".")
    return Fault(fault.key, f"{fault.text} ({about})" if about else fault.text)


def _fits(value: Any, kind: inspect.Type) -> bool:
    """Whether a value has the type, whatever its limits."""
    wanted = _KINDS[type(kind)][1]
    return isinstance(value, wanted) and (not isinstance(value, bool) or wanted in (bool, object))


def _of_union(value: Any, union: inspect.UnionType, key: Key) -> inspect.Type | Fault:
    """The alternative that is meant: the one of this type, or whose tag a mapping has."""
    kinds = [_bare(kind)[0] for kind in union.types]
    tagged = {k.tag: k for k in kinds if isinstance(k, inspect.StructType) and k.tag_field}
    if not tagged or not isinstance(value, dict):
        kinds.sort(key=lambda kind: isinstance(kind, inspect.LiteralType))  # takes what fits none
        meant = next((kind for kind in kinds if _fits(value, kind)), None)
        return meant or Fault(key, _mistyped(value, kinds))
    tag = str(next(iter(tagged.values())).tag_field)
    if tag in value:
        found = tagged.get(value[tag]) if isinstance(value[tag], str) else None
        return found or Fault((*key, tag), _not_among(value[tag], [str(name) for name in tagged]))
    near = difflib.get_close_matches(tag, value, n=1)
    if near:
        return Fault((*key, near[0]), f"unknown key; perhaps {tag} was meant")
    return Fault(key, f"the key {tag} is missing; add it ({_any_of(map(str, tagged))})")


def _of_struct(value: dict[str, Any], kind: inspect.StructType, key: Key) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in kind.fields}
    known = sorted({*fields, *([kind.tag_field] if kind.tag_field else [])})
    strangers = [name for name in value if name not in known]
    for name in strangers:
        yield Fault((*key, name), _unknown(name, known, _below(name, kind)))
    for name, field in fields.items():
        if name in value:
            yield from _faults(value[name], field.type, (*key, name))
        elif field.required and not difflib.get_close_matches(name, strangers, n=1):
            missing = Fault(key, f"the key {name} is missing; add it")
            yield _about(missing, _bare(field.type)[1])


def _below(name: str, kind: inspect.StructType) -> list[str]:
    """Where a key would be known that is not known here: one level further down."""
    found = []
    for field in kind.fields:
        inner = _bare(field.type)[0]
        kinds = inner.types if isinstance(inner, inspect.UnionType) else [inner]
        for each in (_bare(k)[0] for k in kinds):
            inside = each.fields if isinstance(each, inspect.StructType) else ()
            found += [f"{field.encode_name}.{name}" for f in inside if f.encode_name == name]
    return found


def _of_mapping(value: dict[str, Any], kind: inspect.DictType, key: Key) -> Iterator[Fault]:
    for name, item in value.items():
        for fault in _faults(name, kind.key_type, (*key, name)):
            yield Fault(fault.key, f"the name {fault.text}")
        yield from _faults(item, kind.value_type, (*key, name))


def _wrong(value: Any, kind: inspect.Type, extra: dict[str, Any]) -> str:
    """What is wrong with a value of the right type: not among, out of bounds, named twice."""
    allowed = extra.get("enum") or getattr(kind, "values", None)
    if allowed:
        return "" if value in allowed else _not_among(value, [str(item) for item in allowed])
    if isinstance(value, list) and extra.get("uniqueItems"):
        twice = next((item for i, item in enumerate(value) if item in value[:i]), None)
        if twice is not None:
            return f"names {_shown(twice)} twice; remove one of the two"
    if isinstance(value, int | float):
        return _out_of_bounds(value, kind)
    least, most = getattr(kind, "min_length", None), getattr(kind, "max_length", None)
    if least and len(value) < least:
        return _too_short(value, least)
    if most and len(value) > most:
        return f"takes at most {most} {_entries(most)}, not {len(value)}"
    pattern = getattr(kind, "pattern", None)
    if not pattern or _match(pattern, value):
        return ""
    shown = "what stands there" if extra.get("writeOnly") else _shown(value)
    if pattern == PATTERN:
        return f"{shown} must be {NAMED}"
    return NO_VARIABLE if pattern == VARIABLE else f"{shown} must match {pattern}"


_BOUNDS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "ge": ("at least", operator.ge),
    "gt": ("above", operator.gt),
    "le": ("at most", operator.le),
    "lt": ("below", operator.lt),
}


def _out_of_bounds(value: float, kind: inspect.Type) -> str:
    for name, (words, holds) in _BOUNDS.items():
        limit = getattr(kind, name, None)
        if limit is not None and not holds(value, limit):
            return f"must be {words} {limit}, not {_shown(value)}"
    return ""


def _too_short(value: Any, least: int) -> str:
    if isinstance(value, str):
        return "must not be empty" if least == 1 else f"needs {least} characters"
    if isinstance(value, dict):
        return f"needs at least {least} {_entries(least)} below it"
    return f"needs at least {least} {_entries(least)}, not {len(value)}"


def _match(pattern: str, value: str) -> bool:
    return re.search(pattern, value) is not None


def _unknown(name: str, known: list[str], below: list[str]) -> str:
    if name.isdecimal():
        return "unknown key; a number has a decimal point, not a comma"
    before, colon, after = name.partition(":")
    if colon and before in known:
        return f"write a space behind the colon, `{before}: {after}`"
    near = below[:1] or difflib.get_close_matches(name, known, n=1)
    if near:
        return f"unknown key; perhaps {near[0]} was meant"
    wire = "; what a provider is to be sent stands below wire" if "wire" in known else ""
    return (
        f"unknown key; known here are {', '.join(known)}{wire}" if known else "unknown; remove it"
    )


def _mistyped(value: Any, kinds: list[inspect.Type]) -> str:
    number = any(isinstance(kind, inspect.FloatType) for kind in kinds)
    words = [
        _KINDS[type(kind)][0]
        for kind in kinds
        if not (number and isinstance(kind, inspect.IntType))
    ]
    text = f"must be {_any_of(words)}, not {_shown(value)}"
    remedy = _instead(value, words, kinds)
    return f"{text}; {remedy}" if remedy else text


def _instead(value: Any, words: list[str], kinds: list[inspect.Type]) -> str:
    """What to write in place of a value of another type."""
    if "text" in words and value is not None and not isinstance(value, list | dict):
        return "put it in quotes"
    if {"a number", "a whole number"} & set(words):
        return _as_number(value, "a number" in words)
    if words == ["a list"] and isinstance(value, str | int | float):
        return f"write [{str(value).strip('()')}]"
    if words == ["a list"] and isinstance(value, dict):
        return f"write [{', '.join(value)}]"
    if words != ["a mapping"]:
        return ""
    if isinstance(kinds[0], inspect.StructType):
        keys = [field.encode_name for field in kinds[0].fields if field.encode_name]
        return f"write its keys below it ({', '.join(keys[:_MANY])})"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return f"name each, `{value[0] if value else 'NAME'}: {{}}`"
    if isinstance(value, list):
        return "take the dashes away, so that each name is a key"
    return "write a name and its settings below it"


_AMOUNT = re.compile(r"[^\d.,+-]{0,4}([+-]?\d[\d.,]*(?:[eE][+-]?\d+)?)\s*(%?)[^\d]{0,5}")


def _as_number(value: Any, fractions: bool) -> str:
    """The number that a text holds: of a percentage the share, of 0,8 the one with a point."""
    said = _AMOUNT.fullmatch(str(value)) if isinstance(value, str | float) else None
    if said is None:
        return ""
    try:
        number = float(said[1].replace(",", ".")) / (100 if said[2] else 1)
    except ValueError:
        return ""
    if fractions or number.is_integer():
        return f"write {number:g}" if fractions else f"write {number:.0f}"
    return ""


def _not_among(value: Any, allowed: list[str]) -> str:
    """Say what the choice is, and the nearest allowed value for a misspelt one."""
    near = difflib.get_close_matches(str(value), allowed, n=1)
    if near and len(allowed) > _MANY:
        return f"{_shown(value)} is not known; perhaps {near[0]} was meant"
    hint = f"; perhaps {near[0]} was meant" if near else ""
    if len(allowed) > _MANY:
        return f"{_shown(value)} is not known; known are {', '.join(allowed[:_MANY])}, ..."
    return f"must be {_any_of(allowed)}, not {_shown(value)}{hint}"


def _any_of(words: Iterable[str]) -> str:
    *rest, last = dict.fromkeys(words)
    return f"{', '.join(rest)} or {last}" if rest else last


def _shown(value: Any) -> str:
    """A value in a few characters."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None or isinstance(value, bool):
        return "empty" if value is None else str(value).lower()
    text = str(value)
    return repr(text if len(text) <= 40 else text[:37] + "...") if isinstance(value, str) else text


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"
