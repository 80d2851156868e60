"""Whether runs of a method end closer together than they began."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import MOST, PARAMETERS, Row, Sentence, chance, readable
from tactometer.tables.cells import interval, number

SURE = 0.975


def sentences(frame: pl.DataFrame) -> list[str]:
    """Whether runs of a method end closer together than they began, where that is sure."""
    read = readable(frame)
    sure = read.filter((pl.col("p_closer") >= SURE) | (pl.col("p_closer") <= 1 - SURE))
    rows = sure.sort((pl.col("p_closer") - 0.5).abs(), descending=True)
    told: list[str] = [_told(row) for row in rows.head(MOST).iter_rows(named=True)]
    if read.height and not told:
        told = ["Of no training method are the runs sure to end closer together, or farther apart."]
    unread = frame.height - read.height
    if not told and unread:
        told = [f"Convergence: all {unread:,} rows rest on fits not to be read."]
    return told


def _told(row: Row) -> str:
    closer = row["p_closer"] >= SURE
    sure = row["p_closer"] if closer else 1 - row["p_closer"]
    middle = f"{number(row['end_mean'])} {interval(row['end_low'], row['end_high'])}"
    before, behind = (number(row[f"{w}_variance"], ".4f") for w in ("start", "end"))
    others = ""
    if row["ratio"] is not None:
        ends = interval(row["ratio_low"], row["ratio_high"])
        others = f"; for other runs of the kind the ratio may be anything in {ends}"
    text = (
        f"{row['method'].upper()}, goal {row['goal']}: {row['runs']} runs end"
        f" {'closer together' if closer else 'farther apart'} in {PARAMETERS[row['parameter']]}"
        f" than they began ({chance(sure)}), about {middle}; variance between them, noise taken"
        f" out, {before} before and {behind} after{others}."
    )
    return Sentence(text, [sure])
