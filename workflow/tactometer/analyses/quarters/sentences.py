"""Whether one quarter of the training moves speakers farther than the others."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import Row, Sentence, chance, readable, several
from tactometer.analyses.quarters.computation import OVER
from tactometer.tables.cells import number

SURE = 0.95
NAMES = ("first", "second", "third", "last")


def sentences(frame: pl.DataFrame) -> list[str]:
    """Whether one quarter moves speakers farther than the others, over all runs of a goal."""
    over = frame.filter(model=OVER)
    told = []
    for (goal,), rows in (over if over.height else frame).group_by("goal", maintain_order=True):
        read = readable(rows)
        if read.is_empty():
            told.append(f"Quarters of training, goal {goal}: a run has a fit not to be read.")
        else:
            told += [_told(mine) for _, mine in read.group_by("model", maintain_order=True)]
    return told


def _told(rows: pl.DataFrame) -> str:
    best: Row = rows.sort("p_largest").row(-1, named=True)
    whose = f"Over {several(best['runs'], 'run')}" if best["model"] == OVER else str(best["model"])
    if best["p_largest"] < SURE:
        return f"{whose}, goal {best['goal']}: no quarter is sure to move speakers farthest."
    rest = rows.filter(pl.col("quarter") != best["quarter"])["moved"].max()
    text = (
        f"{whose}, goal {best['goal']}: the {NAMES[best['quarter'] - 1]} quarter of training moves"
        f" φ* and the weights farthest ({chance(best['p_largest'])}): squared distance"
        f" {number(best['moved'], '.3f')}, noise taken out, at most {number(float(rest), '.3f')}"  # type: ignore[arg-type]
        " in another."
    )
    return Sentence(text, [best["p_largest"]])
