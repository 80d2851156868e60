"""Names of a study as names of files: whether the file system of its results can hold them."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tactometer.study.study import Study
from tactometer.utils.errors import UserError

ROUND = 40
"""Bytes that files have round a name: dots, endings, a lock's, what a half-written one has."""
_PERIODIC = re.compile(r"(.+?)\1{19,}$")  # Snakemake takes such an end for a circle of rules


def check(study: Study, folder: Path) -> None:
    """Raise UserError for a name that is too long for the file system of a folder, which is there,
    for two that differ in case alone where it takes them for one, and for what Snakemake refuses.
    """
    most = os.pathconf(folder, "PC_NAME_MAX")
    limit = most - ROUND if most > 0 else sys.maxsize
    for key, names in _groups(study):
        for name in names:
            if len(name.encode()) > limit:
                raise UserError(
                    f"{study.source}, {key}: the name {name[:40]}... has {len(name)} characters, "
                    f"and the file system of {folder} has room for {limit}; shorten it."
                )
            if repeated := _PERIODIC.search(name):
                raise UserError(
                    f"{study.source}, {key}: the name {name[:40]} ends with {repeated[1]!r} twenty "
                    "times or more, which Snakemake refuses; give it another name."
                )
    for key, names in _groups(study):
        one, other = _alike(names)
        if one is not None and not tells_case(folder):
            raise UserError(
                f"{study.source}, {key}: {one} and {other} differ in case alone, and the file "
                f"system of {folder} takes them for one; rename one of them."
            )
    _check_study(folder)


def _check_study(folder: Path) -> None:
    """UserError where a study's results would go to those of one that is spelt otherwise."""
    there = [path.name for path in folder.parent.iterdir()]
    if folder.name not in there:
        same = [name for name in there if name.casefold() == folder.name.casefold()]
        other = same[0] if same else "another"
        raise UserError(
            f"the file system of {folder.parent} takes the study {folder.name} for {other}, whose "
            "results are there: give it another name, or the same spelling."
        )


def tells_case(folder: Path) -> bool:
    """Whether a folder holds two files whose names differ in case alone: tried, not guessed."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".Case-") as made:
        return not Path(folder, Path(made.name).name.swapcase()).exists()


def _groups(study: Study) -> Iterator[tuple[str, list[str]]]:
    """Names that stand beside each other as files, and the key that they are from."""
    yield "study", [study.name]
    yield "models", list(study.models)
    yield "fits", list(study.further)
    for model in study.models.values():
        yield f"models.{model.name}.checkpoints", list(model.checkpoints)
        yield "goals", list(model.goals)


def _alike(names: list[str]) -> tuple[str, str] | tuple[None, None]:
    seen: dict[str, str] = {}
    for name in names:
        before = seen.setdefault(name.casefold(), name)
        if before != name:
            return before, name
    return None, None
