"""The figures of a study, each from its tables alone, as SVG and PNG."""

from __future__ import annotations

import importlib
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from tactometer.figures import style
from tactometer.study import figures, study
from tactometer.study.yardstick import Yardstick
from tactometer.tables.reader import Tables
from tactometer.utils.errors import UserError, nearest


def draw(
    name: str,
    tables: Path,
    out: Path,
    *,
    goals: Sequence[str],
    utterances: Sequence[str],
    baseline: Sequence[str],
    yardstick: Yardstick | None = None,
    further: Sequence[str] = (),
) -> None:
    """Draw one figure from the Parquet files in `tables` and write `out`.svg and `out`.png.

    `goals` and `utterances` give the orders, `baseline` the models that were recorded,
    `yardstick` whom the others are compared with, `further` the fits beside the headline.
    Raises `UserError` for an unknown figure or a missing table.
    """
    if name not in figures.names():
        raise UserError(f"there is no figure {name!r}{nearest(name, figures.names())}.")
    module = importlib.import_module(f"tactometer.{figures.modules()[name]}")
    style.save(module.plot(Tables(tables, goals, utterances, baseline, yardstick, further)), out)


def run(given: Namespace) -> None:
    """Draw every figure, as SVG and PNG."""
    sweep = study.read(given.study)
    for name in figures.names():
        draw(
            name,
            given.tables,
            given.out / name,
            goals=sweep.goals,
            utterances=sweep.domain.utterances,
            baseline=sweep.baseline,
            yardstick=sweep.yardstick,
            further=sweep.further,
        )
