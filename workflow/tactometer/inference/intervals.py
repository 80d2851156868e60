"""Highest-density intervals, and even thinning of draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tactometer.utils.arrays import Array


def hdi(x: Array, mass: float = 0.95) -> tuple[Array, Array]:
    """Highest-density interval: the shortest that holds that share of the draws [..., draw]: low
    [...], high [...].
    """
    ordered = np.sort(x, axis=-1)
    inside = min(int(np.floor(mass * x.shape[-1])), x.shape[-1] - 1)
    widths = ordered[..., inside:] - ordered[..., : x.shape[-1] - inside]
    start = np.argmin(widths, axis=-1)[..., None]
    low = np.take_along_axis(ordered, start, axis=-1)[..., 0]
    high = np.take_along_axis(ordered, start + inside, axis=-1)[..., 0]
    return low, high


def thinned(total: int, most: int) -> NDArray[np.int64]:
    """Indices that thin draws evenly, from the first to the last, to at most that many."""
    return np.linspace(0, total - 1, min(most, total)).round().astype(np.int64)
