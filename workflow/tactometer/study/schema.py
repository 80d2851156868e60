"""The JSON Schema of study and domain files, for editors, made from the types of their keys."""

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from tactometer.study.domain_file import DomainFile, PromptsFile, VignettesFile
from tactometer.study.settings import study_type

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "#/$defs/{name}"


def of_study() -> dict[str, Any]:
    """The schema of a study, with the models of every provider and the keys of every analysis."""
    return _schema("A study", study_type())


def of_domain() -> dict[str, Any]:
    """The schema of domain.yaml; `VignettesFile` and `PromptsFile` in $defs are of its files."""
    return _schema("A domain", DomainFile, VignettesFile, PromptsFile)


def text(of: str) -> str:
    """The schema of a `study` or a `domain`, as it stands in workflow/schemas."""
    found = {"study": of_study, "domain": of_domain}[of]()
    made = yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=100)
    return f"# Made from the types of the keys by `make schemas`: edit those.\n{made}"


def _schema(title: str, *kinds: Any) -> dict[str, Any]:
    short = {kind: dict(kind.IN_SHORT) for kind in _structs(kinds[0]) if hasattr(kind, "IN_SHORT")}
    others = [inner for named in short.values() for inner in named.values()]
    (whole, *_), known = msgspec.json.schema_components([*kinds, *others], ref_template=_REFERENCE)
    for kind, named in short.items():
        for key, inner in named.items():
            keys = known[kind.__name__]["properties"]
            keys[key] = {"anyOf": [keys[key], {"$ref": _REFERENCE.format(name=inner.__name__)}]}
    known = {name: _short(found) for name, found in known.items()}
    return {"$schema": DRAFT, "title": title, **whole, "$defs": dict(sorted(known.items()))}


def _short(part: Any) -> Any:
    """A schema without empty lists of required keys, and numbers said once."""
    if isinstance(part, list):
        return [_short(item) for item in part]
    if not isinstance(part, dict):
        return part
    found = {key: _short(value) for key, value in part.items() if (key, value) != ("required", [])}
    among = found.get("anyOf", [])
    if [one.get("type") for one in among] == ["integer", "number"]:
        return {**{key: value for key, value in found.items() if key != "anyOf"}, **among[1]}
    return found


def _structs(kind: Any) -> Iterator[Any]:
    """The types of settings below one."""
    todo: list[Any] = [msgspec.inspect.type_info(kind)]
    while todo:
        part = todo.pop()
        if isinstance(part, msgspec.inspect.StructType):
            yield part.cls
        inner = [getattr(part, name, None) for name in ("type", "item_type", "value_type")]
        todo += [found for found in inner if found is not None]
        todo += [field.type for field in getattr(part, "fields", ())]
        todo += getattr(part, "types", ())
