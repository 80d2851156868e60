"""Wilson's interval of a proportion, and the normal quantile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tactometer.utils.arrays import Array

Z: Final = 1.959964
"""The normal quantile of a 95% interval."""


def wilson(p: Array, n: int | NDArray[np.int64] | Array) -> tuple[Array, Array]:
    """Wilson's 95% interval of proportions p of n."""
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
