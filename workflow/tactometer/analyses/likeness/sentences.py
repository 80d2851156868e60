"""Which of the yardstick's goals a model's words are nearest to."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import MOST, SIGN, Row, Sentence, chance, who
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """For the fits whose nearest goal is sure, how near it is, and how near one speaker would be to
    itself; the nearest come first.
    """
    said = frame.filter(pl.col("measure") == "choices")
    sure = said.filter(pl.col("p_nearest") >= SIGN).sort("mean", maintain_order=True)
    told: list[str] = [_tell(row) for row in sure.head(MOST).iter_rows(named=True)]
    fits = said.select("model", "checkpoint", "goal").unique().height
    if sure.height > MOST:
        told.append(
            f"In all, {sure.height:,} of {fits:,} fits have one goal that is surely nearest."
        )
    return told


def _tell(row: Row) -> Sentence:
    share = f"{number(row['mean'])} {interval(row['hdi_low'], row['hdi_high'])}"
    return Sentence(
        f"What {who(row)}, says is nearest to {row['human']} with the goal {row['human_goal']} "
        f"({chance(row['p_nearest'])}): {share} of the answers would have to change, "
        f"{number(row['by_chance'])} for the same speaker measured twice.",
        [row["p_nearest"]],
    )
