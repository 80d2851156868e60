"""Tails of sums of rare answers, which lean to one side: where a model hardly ever says anything
else, one other answer is far out by a normal law, and common.
"""

import numpy as np
from scipy import special

from tactometer.tables.proportions import Z
from tactometer.utils.arrays import Array

_STRAIGHT = 1e-4  # skewness: no other than normal


def two_sided(z: Array, skew: Array) -> Array:
    """The chance of a deviation so far out on its side, twice: by a normal law or by Pearson's type
    III of this skewness, whichever says more.

    `z` in standard deviations; so is `reach`. Permutation tests take type III where the moments
    are known and draws are not wanted (Mielke and Berry 2007, Permutation Methods, 2nd ed.).
    """
    side = np.where(z < 0, -1.0, 1.0)
    return np.asarray(2 * np.maximum(special.ndtr(-abs(z)), _beyond(abs(z), side * skew)))


def reach(skew: Array) -> tuple[Array, Array]:
    """How far 95% of deviations go, downwards and upwards: at least as far as of a normal law."""
    return np.maximum(Z, _far(-skew)), np.maximum(Z, _far(skew))


def _beyond(z: Array, skew: Array) -> Array:
    """P(deviation >= z) by type III; 0 beyond its end."""
    shape = 4 / np.maximum(skew**2, _STRAIGHT**2)
    at = np.maximum(shape + np.sign(skew) * z * np.sqrt(shape), 0.0)
    tail = np.where(skew > 0, special.gammaincc(shape, at), special.gammainc(shape, at))
    return np.asarray(np.where(abs(skew) < _STRAIGHT, special.ndtr(-z), tail))


def _far(skew: Array) -> Array:
    """The deviation that 2.5% exceed by type III."""
    shape = 4 / np.maximum(skew**2, _STRAIGHT**2)
    at = np.where(skew > 0, special.gammainccinv(shape, 0.025), special.gammaincinv(shape, 0.025))
    far = np.sign(skew) * (at - shape) / np.sqrt(shape)
    return np.asarray(np.where(abs(skew) < _STRAIGHT, Z, far))
