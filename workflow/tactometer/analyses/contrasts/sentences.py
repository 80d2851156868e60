"""Base models, data sets, methods and other labels, at the end of training where there is any."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import (
    PARAMETERS,
    Row,
    several,
    shift,
    some,
    standing,
    with_all,
    with_left_out,
)
from tactometer.tables.fit_selection import DESCRIBED

SAME_FITS = 1e-9  # of the mean difference: posteriors of other answers are never so alike
SAME = ["goal", "quantity", "factor", "level", "against", "parameter"]


def sentences(frame: pl.DataFrame) -> list[str]:
    """What labels change, what stands out first; then how far runs of the same are apart."""
    ends = frame.filter(pl.col("quantity") == "end")
    kept = ends.filter(which=DESCRIBED)
    beside = with_all(standing(kept), ends, SAME, "mean", "hdi_low", "hdi_high")
    trained = set(frame.filter(quantity="movement").select("goal", "factor", "level").rows())

    def tell(row: Row) -> str:
        ends = (row["goal"], row["factor"], row["level"]) in trained
        begin = f"At the end, {row['factor']}" if ends else row["factor"].capitalize()
        return (
            f"{begin} {row['level']} differs from {row['against']} in"
            f" {PARAMETERS[row['parameter']]} by {shift(row)} (goal {row['goal']},"
            f" {several(row['pairs'], 'pair')} of runs{with_left_out(row)})."
        )

    told = some(kept, beside, tell, "contrasts between models that differ in one label")
    return [*told, *_noise(kept.filter(factor="run", parameter="phi"))]


def _noise(runs: pl.DataFrame) -> list[str]:
    """How far runs of the same may be apart in phi: the widest two, with their intervals."""
    widest = runs.sort(pl.col("mean").abs(), descending=True).head(2)
    return [_apart(row) for row in widest.iter_rows(named=True)]


def _apart(row: Row) -> str:
    which = f"Run {row['level']} and run {row['against']} of the same (goal {row['goal']})"
    if abs(row["mean"]) < SAME_FITS:
        return f"{which} have the same fits: the same weights and seed give one run, not two."
    return (
        f"{which} are {shift(row)} apart in {PARAMETERS['phi']}"
        f" ({several(row['pairs'], 'pair')} of runs), the fits' own error included: how much runs"
        " differ by themselves, which no interval of a difference between models holds."
    )
