"""Answers as numpy arrays, for analyses that use no fit: positions, vignettes and names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tactometer.analyses.evidence import LABELS, Evidence
from tactometer.tables.fit_selection import FIT, representative
from tactometer.utils.arrays import Array

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """The valid answers of one (model, checkpoint, goal), a row each prompt: samples of one prompt
    are alike in all that it says, and not independent.

    `shares` [prompt, utterance] is what was chosen, `places` [prompt, utterance] where it stood
    (`shown`: whether it stood anywhere; else they are 0), `cell` [prompt] numbers framing x state,
    `count` [prompt] is how many samples were valid.
    """

    named: dict[str, object]
    frame: pl.DataFrame
    shares: Array
    places: Integers
    cell: Integers
    count: Integers
    shown: bool


def each(evidence: Evidence) -> Iterator[Answers]:
    """The answers of each (model, checkpoint, goal) in the order of the fits."""
    models = evidence.fits.filter(~pl.col("model").is_in(list(evidence.baseline)))
    keys = representative(models).select(*FIT, *LABELS)
    valid = evidence.answered.filter(pl.col("shares").is_not_null())
    for (model,), wanted in keys.group_by("model", maintain_order=True):
        rows = valid.filter(pl.col("model") == model).collect()
        parts = rows.partition_by("checkpoint", "goal", as_dict=True)
        for key in wanted.to_dicts():
            found = parts.get((key["checkpoint"], key["goal"]))
            if found is not None:
                found = _by_prompt(found)
                cells = found.select(
                    cell=pl.struct("framing", "state").rank("dense").cast(pl.Int64) - 1
                )
                shares = np.array(found["shares"].to_list(), dtype=float)
                shown = found["places"].null_count() == 0
                places = found["places"].to_list() if shown else np.zeros_like(shares)
                yield Answers(
                    {"study": evidence.study, **key},
                    found,
                    shares,
                    np.array(places, dtype=np.int64),
                    cells["cell"].to_numpy(),
                    found["count"].to_numpy(),
                    shown,
                )


def _by_prompt(answers: pl.DataFrame) -> pl.DataFrame:
    """A row for each prompt in the order of answers: its mean shares, and how many they are of."""
    names = ("vignette", "speaker_name", "listener_name")
    prompt = ["framing", *names, "state", "levels", "places"]
    repeated = answers.select(prompt).is_duplicated().any()
    if not repeated:
        return answers.with_columns(count=pl.lit(1, pl.Int64))
    width = len(answers["shares"][0])
    mean = pl.concat_list(pl.col("shares").list.get(u).mean() for u in range(width))
    return answers.group_by(prompt, maintain_order=True).agg(
        shares=mean, count=pl.len().cast(pl.Int64)
    )


def sums(x: Array, groups: Integers, count: int) -> Array:
    """The sums of rows x [row, ...] by group: [group, ...]."""
    total = np.zeros((count, *x.shape[1:]))
    np.add.at(total, groups, x)
    return total


def leave_one_out(x: Array, cell: Integers) -> Array:
    """The mean of the other rows of its cell for each row x [row, ...]; a lone row's is itself."""
    count = int(cell.max()) + 1
    n = np.bincount(cell, minlength=count)[cell].astype(float)
    n = n.reshape(-1, *[1] * (x.ndim - 1))
    others = sums(x, cell, count)[cell] - x
    return np.asarray(np.where(n > 1, others / np.maximum(n - 1, 1), x))
