"""What a deviance is when the model is right: its mean and variance from the cells that there are.

A chi-squared with as many degrees of freedom as cells less parameters holds for large counts alone.
Here a cell adds what a Poisson count of its mean adds (next to nothing where the mean is), as far
as the parameters cannot follow it: the leverages of a least-squares fit take that away.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from tactometer.utils.arrays import Array

LARGE = 300.0  # mean of a cell from which on it adds a chi-squared of one degree of freedom
RANK = 1e-4  # of the largest singular value: a direction below is no direction
SLACK = 2.0  # added to the variance: what a fit of next to nothing leaves is no misfit


@dataclass(frozen=True, eq=False)
class Reference:
    """The distribution of a deviance under the model: a gamma of this mean and variance; and of
    each cell the leverage, the share of its noise that the parameters follow.
    """

    mean: float
    variance: float
    leverage: Array

    def p(self, deviance: float) -> float:
        """The chance of as high a deviance or a higher one."""
        mean = max(self.mean, 1.0)
        spread = (self.variance + SLACK) / mean
        return float(special.gammaincc(mean / spread, deviance / spread))

    def detectable(self, level: float, power: float) -> float:
        """The excess of deviance that is seen at that level with that power.

        A misfit adds its excess to the mean and four times that to the variance.
        """
        mean = max(self.mean, 1.0)
        variance = self.variance + SLACK
        gap = float(special.gammainccinv(mean**2 / variance, level)) * variance / mean - mean
        z = float(special.ndtri(power))
        root = 2 * z + np.sqrt(4 * z * z + variance + 4 * gap)
        return float((root**2 - variance) / 4)


def reference(expected: Array, slopes: Array, words: int = 0) -> Reference:
    """The reference of a multinomial deviance: `expected` counts [state, utterance], and `slopes`
    [cell, parameter] of the signed roots of the cells' deviances by whatever was fitted.

    `words` cells more, each with the noise of one degree of freedom, follow those of the choices.
    """
    share, spread = _cells(expected.ravel())
    noise = np.concatenate([share, np.ones(words)])
    excess = np.concatenate([spread, np.full(words, 2.0)]) - 2 * noise**2
    totals = np.zeros((noise.size, len(expected)))  # a state's total is given, not drawn
    for s, row in enumerate(expected):
        totals[s * row.size : (s + 1) * row.size, s] = np.sqrt(row)
    lengths = np.linalg.norm(slopes, axis=0)
    moving = slopes[:, lengths > 0] / lengths[lengths > 0]
    basis, values, _ = np.linalg.svd(np.concatenate([moving, totals], axis=1), full_matrices=False)
    basis = basis[:, values > RANK * values[0]]
    left = np.eye(noise.size) - basis @ basis.T
    kept = np.diag(left)
    pairs = left * np.sqrt(noise[:, None] * noise)
    variance = 2 * np.sum(pairs**2) + np.sum(kept**2 * excess)
    return Reference(float(noise @ kept), float(max(variance, 0.0)), 1 - kept)


def multinomial(seen: Array, p: Array) -> float:
    """The deviance of counts [state, utterance] from shares p [state, utterance]."""
    expected = np.maximum(seen.sum(axis=1, keepdims=True) * p, 1e-300)
    return float(2 * np.sum(special.xlogy(seen, seen / expected)))


def binomial(yes: Array, n: Array, rate: Array) -> float:
    """The deviance of yes/no answers, `yes` of `n`, from rates of yes, of the same shape."""
    of_yes = special.xlogy(yes, yes / np.maximum(n * rate, 1e-300))
    of_no = special.xlogy(n - yes, (n - yes) / np.maximum(n * (1 - rate), 1e-300))
    return float(2 * np.sum(of_yes + of_no))


def _cells(expected: Array) -> tuple[Array, Array]:
    """The mean and variance of the deviance of Poisson counts with these means."""
    at, mean, variance = _poisson()
    x = np.log(np.clip(expected, np.exp(at[0]), LARGE))
    return np.interp(x, at, mean), np.interp(x, at, variance)


@lru_cache
def _poisson() -> tuple[Array, Array, Array]:
    """Logs of Poisson means, and the mean and variance of the deviance at each."""
    means = np.geomspace(1e-6, LARGE, 160)
    k = np.arange(500.0)
    p = np.exp(special.xlogy(k, means[:, None]) - means[:, None] - special.gammaln(k + 1))
    deviance = 2 * (special.xlogy(k, k / means[:, None]) - k + means[:, None])
    first = np.sum(p * deviance, axis=1)
    return np.log(means), first, np.sum(p * deviance**2, axis=1) - first**2
