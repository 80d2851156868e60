"""Fits at the levels of factors, as the analyses of factors see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.evidence import LABELS, READ, Evidence
from tactometer.inference.intervals import thinned
from tactometer.tables.fit_selection import FIT, NO_SPEAKER, NOTHING_TOLD, PASSED
from tactometer.utils.arrays import Array

AT = [*FIT, "factor"]


@dataclass(frozen=True)
class AtLevels:
    """The fits of one (model, checkpoint, goal) at the levels of a factor: `levels` in the order of
    the domain, `draws` [level, draw, parameter of READ], `verdicts`, and how many `answers`.
    """

    named: dict[str, Any]
    levels: tuple[str, ...]
    draws: Array
    verdicts: tuple[str, ...]
    answers: tuple[int, ...]

    @property
    def verdict(self) -> str:
        """`suspect` where one of the fits may not be read; else `ok`."""
        return "ok" if set(self.verdicts) <= set(PASSED) else "suspect"


def at_levels(evidence: Evidence) -> Iterator[AtLevels]:
    """The fits of each (model, checkpoint, goal) and factor with two levels or more, in the order
    of the fits that stand.
    """
    if evidence.levelled is None:
        return
    rows = evidence.levelled.collect()
    if rows.is_empty():
        return
    parts = rows.partition_by(*AT, as_dict=True, maintain_order=True)
    for fit in evidence.models.fits.select(*FIT, *LABELS).to_dicts():
        for factor, levels in evidence.factors.items():
            part = parts.get((*(fit[name] for name in FIT), factor))
            if part is not None:
                found = _of(part, levels, {"study": evidence.study, **fit, "factor": factor})
                if found is not None:
                    yield found


def _of(rows: pl.DataFrame, levels: tuple[str, ...], named: dict[str, Any]) -> AtLevels | None:
    parts = {level: rows.filter(level=level).drop_nulls(READ) for level in levels}
    kept = {level: part for level, part in parts.items() if not part.is_empty()}
    if len(kept) < 2:
        return None
    least = min(part.height for part in kept.values())
    draws = [part.select(READ).to_numpy() for part in kept.values()]
    return AtLevels(
        named,
        tuple(kept),
        np.stack([x[thinned(len(x), least)] for x in draws]).astype(float),
        tuple(_judged(part.row(0, named=True)) for part in kept.values()),
        tuple(part["answers"][0] for part in kept.values()),
    )


def _judged(row: dict[str, Any]) -> str:
    """A reader's verdict on a fit, as `fit_selection.judged` has it of those of estimates."""
    if row["verdict"] == "suspect":
        return "suspect"
    if row["described"] == "no":
        return NO_SPEAKER
    return str(row["verdict"]) if row["told"] else NOTHING_TOLD
