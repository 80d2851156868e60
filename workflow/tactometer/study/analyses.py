"""Analyses: which there are, each declared by a light module in a folder of its own.

An analysis is a folder below `analyses/` with `declaration.py`, `computation.py`, `columns.yaml`,
`caption.rst` and, where it has them, `figure.py`, `sentences.py` and `settings.py`: `SETTINGS`
there has the type of each key below `analyses` of a study that is its own. Adding one touches its
folder alone.
"""

import importlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tactometer.utils.paths import PACKAGE

if TYPE_CHECKING:
    from tactometer.study.fields import Settings


@dataclass(frozen=True)
class Analysis:
    """One analysis: its place in the report's order, and what stands in its folder.

    Those that `tests` for effects say `found`, and share the study's level evenly (Bonferroni).
    `figure` is the name of its figure, `told` the place of its sentences among all findings,
    `headline` that of those which open the page (`headline` in its sentences.py); `question` is
    the section of the page that has its sentences (`report.figure_texts.SECTIONS`), `needs` what a
    study must have before it has rows (`report.not_done`), in the order in which that is told;
    `files` are what its computation reads of its folder beside code, and `space` says that it reads
    what states are worth and which utterances are negated.
    """

    place: int
    tests: bool = False
    figure: str | None = None
    told: int | None = None
    headline: int | None = None
    question: str = "trust"
    needs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    space: bool = False


@cache
def declared() -> dict[str, Analysis]:
    """Every analysis by its name, in the report's order."""
    names = [path.parent.name for path in PACKAGE.glob("analyses/*/declaration.py")]
    found: dict[str, Analysis] = {
        name: importlib.import_module(f"tactometer.analyses.{name}.declaration").ANALYSIS
        for name in names
    }
    return dict(sorted(found.items(), key=lambda item: item[1].place))


@cache
def settings() -> "dict[str, type[Settings]]":
    """The types of the keys below `analyses` of a study, as its analyses declare them."""
    found: dict[str, type[Settings]] = {}
    for path in sorted(PACKAGE.glob("analyses/*/settings.py")):
        module = importlib.import_module(f"tactometer.analyses.{path.parent.name}.settings")
        found |= module.SETTINGS
    return found


def names() -> tuple[str, ...]:
    """The names of all analyses, in the report's order."""
    return tuple(declared())


def testing(factors: bool) -> tuple[str, ...]:
    """The names of those that look for effects; `factors`: whether more than framing varies in the
    scenes of the study, without which those of factors have nothing to look at.
    """
    return tuple(
        name
        for name, analysis in declared().items()
        if analysis.tests and (factors or "factors" not in analysis.needs)
    )
