"""Answers by vignette: the clusters within which answers hang together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tactometer.utils.arrays import Array


@dataclass(frozen=True, eq=False)
class Vignettes:
    """Weights of choices [goal, vignette, state, utterance] and yes/no answers, `yes` and `n`
    [vignette, utterance, state], of the vignettes `names`.
    """

    names: tuple[str, ...]
    counts: Array
    yes: Array
    n: Array

    @classmethod
    def of(
        cls, frames: Mapping[str, pl.DataFrame], truths: pl.DataFrame, framing: str
    ) -> Vignettes | None:
        """Of the files of counts of some goals under a framing, and of yes/no counts; None where
        they do not tell vignettes apart.
        """
        parts = [frame.filter(pl.col("framing") == framing) for frame in frames.values()]
        names = _names([*parts, truths])
        if not names:
            return None
        shape = _shape(truths)
        counts = [_cells(part, names, "weight", shape[::-1]) for part in parts]
        yes, n = (_cells(truths, names, column, shape) for column in ("yes", "n"))
        return cls(names, np.stack(counts), yes, n)

    def scaled(self, factors: Array) -> Vignettes:
        """The same with weights of choices times factors [goal, state]."""
        return Vignettes(self.names, self.counts * factors[:, None, :, None], self.yes, self.n)


def yes_no(truths: pl.DataFrame) -> tuple[Array, Array] | None:
    """Yes/no answers, `yes` and `n` [vignette, utterance, state], of a file of their counts; None
    where it does not tell vignettes apart.
    """
    names = _names([truths])
    yes, n = (_cells(truths, names, column, _shape(truths)) for column in ("yes", "n"))
    return (yes, n) if names else None


def _names(frames: Sequence[pl.DataFrame]) -> tuple[str, ...]:
    found: set[str] = set()
    for frame in frames:
        listed = frame["by_vignette"].drop_nulls().explode().drop_nulls()
        if len(listed):
            found.update(listed.struct.field("vignette").to_list())
    return tuple(sorted(found))


def _shape(truths: pl.DataFrame) -> tuple[int, int]:
    return truths["utterance"].n_unique(), truths["state"].n_unique()


def _cells(frame: pl.DataFrame, names: Sequence[str], field: str, shape: tuple[int, int]) -> Array:
    """A field of `by_vignette` as [vignette, *shape], from a frame with a row for each cell."""
    found = np.zeros((len(names), shape[0] * shape[1]))
    place = {name: i for i, name in enumerate(names)}
    for cell, parts in enumerate(frame["by_vignette"].to_list()):
        for part in parts or ():
            found[place[part["vignette"]], cell] = part[field]
    return found.reshape(len(names), *shape)
