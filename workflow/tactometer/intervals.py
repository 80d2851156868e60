"""Intervals of draws and of proportions, and draws thinned evenly."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tactometer.rsa import Array

Z: Final = 1.959964
"""The normal quantile of a 95% interval."""


def hdi(x: Array, mass: float = 0.95) -> tuple[Array, Array]:
    """The shortest intervals with that share of the draws [..., draw]: low [...], high [...]."""
    ordered = np.sort(x, axis=-1)
    inside = min(int(np.floor(mass * x.shape[-1])), x.shape[-1] - 1)
    widths = ordered[..., inside:] - ordered[..., : x.shape[-1] - inside]
    start = np.argmin(widths, axis=-1)[..., None]
    low = np.take_along_axis(ordered, start, axis=-1)[..., 0]
    high = np.take_along_axis(ordered, start + inside, axis=-1)[..., 0]
    return low, high


def wilson(p: Array, n: int | NDArray[np.int64]) -> tuple[Array, Array]:
    """Wilson's 95% interval of proportions p of n."""
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def thinned(total: int, most: int) -> NDArray[np.int64]:
    """The numbers of at most that many of the draws, spread evenly from the first to the last."""
    return np.linspace(0, total - 1, min(most, total)).round().astype(np.int64)
