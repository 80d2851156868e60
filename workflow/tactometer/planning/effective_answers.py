"""Effective answers: how many independent answers those of a fit are worth, as far as a plan knows.

Those of one vignette hang together. m of them, with an intra-class correlation rho, have a design
effect of 1 + (m - 1) rho (Kish 1965, Survey Sampling).
"""

from collections.abc import Sequence
from math import prod
from pathlib import Path
from statistics import median

from tactometer.study.study import Study

FEW = 65  # answers a state: the least of which calibration simulates
SUPPOSED = (0.1, 0.3)  # correlations, of which simulated studies have both (docs/calibration)


def told(study: Study, tables: Path) -> list[str]:
    """What a plan says of it, a line for each number of answers a state; nothing where the study
    asks nobody, or has them all count as independent.

    `tables` is the study's folder of tables: where it has been run, the design effects of its fits
    stand there.
    """
    asked = [model for model in study.asked if model.fit.design_effect != "ignore"]
    vignettes = len(study.domain.vignettes)
    framings, names = len(study.settings.framings), study.settings.sample.name_pairs
    sizes: dict[int, list[str]] = {}
    for model in asked:
        each = names * framings * combinations(study) * model.estimator.samples
        sizes.setdefault(each, []).append(model.name)
    said = [
        _said(vignettes, each, framings, whose if len(sizes) > 1 else [])
        for each, whose in sizes.items()
    ]
    return said + _few(study) + _seen(tables) * bool(asked)


def combinations(study: Study) -> int:
    """How many combinations of levels every prompt is asked with."""
    crossed = study.settings.sample.factors == "crossed"
    return prod(map(len, study.domain.factors.values())) if crossed else 1


def _few(study: Study) -> list[str]:
    """The factors of whose levels little can be told, by the model with fewest answers."""
    prompts = len(study.domain.vignettes) * study.settings.sample.name_pairs
    samples = min((model.estimator.samples for model in study.asked), default=0)
    answers = prompts * len(study.settings.framings) * combinations(study) * samples
    at_level = {name: answers // len(of) for name, of in study.domain.factors.items()}
    return [
        f"the factor {name} has {count:,} answers a state at each level; below {FEW} little is"
        " told of one: ask for more name pairs"
        for name, count in at_level.items()
        if 0 < count < FEW
    ]


def _said(vignettes: int, each: int, framings: int, whose: Sequence[str]) -> str:
    whole = vignettes * each
    apart = f" ({whole // framings:,} in each framing)" if framings > 1 else ""
    of = f" of {', '.join(whose)}" if whose else ""
    worth = [f"{whole / (1 + (each - 1) * rho):,.0f} with {rho:g}" for rho in SUPPOSED]
    return (
        f"a fit{of} stands on {whole:,} answers a state{apart} to {vignettes} vignettes; those to "
        "one vignette resemble each other, and count for fewer independent ones: for "
        f"{', for '.join(worth)} as their intra-class correlation"
    )


def _seen(tables: Path) -> list[str]:
    """What earlier fits of the study found."""
    path = tables / "diagnostics.parquet"
    if not path.is_file():
        return []
    import polars as pl

    frame = pl.read_parquet(path)
    if "design_effect" not in frame.columns:  # of an older version
        return []
    found = sorted(frame["design_effect"].drop_nulls().to_list())
    if not found:
        return []
    return [
        f"the {len(found):,} fits so far have a design effect of {median(found):.1f} in the "
        f"median, {found[-1]:.1f} at most (tables/diagnostics)"
    ]
