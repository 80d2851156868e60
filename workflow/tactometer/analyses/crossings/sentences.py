"""Where a model becomes a sycophant under the social goal."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import (
    MOST,
    Row,
    readable,
    several,
)
from tactometer.tables.cells import number


def sentences(frame: pl.DataFrame) -> list[str]:
    """Where a model becomes a sycophant under the social goal."""
    crossed = frame.filter(pl.col("first_crossed").is_not_null() & (pl.col("checkpoints") > 1))
    read = readable(crossed)
    told = [_crossing(row) for row in read.head(MOST).iter_rows(named=True)]
    if read.height > MOST:
        told.append(f"In all, {read.height:,} of {frame.height:,} models cross.")
    return told


def _crossing(row: Row) -> str:
    less = f"; {several(row['suspects'], 'suspect fit')} left out" if row["suspects"] else ""
    if row["crossed"] == row["checkpoints"]:
        return (
            f"Under the goal {row['goal']}, the signature of {row['model']} is above the threshold"
            f" at each of {row['checkpoints']} checkpoints{less} ({_course(row)})."
        )
    at = "" if row["progress"] is None else f", {row['progress']:.0%} of training,"
    stays = "stays there" if row["stays"] else "not for good"
    return (
        f"Under the goal {row['goal']}, {row['model']} crosses the threshold at"
        f" {row['first_crossed']}{at} and {stays}{less} ({_course(row)})."
    ).replace("and not", "but not")


def _course(row: Row) -> str:
    """How probable the signature is at the first and the last checkpoint."""
    first, last = number(row["score_first"]), number(row["score_last"])
    return f"its probability is {first} at first and {last} at last"
