"""Figures: which there are, and the module that draws each.

A figure of an analysis stands in the folder of that analysis; all others below `figures/`.
"""

from functools import cache
from pathlib import Path

from tactometer.study import analyses
from tactometer.utils.paths import PACKAGE, WORKFLOW

OF_NO_ANALYSIS = (
    "answer",
    "weights",
    "phi",
    "comparison",
    "responses",
    "semantics",
    "predictive",
    "recovery",
    "diagnostics",
)


@cache
def modules() -> dict[str, str]:
    """The module of each figure, below the package: it has `plot(tables)` and `TEXT`."""
    own = {name: f"figures.{name}" for name in OF_NO_ANALYSIS}
    return own | {
        analysis.figure: f"analyses.{name}.figure"
        for name, analysis in analyses.declared().items()
        if analysis.figure
    }


def names() -> tuple[str, ...]:
    """The names of all figures."""
    return tuple(modules())


def caption(name: str) -> Path:
    """The file of a figure's caption in Snakemake's report."""
    for analysis, declared in analyses.declared().items():
        if declared.figure == name:
            folder = PACKAGE / "analyses" / analysis
            own = folder / "figure.rst"
            return own if own.is_file() else folder / "caption.rst"
    return WORKFLOW / "report" / f"{name}.rst"
