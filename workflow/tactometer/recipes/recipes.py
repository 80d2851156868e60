"""Recipes: small JSON files that pin what a stage is made of.

A recipe is an input of its stage's jobs, so a stage runs again when, and only when, its recipe
changes: code that the stage reaches, another Stan line, a key that it reads, the version of a
library that it uses. `wanted` computes what every recipe should be. Reading the Snakefile writes
each of them to a file that is named by its digest (`pin`), beside the study in one piece; the rule
`recipe` copies what is new to results/{study}/recipes. So a run reads what was pinned when it
began, and whoever looks meanwhile at another version of the study changes nothing that it reads.
"""

import importlib.metadata
import json
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from tactometer.inference import stan_sources
from tactometer.recipes import acceptance, code_memory
from tactometer.recipes.code_digest import reached
from tactometer.study import stages
from tactometer.study.stages import Code, Recipe
from tactometer.study.study import Study
from tactometer.utils import atomic_files
from tactometer.utils.digests import digest, file_digest
from tactometer.utils.paths import PACKAGE

PINS = Path(".snakemake/tactometer")
PINNED = "TACTOMETER_PINNED"
"""The environment variable that hands the pinned study to the jobs of a run."""
_DISTRIBUTIONS = {"yaml": "pyyaml", "PIL": "pillow"}  # of libraries with another name


def wanted(study: Study) -> dict[str, Recipe]:
    """Every recipe that the study needs, by name: stages, and what single targets are made of.

    `requests/{model}/{prompt_set}`, `checkpoints/{model}/{checkpoint}`, `count_recorded/{model}`,
    `fit/{model}`, `hold_out/{model}` and `analyse/{analysis}` pin what belongs to one target, so
    that a change in one leaves the rest alone.
    """
    recipes: dict[str, Recipe] = {}
    for stage in stages.declared().values():
        for name, code in stage.codes():
            recipes[name] = {"stage": stage.name, **_made_of(name, code)}
        if keys := stage.keys(study):
            recipes[stage.name]["keys"] = keys
        for name, content in stage.targets(study):
            recipes[name] = {**recipes.get(name, {}), **content}
    return recipes


def _made_of(name: str, code: Code) -> dict[str, Any]:
    """Digests of the code, by file, and the versions of the libraries that it imports."""
    found = _reached()[name]
    made: dict[str, Any] = {"sources": {**found["files"], **_data(code.files)}}
    if versions := _versions(found["libraries"]):
        made["versions"] = versions
    return made


@cache
def _reached() -> dict[str, dict[str, Any]]:
    """What the code of each recipe reaches; remembered, since it takes a second to find out."""
    sources = {str(p.relative_to(PACKAGE)): p.read_text() for p in sorted(PACKAGE.rglob("*.py"))}
    return code_memory.recall(f"all-{digest(sources)}", dict[str, dict[str, Any]], _reach)


def _reach() -> dict[str, dict[str, Any]]:
    every: dict[str, dict[str, Any]] = {}
    for stage in stages.declared().values():
        for name, code in stage.codes():
            parts = (entry.partition(":") for entry in code.entry)
            found = reached([(module, symbol) for module, _, symbol in parts])
            every[name] = {"files": dict(found.files), "libraries": sorted(found.libraries)}
    return every


@cache
def _data(patterns: tuple[str, ...]) -> dict[str, str]:
    """Digests of files of the package that code reads, by path; KeyError for a pattern of none."""
    found: dict[str, str] = {}
    for pattern in patterns:
        paths = [path for path in sorted(PACKAGE.glob(pattern)) if path.is_file()]
        if not paths:
            raise KeyError(f"{pattern} is no file of the package")
        for path in paths:
            name = str(path.relative_to(PACKAGE))
            stan = path.suffix == ".stan"
            found[name] = stan_sources.sources(path)[path.name] if stan else file_digest(path)
    return found


@cache
def _version(distribution: str) -> str:
    return importlib.metadata.version(distribution)


def _versions(libraries: Iterable[str]) -> dict[str, str]:
    found = {}
    for library in sorted(set(libraries) - sys.stdlib_module_names):
        name = _DISTRIBUTIONS.get(library, library)
        found[name] = _version(name)
    return found


def current(study: Study, results: Path) -> dict[str, Recipe]:
    """Every wanted recipe, or the one in results/{study} where the difference is accepted."""
    folder = results / study.name
    return {
        name: dict(acceptance.settle(name, recipe, folder))
        for name, recipe in wanted(study).items()
    }


def pin(study: Study, results: Path, pins: Path = PINS) -> Path:
    """Write the study and its current recipes to files named by their digests; gives the study's.

    Beside it stands which file each recipe has, which the Snakefile alone reads: of a large sweep
    that is more than the study. A recipe's file is newer than the recipe in the results if, and
    only if, the two differ: after a lost .snakemake, in a fresh checkout, and for a change that is
    taken back.
    """
    folder = pins / study.name
    files: dict[str, str] = {}
    for name, content in current(study, results).items():
        text = json.dumps(content, sort_keys=True, indent=1, allow_nan=False) + "\n"
        path = folder / "recipes" / name / f"{digest(text)}.json"
        atomic_files.write_if_changed(path, text, sync=False)
        _date(path, results / study.name / "recipes" / f"{name}.json", text)
        files[name] = str(path)
    text = json.dumps(study.content())  # in the order of its files: designs and pages follow it
    path = folder / "studies" / f"{digest([text, files])}.json"
    atomic_files.write_if_changed(path.with_suffix(".recipes"), json.dumps(files), sync=False)
    atomic_files.write_if_changed(path, text, sync=False)
    return path


def pinned(path: Path) -> dict[str, str]:
    """The file of each recipe, by name, of a study that was pinned."""
    return dict(json.loads(path.with_suffix(".recipes").read_text()))


def _date(path: Path, target: Path, text: str) -> None:
    """Let a pinned recipe be newer than the one in the results just if they differ."""
    try:
        same, made = target.read_text() == text, target.stat().st_mtime_ns
    except OSError:
        return
    if same:
        if path.stat().st_mtime_ns > made:
            os.utime(path, ns=(made, made))
    elif path.stat().st_mtime_ns <= made:
        os.utime(path)
