"""The figures of a study, each from its tables alone, as SVG and PNG."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from tactometer.figures import (
    comparison,
    diagnostics,
    effects,
    findings,
    phi,
    predictive,
    recovery,
    responses,
    semantics,
    style,
    weights,
)
from tactometer.study import study
from tactometer.tables.reader import Tables
from tactometer.utils.errors import UserError

FIGURES = {
    "weights": weights.plot,
    "phi": phi.plot,
    "comparison": comparison.plot,
    "responses": responses.plot,
    "semantics": semantics.plot,
    "predictive": predictive.plot,
    "recovery": recovery.plot,
    "efforts": findings.efforts,
    "shifts": effects.shifts,
    "mixed_effects": effects.mixed_effects,
    "trajectories": findings.trajectories,
    "movement": findings.movement,
    "contrasts": effects.contrasts,
    "sycophancy": findings.sycophancy,
    "likeness": findings.likeness,
    "framing_effects": effects.framing_effects,
    "vignette_effects": effects.vignette_effects,
    "position": effects.position,
    "attribution": effects.attribution,
    "diagnostics": diagnostics.plot,
}


def draw(
    name: str,
    tables: Path,
    out: Path,
    *,
    goals: Sequence[str],
    utterances: Sequence[str],
    baseline: Sequence[str],
) -> None:
    """Draw one figure from the Parquet files in `tables` and write `out`.svg and `out`.png.

    `goals` and `utterances` give the orders, `baseline` the models that are the human yardstick.
    Raises `UserError` for an unknown figure or a missing table.
    """
    if name not in FIGURES:
        raise UserError(f"There is no figure {name!r}; choose one of {', '.join(FIGURES)}")
    style.save(FIGURES[name](Tables(tables, goals, utterances, baseline)), out)


def run(given: Namespace) -> None:
    """Draw every figure, as SVG and PNG."""
    sweep = study.read(given.study)
    for name in FIGURES:
        draw(
            name,
            given.tables,
            given.out / name,
            goals=sweep.goals,
            utterances=sweep.domain.utterances,
            baseline=sweep.baseline,
        )
