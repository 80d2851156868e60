"""The figures of a study, each from its tables alone, as SVG and PNG."""

from __future__ import annotations

import importlib
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from tactometer.figures.kept_drawings import KeptDrawings
from tactometer.study import figures, study
from tactometer.study.yardstick import Yardstick
from tactometer.tables.reader import Tables
from tactometer.utils import digests
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
) -> set[str]:
    """Draw one figure from the Parquet files in `tables` and write `out`.svg and `out`.png; gives
    the names of the tables that it read.

    `goals` and `utterances` give the orders, `baseline` the models that were recorded,
    `yardstick` whom the others are compared with, `further` the fits beside the headline.
    Raises `UserError` for an unknown figure or a missing table.
    """
    if name not in figures.names():
        raise UserError(f"there is no figure {name!r}{nearest(name, figures.names())}.")
    from tactometer.figures import style  # seconds of imports, and nothing may be left to draw

    module = importlib.import_module(f"tactometer.{figures.modules()[name]}")
    shown = Tables(tables, goals, utterances, baseline, yardstick, further)
    style.save(module.plot(shown), out)
    return shown.seen


def run(given: Namespace) -> None:
    """Draw every figure, as SVG and PNG, whose tables changed."""
    sweep = study.read(given.study)
    kept = KeptDrawings(given.kept, digests.file_digest(given.code), given.tables)
    for name in figures.names():
        if kept.give(name, given.out / name):
            continue
        read = draw(
            name,
            given.tables,
            given.out / name,
            goals=sweep.goals,
            utterances=sweep.domain.utterances,
            baseline=sweep.baseline,
            yardstick=sweep.yardstick,
            further=sweep.further,
        )
        kept.keep(name, given.out / name, read)
