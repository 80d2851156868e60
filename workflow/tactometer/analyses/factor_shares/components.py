"""Variance components from products of answers to different prompts (Haseman and Elston 1972).

Two answers that were given in the same state have independent noise. So the mean of their product
is the same mean squared, and, where both have the same level of something, its variance more. Least
squares of all products on whether each thing is the same gives its variance, without noise.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tactometer.utils.arrays import Array

Integers = NDArray[np.int64]


def joined(one: Integers, other: Integers) -> Integers:
    """One number for each combination of two codes [answer]."""
    both = one * (int(other.max()) + 1) + other
    return np.asarray(np.unique(both, return_inverse=True)[1], dtype=np.int64)


def components(y: Array, cell: Integers, sources: Mapping[str, Integers]) -> Array | None:
    """The variance [source, dimension] of y [answer, dimension] that each source [answer] accounts
    for within cells [answer]; None where it cannot be told from that of the others.
    """
    terms = [joined(cell, code) for code in sources.values()]
    n, p, size = _pairs(cell, cell), _products(y, cell, cell), len(terms)
    some = n > 0
    of = np.array([_pairs(term, cell) for term in terms])  # [source, cell]
    right = np.stack(
        [
            (_products(y, term, cell)[some] - (mine / n[some])[:, None] * p[some]).sum(axis=0)
            for term, mine in zip(terms, of[:, some], strict=True)
        ]
    )
    left = -(of[:, some] / n[some]) @ of[:, some].T
    for a in range(size):
        for b in range(a, size):
            same = terms[a] if a == b else joined(terms[a], terms[b])
            both = _pairs(same, cell)[some].sum()
            left[a, b] += both
            left[b, a] = left[a, b]
    if np.linalg.matrix_rank(left) < size:
        return None
    return np.linalg.solve(left, right)


def _pairs(group: Integers, cell: Integers) -> Array:
    """The number of ordered pairs of different answers of one group, by cell [cell]."""
    n = np.bincount(group)
    return np.asarray(np.bincount(cell, n[group] - 1.0), dtype=float)


def _products(y: Array, group: Integers, cell: Integers) -> Array:
    """The sum of their products, by cell [cell, dimension]."""
    total = np.zeros((int(group.max()) + 1, y.shape[1]))
    np.add.at(total, group, y)
    beside = y * (total[group] - y)
    found = np.zeros((int(cell.max()) + 1, y.shape[1]))
    np.add.at(found, cell, beside)
    return found
