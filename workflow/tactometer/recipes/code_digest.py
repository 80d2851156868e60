"""Digests of code by its meaning: what a stage's functions reach, without what cannot matter.

The unit is a top-level definition of a module. From the functions of a stage, every definition of
the package that they reach counts, and no other; docstrings, comments, layout and annotations of
variables and signatures do not. Annotations in the body of a class do: dataclasses behave by them.
The digests are the same on every version of Python that the package supports.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tactometer.recipes import code_memory
from tactometer.utils.digests import digest, file_digest
from tactometer.utils.paths import PACKAGE

ROOT = "tactometer"
OPAQUE = re.compile(
    r"study\.(study|model|stages|fields|faults|settings|model_settings|domain_file|fit_recipe)"
    r"|(providers|analyses)\.\w+\.settings"
)
"""Modules that are not followed: what a stage reads of a study stands in its recipe as keys."""
_ANNOTATIONS = ("annotation", "returns")
_IGNORED = frozenset({"type_comment", "type_params", "kind", "ctx"})

Unit = tuple[str, str]
"""A module below the package, with dots, and the name of one of its definitions."""


@dataclass(frozen=True)
class Reached:
    """What the code of a stage is: digests by file, and the libraries that it imports."""

    files: Mapping[str, str]
    libraries: frozenset[str]


@dataclass
class _Definition:
    """A top-level statement: its meaning, the names it uses, and those of its annotations alone."""

    meaning: str
    uses: set[str] = field(default_factory=set)
    members: set[tuple[str, str]] = field(default_factory=set)
    annotations: set[str] = field(default_factory=set)
    is_class: bool = False


@dataclass
class _Module:
    """A parsed module: definitions by name, what its imports bind, statements that always run."""

    definitions: dict[str, list[_Definition]] = field(default_factory=dict)
    imports: dict[str, list[Unit]] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)
    always: list[_Definition] = field(default_factory=list)


def reached(entries: Iterable[Unit], package: Path = PACKAGE) -> Reached:
    """Everything of the package that these definitions reach; KeyError for one that is not there.

    An entry without a name stands for the whole module.
    """
    return _Walk(package).from_(entries)


class _Walk:
    """A walk over the definitions that some others reach."""

    def __init__(self, package: Path) -> None:
        self._package = package
        self._seen: set[Unit] = set()
        self._todo: list[Unit] = []
        self._meanings: dict[str, dict[str, str]] = {}
        self._libraries: set[str] = set()

    def from_(self, entries: Iterable[Unit]) -> Reached:
        """Walk from these definitions."""
        for module, name in entries:
            known = self._module(module)
            if known is None or (name and name not in known.definitions):
                raise KeyError(f"{module}:{name} is no definition of the package")
            self._todo += [(module, name)] if name else [(module, n) for n in known.definitions]
        while self._todo:
            unit = self._todo.pop()
            if unit not in self._seen and not OPAQUE.fullmatch(unit[0]):
                self._seen.add(unit)
                self._visit(*unit)
        files = {
            f"{module.replace('.', '/')}.py": digest(sorted(meanings.items()))
            for module, meanings in self._meanings.items()
        }
        return Reached(dict(sorted(files.items())), frozenset(self._libraries))

    def _module(self, module: str) -> "_Module | None":
        path = self._package / f"{module.replace('.', '/')}.py"
        if not path.is_file():
            path = self._package / module.replace(".", "/") / "__init__.py"
        return _parse(path, path.stat().st_mtime_ns) if path.is_file() else None

    def _visit(self, module: str, name: str) -> None:
        known = self._module(module)
        if known is None:
            return
        if name in known.imports and name not in known.definitions:
            self._follow(known, name)  # a name that a module hands on
            return
        held = self._meanings.setdefault(module, {})
        if not held:
            for place, statement in enumerate(known.always):
                held[f"({place})"] = statement.meaning
                self._uses(module, known, statement)
        for place, definition in enumerate(known.definitions.get(name, [])):
            held[f"{name}/{place}"] = definition.meaning
            self._uses(module, known, definition)

    def _uses(self, module: str, known: _Module, definition: _Definition) -> None:
        for name in definition.uses:
            if name in known.definitions:
                self._todo.append((module, name))
            else:
                self._follow(known, name)
        for name, member in definition.members:
            self._follow(known, name, member)
        for name in definition.annotations - definition.uses:
            self._follow_class(module, known, name)

    def _follow(self, known: _Module, name: str, member: str | None = None) -> None:
        """What a name stands for that an import binds, or one member of it if that is a module."""
        if name in known.libraries:
            self._libraries.add(known.libraries[name])
        for module, symbol in known.imports.get(name, []):
            inner = f"{module}.{symbol}".strip(".") if symbol else module
            if self._module(inner) is None:
                self._todo.append((module, symbol))
            elif member is not None:
                self._todo.append((inner, member))

    def _follow_class(self, module: str, known: _Module, name: str) -> None:
        """An annotation counts where it names a class, whose methods are called; no alias does."""
        for _ in range(5):  # hands that pass it on
            if name in known.definitions:
                if any(definition.is_class for definition in known.definitions[name]):
                    self._todo.append((module, name))
                return
            if name not in known.imports:
                return
            module, name = known.imports[name][-1]
            found = self._module(module)
            if found is None:
                return
            known = found


@cache
def _parse(path: Path, stamp: int) -> _Module:
    """The definitions of a module; `stamp` is the file's time, so that an edit is read anew.

    Remembered by its text and by what reads it: after an edit one module of hundreds is read.
    """
    text = path.read_text()
    return code_memory.recall(digest([_reader(), text]), _Module, lambda: _read(text))


@cache
def _reader() -> str:
    """The digest of what reads a module, this file."""
    return file_digest(Path(__file__))


def _read(text: str) -> _Module:
    found = _Module()
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            _bind(found, node)
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) or _is_for_types(node) or _is_text(node):
            continue
        definition = _definition(node)
        names = list(_names(node))
        for name in names:
            found.definitions.setdefault(name, []).append(definition)
        if not names:
            found.always.append(definition)
    return found


def _bind(found: _Module, node: "ast.Import | ast.ImportFrom") -> None:
    """Note what an import binds: parts of the package, or a library by its first name."""
    for alias in node.names:
        bound = alias.asname or alias.name.partition(".")[0]
        source = node.module or "" if isinstance(node, ast.ImportFrom) else alias.name
        first, _, rest = source.partition(".")
        if first != ROOT:
            found.libraries[bound] = first
        elif isinstance(node, ast.ImportFrom):
            found.imports.setdefault(bound, []).append((rest, alias.name))
        elif alias.asname:
            found.imports.setdefault(bound, []).append((rest, ""))


def _definition(node: ast.stmt) -> _Definition:
    made = _Definition(_meaning(node), is_class=isinstance(node, ast.ClassDef))
    _gather(node, made)
    return made


def _gather(node: ast.AST, made: _Definition) -> None:
    """Note the names that a statement uses, and the members of those that may be modules."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        made.members.add((node.value.id, node.attr))
    if isinstance(node, ast.Name):
        made.uses.add(node.id)
    for name, child in _children(node):
        if name in _ANNOTATIONS:
            made.annotations |= _annotated(child)
        else:
            _gather(child, made)


def _annotated(node: ast.AST) -> set[str]:
    """The names in an annotation, those in quotes too."""
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            found.add(inner.id)
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            found |= set(re.findall(r"\w+", inner.value))
    return found


def _is_annotation(node: ast.AST, name: str, in_class: bool) -> bool:
    if isinstance(node, ast.AnnAssign):
        return name == "annotation" and not in_class
    return name in _ANNOTATIONS


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield name, child


def _names(node: ast.stmt) -> Iterator[str]:
    """The names that a top-level statement defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    for target in targets:
        for inner in ast.walk(target):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                yield inner.id


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a docstring, or one behind a constant."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_for_types(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def _meaning(node: ast.AST, in_class: bool = False) -> str:
    """A text of a syntax tree that is the same for code that does the same by construction."""
    parts: list[str] = []
    for name, value in ast.iter_fields(node):
        if name in _IGNORED or value is None or value == []:
            continue
        if _is_annotation(node, name, in_class):
            continue
        inside = isinstance(node, ast.ClassDef)
        if isinstance(value, list):
            items = [v for v in value if not (name == "body" and _is_text_node(v))]
            said = ",".join(_value(item, inside) for item in items)
            parts.append(f"{name}=[{said}]")
        else:
            parts.append(f"{name}={_value(value, inside)}")
    return f"{type(node).__name__}({' '.join(parts)})"


def _is_text_node(value: Any) -> bool:
    return isinstance(value, ast.stmt) and _is_text(value)


def _value(value: Any, in_class: bool) -> str:
    return _meaning(value, in_class) if isinstance(value, ast.AST) else repr(value)
