"""Posterior differences: summaries, simultaneous credible intervals, and Holm's correction."""

from __future__ import annotations

import numpy as np
import polars as pl

from tactometer.inference.intervals import hdi
from tactometer.utils.arrays import Array

SUMMARY = dict.fromkeys(["mean", "sd", "hdi_low", "hdi_high", "p_direction"], pl.Float64)
FAMILY = {
    "family_low": pl.Float64,
    "family_high": pl.Float64,
    "found": pl.Boolean,
}


def summarise(x: Array) -> dict[str, Array]:
    """Mean, sd, 95% HDI and probability of direction of draws [..., draw]: the columns of SUMMARY.

    The probability of direction is that of the sign that is more likely: from .5 to 1.
    """
    low, high = hdi(x)
    return {
        "mean": x.mean(axis=-1),
        "sd": x.std(axis=-1, ddof=1),
        "hdi_low": low,
        "hdi_high": high,
        "p_direction": np.maximum((x > 0).mean(axis=-1), (x < 0).mean(axis=-1)),
    }


def simultaneous(x: Array, level: float) -> dict[str, Array]:
    """Simultaneous credible intervals (max-t): they hold all of x [comparison, draw] together with
    probability 1 - level.

    The columns of FAMILY. Every interval is mean +- c sd, with c the quantile of the greatest
    standardised deviation over all comparisons of a draw: correlations are paid for once, and no
    normal distribution is assumed. `found` where an interval leaves 0 out.
    """
    mean, sd = x.mean(axis=-1), x.std(axis=-1, ddof=1)
    moves = sd > 0
    reach = 0.0
    if moves.any():
        deviations = np.abs(x[moves] - mean[moves, None]) / sd[moves, None]
        reach = float(np.quantile(deviations.max(axis=0), 1 - level, method="higher"))
    low, high = mean - reach * sd, mean + reach * sd
    return {"family_low": low, "family_high": high, "found": moves & ((low > 0) | (high < 0))}


def holm(p: Array) -> Array:
    """Holm's adjusted p values, in the order of p."""
    order = np.argsort(p)
    factors = len(p) - np.arange(len(p))
    adjusted = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    back = np.empty(len(p))
    back[order] = adjusted
    return back
