"""MCMC convergence diagnostics: R-hat and effective sample sizes (Vehtari and others 2021), as
ArviZ has them.

ArviZ takes two seconds of a processor to import, longer than four fits take to sample; a test holds
these to it.
"""

from functools import lru_cache
from statistics import NormalDist
from typing import Literal

import numpy as np

from tactometer.utils.arrays import Array

TAILS = (0.05, 0.95)


def rhat(x: Array) -> float:
    """Rank-normalised split R-hat of [chain, draw]: the worse of bulk and tails.

    One chain that is left is held to itself, by its halves.
    """
    split = _split(x)
    folded = np.abs(split - np.median(split))
    return max(_rhat(_scores(split)), _rhat(_scores(folded)))


def ess(x: Array, kind: Literal["bulk", "tail"]) -> float:
    """Effective sample size of [chain, draw], of the bulk or of the worse tail."""
    if kind == "bulk":
        return _ess(_scores(_split(x)))
    low, high = np.quantile(x, TAILS, method="linear")
    return min(_ess(_split((x <= cut).astype(float))) for cut in (low, high))


def _split(x: Array) -> Array:
    """Each chain as two: its first and its second half."""
    half = x.shape[1] // 2
    return np.concatenate([x[:, :half], x[:, -half:]])


def _scores(x: Array) -> Array:
    """The normal scores of ranks over all chains, ties shared."""
    _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    twice = 2 * np.cumsum(counts) - counts + 1  # twice the average rank
    return np.asarray(_table(x.size)[twice[place.reshape(x.shape)]])


@lru_cache
def _table(n: int) -> Array:
    """The normal score of each rank among n, by twice the rank."""
    shares = ((twice / 2 - 0.375) / (n + 0.25) for twice in range(1, 2 * n + 1))
    return np.array([0.0, *map(NormalDist().inv_cdf, shares)])


def _rhat(x: Array) -> float:
    n = x.shape[1]
    between = n * x.mean(axis=1).var(ddof=1)
    within = x.var(axis=1, ddof=1).mean()
    return float(np.sqrt((between / within + n - 1) / n))


def _ess(x: Array) -> float:
    """By Geyer's initial monotone sequence of autocorrelations over all chains."""
    if np.ptp(x) < np.finfo(float).resolution:
        return float(x.size)
    n = x.shape[1]
    covariance = _autocovariance(x)
    within = covariance[0] * n / (n - 1)
    total = covariance[0] + x.mean(axis=1).var(ddof=1)
    rho = 1 - (within - covariance) / total
    rho[0] = 1.0
    pairs = rho[: n - n % 2].reshape(-1, 2).sum(axis=1)[: (n - 3) // 2 + 1]
    ends = np.flatnonzero(pairs <= 0)
    last = int(ends[0]) if ends.size else pairs.size - 1  # the first pair that is not positive
    kept = np.minimum.accumulate(pairs[:last])
    tail = rho[2 * last] if rho[2 * last] > 0 else 0.0
    tau = max(-1 + 2 * kept.sum() + tail, 1 / np.log10(x.size))
    return float(x.size / tau)


def _autocovariance(x: Array) -> Array:
    """The mean autocovariance of the chains at each lag [draw]."""
    n = x.shape[1]
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(x - x.mean(axis=1, keepdims=True), size, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).mean(axis=0)
    return np.asarray(np.fft.irfft(power, size)[:n] / n)
