"""The posterior of a correlation where both quantities are known with error.

v_i ~ N(mu_g, R + E_i): R has the standard deviations and the correlation rho of what is behind,
E_i the known error variances of point i, mu_g a mean for each group. Priors: rho uniform, the
standard deviations log-uniform from a 20th of those seen to three times, mu flat and integrated
out. On a grid, so nothing is sampled (Fuller 1987, Measurement Error Models, for the likelihood).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tactometer.utils.arrays import Array

RHO = np.linspace(-0.984, 0.984, 66)
SPREADS = np.geomspace(0.05, 3.0, 12)


def posterior(v: Array, errors: Array, groups: NDArray[np.int64]) -> Array:
    """The probabilities of RHO, of points v [point, 2] with error variances [point, 2] and a mean
    for each of `groups` [point].
    """
    seen = np.maximum(_spread(v, groups), 1e-9)
    rho, sx, sy = (
        axis.reshape(-1)
        for axis in np.meshgrid(RHO, seen[0] * SPREADS, seen[1] * SPREADS, indexing="ij")
    )
    centred = v - v.mean(axis=0)  # only for the sake of numbers of one size
    logs = np.zeros(rho.shape)
    for group in np.unique(groups):
        mine = groups == group
        logs += _log_likelihood(centred[mine], errors[mine], rho, sx, sy)
    weights = np.exp(logs - logs.max()).reshape(len(RHO), -1).sum(axis=1)
    return np.asarray(weights / weights.sum())


def draws(p: Array, rng: np.random.Generator, count: int = 4000) -> Array:
    """Draws [draw] of a correlation with these probabilities of RHO, spread over its cells."""
    step = RHO[1] - RHO[0]
    return np.asarray(rng.choice(RHO, count, p=p) + rng.uniform(-step / 2, step / 2, count))


def _spread(v: Array, groups: NDArray[np.int64]) -> Array:
    """The standard deviations that are seen, within groups."""
    rest = v.copy()
    for group in np.unique(groups):
        rest[groups == group] -= v[groups == group].mean(axis=0)
    degrees = max(1, len(v) - len(np.unique(groups)))
    return np.asarray(np.sqrt((rest**2).sum(axis=0) / degrees))


def _log_likelihood(v: Array, errors: Array, rho: Array, sx: Array, sy: Array) -> Array:
    """Of the points of one group, its mean integrated out: [cell]."""
    a = sx[:, None] ** 2 + errors[:, 0]
    b = sy[:, None] ** 2 + errors[:, 1]
    c = (rho * sx * sy)[:, None]
    det = a * b - c**2
    wa, wb, wc = b / det, a / det, -c / det  # the inverse of each point's covariance
    x, y = v[:, 0], v[:, 1]
    quadratic = (wa * x**2 + wb * y**2 + 2 * wc * x * y).sum(axis=1)
    sa, sb, sc = wa.sum(axis=1), wb.sum(axis=1), wc.sum(axis=1)
    bx, by = (wa * x + wc * y).sum(axis=1), (wc * x + wb * y).sum(axis=1)
    whole = sa * sb - sc**2
    mean = (sb * bx**2 + sa * by**2 - 2 * sc * bx * by) / whole
    return np.asarray((-np.log(det).sum(axis=1) - quadratic + mean - np.log(whole)) / 2)
