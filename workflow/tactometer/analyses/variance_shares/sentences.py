"""Which factor of a training the runs differ by most."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import MOST, PARAMETERS, Row, Sentence, chance, readable
from tactometer.tables.cells import interval, number

WORDS = {"family": "the base model", "dataset": "the data set", "method": "the method"}
WHAT = {"end": "at the end of training", "movement": "in how far training goes"}
SURE = 0.95


def sentences(frame: pl.DataFrame) -> list[str]:
    """Which factor of a training the runs differ by most, where that is sure."""
    read = readable(frame)
    if read.is_empty():
        return ["Of shares of variance nothing is told: a run has a fit that is not to be read."]
    largest = read.filter(pl.col("p_largest") >= SURE, pl.col("share").is_not_null())
    if largest.is_empty():
        return [
            "Base model, data set, method: in no parameter is one of them sure to matter most"
            " between these runs."
        ]
    rows = largest.sort("p_largest", "share", descending=True).head(MOST)
    return [Sentence(_told(row), [row["p_largest"]]) for row in rows.iter_rows(named=True)]


def _told(row: Row) -> str:
    share = f"{number(row['share'])} {interval(row['share_low'], row['share_high'])}"
    return (
        f"{WHAT[row['quantity']].capitalize()} {WORDS[row['factor']]} matters most between these"
        f" {row['runs']} runs for {PARAMETERS[row['parameter']]} (goal {row['goal']}): its share of"
        f" the variance, noise taken out, is {share} ({chance(row['p_largest'])})."
    )
