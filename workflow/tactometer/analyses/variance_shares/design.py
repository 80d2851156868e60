"""Finite-population sums of squares of a full factorial design, by projections.

Cornfield, J. and Tukey, J. W. (1956). Average values of mean squares in factorials. Annals of
Mathematical Statistics 27, 907-949; Gelman, A. (2005). Analysis of variance: why it is more
important than ever. Annals of Statistics 33, 1-53, for the finite-population view.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations
from math import prod

import numpy as np

from tactometer.utils.arrays import Array


def projections(levels: Sequence[int]) -> dict[tuple[int, ...], Array]:
    """The projection [cell, cell] onto each effect of a full design, by the factors that are in it.

    Cells are in the order of a product of levels, the last factor fastest. Main effects are of one
    factor, interactions of several; the mean is left out.
    """
    factors = range(len(levels))
    subsets = chain.from_iterable(combinations(factors, k) for k in range(1, len(levels) + 1))
    found = {}
    for subset in subsets:
        matrix = np.ones((1, 1))
        for factor, n in enumerate(levels):
            mean = np.full((n, n), 1 / n)
            matrix = np.kron(matrix, np.eye(n) - mean if factor in subset else mean)
        found[subset] = matrix
    return found


def variances(y: Array, levels: Sequence[int]) -> dict[tuple[int, ...], Array]:
    """The variance between cells that each effect accounts for, noise taken out: draws [draw].

    y [cell, draw] are draws of what each cell is. The sum of squares y'Py of posterior draws is
    too large twice: by trace(P S), S their covariance, because the posterior means are off by as
    much, and once more because draws lie about the means. Both are taken off, so that the mean over
    draws estimates the truth without bias; single draws may be negative.
    """
    spread = np.atleast_2d(np.cov(y))
    cells = prod(levels)
    found = {}
    for effect, matrix in projections(levels).items():
        noise = 2 * float(np.trace(matrix @ spread))
        found[effect] = (np.einsum("cd,ce,ed->d", y, matrix, y) - noise) / cells
    return found
