"""Study files as people name them on a command line: by path, or by the study's name.

Light: `tactometer --help` and `tactometer run` import it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tactometer.utils import paths
from tactometer.utils.errors import UserError, nearest

if TYPE_CHECKING:
    from tactometer.study.study import Study

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
SUFFIXES = (".yaml", ".yml", ".json")
DEFAULT = Path("config/config.yaml")
FOLDER = Path("config/studies")
"""Of the default study and of others: here, else those of the repository."""
TARGETS = ("ask", "semantics", "fits", "tables", "report", "all")
"""The targets that every study has; each of its models is one too, model_{name}."""


def is_named(word: str) -> bool:
    """Whether a word is a study file by its suffix, there or not, or the name of a ready study."""
    return word.endswith(SUFFIXES) or word in ready()


def ready() -> dict[str, Path]:
    """The studies of this folder, by the name of each and by that of its file."""
    found: dict[str, Path] = {}
    default = default_file()
    for path in (default, *sorted(FOLDER.glob("*.y*ml")), *_ready_elsewhere()):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        said = re.search(r"^study:\s*[\"']?([\w.-]+)", text, re.MULTILINE)
        names = [said[1]] if said else []
        for name in [*names, path.stem] if path != default else names:
            found.setdefault(name, path)
    return found


def default_file() -> Path:
    """The default study: of this folder, else of the repository."""
    return paths.locate(DEFAULT)


def _ready_elsewhere() -> Iterator[Path]:
    """The ready studies of the repository, where this folder is not that."""
    if not (FOLDER.is_dir() and FOLDER.samefile(paths.ROOT / FOLDER)):
        yield from sorted((paths.ROOT / FOLDER).glob("*.y*ml"))


def find(word: str | Path) -> Path:
    """The file that is meant; UserError, with the nearest study, where there is none."""
    path = paths.locate(word)
    if path.is_file():
        return path
    known = ready()
    if str(word) in known:
        return known[str(word)]
    if path.is_dir():
        raise UserError(f"{word} is a folder: name a study file, such as {DEFAULT}.")
    close = difflib.get_close_matches(str(word), [*known, *map(str, known.values())], n=1)
    near = nearest(str(word), close or known)
    raise UserError(
        f"there is no study {str(word)!r}{near}; `tactometer init NAME` writes a new one."
    )


def split(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Words as study files, later ones over earlier, and the targets behind them.

    The first word is a study, those after it that are named like one are studies too.
    """
    files = [find(words[0])]
    rest = list(words[1:])
    while rest and rest[0].endswith(SUFFIXES) and not rest[0].startswith("results/"):
        files.append(find(rest.pop(0)))
    return files, rest


def load(words: Sequence[str | Path]) -> tuple[Study, list[Path]]:
    """The study that the files describe together, and the files."""
    from tactometer.study import study

    files = [find(word) for word in words]
    return study.load(files), files


def results(word: str | Path) -> Path:
    """The folder of results that a path, a study's name or its file stands for.

    Raises UserError, with the nearest, where there are none.
    """
    path = Path(word)
    if path.is_dir():
        return path
    if path.suffix in SUFFIXES and path.is_file():
        path = Path("results") / next((n for n, f in ready().items() if f == path), path.stem)
    elif path.parent == Path():
        path = Path("results") / path
    if path.is_dir():
        return path
    if str(word) in ready() or Path(word).is_file():
        raise UserError(f"there are no results of {word} yet: `tactometer run {word}` makes them.")
    made = [str(folder) for folder in Path("results").glob("*") if folder.is_dir()]
    near = nearest(str(path), made)
    raise UserError(f"there are no results of {word}{near}; `tactometer run STUDY` makes them.")


def snakefile() -> Path:
    """The Snakefile of this folder, or of the repository where results stand here already.

    Raises UserError elsewhere, lest a run begin all over again in a wrong folder.
    """
    here, repository = Path("Snakefile"), paths.ROOT / "Snakefile"
    if here.is_file():
        return here
    if not repository.is_file():
        raise UserError("there is no Snakefile here: change to the folder that holds it.")
    if Path(".snakemake/tactometer").is_dir():
        return repository
    raise UserError(
        f"there is no Snakefile here: change to {paths.ROOT}, or, for results in this folder, give "
        "`tactometer run STUDY --directory .` once."
    )


def check_targets(study: Study, targets: Sequence[str]) -> None:
    """UserError, with the nearest, for a target that is neither a stage, a model nor a file."""
    known = [*TARGETS, "calibrate", *(f"model_{name}" for name in study.models)]
    for target in targets:
        if target in known or "/" in target:
            continue
        if target in study.models:
            raise UserError(f"the target of the model {target} is model_{target}: name that.")
        raise UserError(
            f"{study.source} has no target {target!r}{nearest(target, known)}, or a file below "
            f"results/{study.name}/ that it makes."
        )
