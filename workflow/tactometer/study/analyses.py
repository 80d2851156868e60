"""Analyses: which there are, each declared by a light module in a folder of its own.

An analysis is a folder below `analyses/` with `declaration.py`, `computation.py`, `columns.yaml`,
`caption.rst` and, where it has them, `figure.py` and `sentences.py`. Adding one touches its folder
alone.
"""

import importlib
from dataclasses import dataclass
from functools import cache

from tactometer.utils.paths import PACKAGE


@dataclass(frozen=True)
class Analysis:
    """One analysis: where it comes in the report's order, and whether it tests for effects.

    Those that test say `found`, and share the study's level evenly (Bonferroni). `drawn` is whether
    it has a figure.
    """

    place: int
    tests: bool = False
    drawn: bool = True
    files: tuple[str, ...] = ()


@cache
def declared() -> dict[str, Analysis]:
    """Every analysis by its name, in the report's order."""
    names = [path.parent.name for path in PACKAGE.glob("analyses/*/declaration.py")]
    found: dict[str, Analysis] = {
        name: importlib.import_module(f"tactometer.analyses.{name}.declaration").ANALYSIS
        for name in names
    }
    return dict(sorted(found.items(), key=lambda item: item[1].place))


def names() -> tuple[str, ...]:
    """The names of all analyses, in the report's order."""
    return tuple(declared())


def testing() -> tuple[str, ...]:
    """The names of those that look for effects."""
    return tuple(name for name, analysis in declared().items() if analysis.tests)
