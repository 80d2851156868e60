"""Stages: the steps of the graph, declared once for its rule, its command line and its recipe.

Each folder of the package that holds stages has a light module `stages.py` with a `Stage` for each.
Every command reads these alone: they import nothing but each other at the top, since a job of a
third of a second pays for it; what a recipe needs is imported where it is asked for.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from tactometer.utils.paths import PACKAGE

if TYPE_CHECKING:
    from tactometer.study.study import Study

Recipe = dict[str, Any]
Keys = Callable[["Study"], Mapping[str, Any]]
Targets = Callable[["Study"], Iterator[tuple[str, Recipe]]]


def _no_keys(study: "Study") -> Recipe:
    return {}


def _no_targets(study: "Study") -> Iterator[tuple[str, Recipe]]:
    return iter(())


@dataclass(frozen=True)
class Code:
    """What the recipe of a stage, or of one target, pins of the package.

    `entry` are the functions whose code counts, with all that they reach ("module:name"); `files`
    are what that code reads of the package beside itself (patterns).
    """

    entry: tuple[str, ...]
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """One step of the graph: the module that holds its logic, what it needs and what it makes.

    `name` is that of its rule and recipe; `module` ("inference.fit") is its logic, with a function
    `run(given)`, and its command. `needs` and `makes` say what each input and output is, `beside`
    what is neither (a journal, a folder), `options` the rest: they are the words of the rule and
    the options of the command. `several` of them take more than one value; `optional` may be left
    out. The recipe {name}.json pins the code of `entry` ("name", or "module:name") and `files`, as
    in `Code`, unless `code` names the recipes that do. `keys` gives what the stage reads of the
    study, `targets` what belongs to one target alone, by the name of its recipe.
    """

    name: str
    module: str
    purpose: str
    needs: Mapping[str, str] = field(default_factory=dict)
    makes: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    several: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    entry: tuple[str, ...] = ("run",)
    files: tuple[str, ...] = ()
    code: Callable[[], Iterator[tuple[str, Code]]] | None = None
    keys: Keys = _no_keys
    targets: Targets = _no_targets

    def codes(self) -> Iterator[tuple[str, Code]]:
        """The code that its recipes pin, by their names."""
        if self.code is not None:
            yield from self.code()
            return
        entry = tuple(name if ":" in name else f"{self.module}:{name}" for name in self.entry)
        yield self.name, Code(entry, self.files)


@cache
def declared() -> dict[str, Stage]:
    """Every stage by its name, in the order of the graph: each folder says its `PLACE`."""
    folders = [path.parent.name for path in PACKAGE.glob("*/stages.py")]
    modules = [importlib.import_module(f"tactometer.{name}.stages") for name in folders]
    ordered = sorted((m for m in modules if hasattr(m, "STAGES")), key=lambda m: m.PLACE)
    return {stage.name: stage for module in ordered for stage in module.STAGES}
