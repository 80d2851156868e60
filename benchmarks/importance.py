"""Posterior means by importance sampling under the numpy reference: what programs must agree with.

For one goal without costs, theta plugged in. The prior is the flat one of the natural parameters,
and the proposal a wide t in logits and log-ratios: nothing here is shared with the Stan programs.
"""

from collections.abc import Mapping

import numpy as np

from tactometer import rsa
from tactometer.rsa import Array
from tactometer.sampling import Behaviour

DEGREES = 5
BATCH = 2000


def means(
    behaviour: Behaviour, draws: Mapping[str, Array], n: int = 8000, seed: int = 3
) -> dict[str, tuple[float, float]]:
    """Mean and standard error of alpha, phi and the weights; draws [chain, draw, ...] place the
    proposal.
    """
    known, share = weighted(behaviour, draws, n, seed)
    found = {}
    for name, x in known.items():
        mean = float(share @ x)
        found[name] = mean, float(np.sqrt(share**2 @ (x - mean) ** 2))
    return found


def weighted(
    behaviour: Behaviour, draws: Mapping[str, Array], n: int = 8000, seed: int = 3
) -> tuple[dict[str, Array], Array]:
    """Draws [n] of the proposal by parameter, and their weights [n], which add up to 1."""
    rng = np.random.default_rng(seed)
    omega = draws["omega"].reshape(-1, 3).clip(1e-12)
    placed = np.column_stack(
        [
            _logit(draws["alpha"].ravel() / 20),
            _logit(draws["phi"].ravel().clip(1e-12, 1 - 1e-12)),
            np.log(omega[:, :2] / omega[:, 2:]),
        ]
    )
    factor = 1.2 * np.linalg.cholesky(np.cov(placed, rowvar=False))
    z = rng.standard_normal((n, 4)) / np.sqrt(rng.chisquare(DEGREES, (n, 1)) / DEGREES)
    at = placed.mean(axis=0) + z @ factor.T
    alpha, phi = 20 / (1 + np.exp(-at[:, 0])), 1 / (1 + np.exp(-at[:, 1]))
    weights = np.exp(np.column_stack([at[:, 2:], np.zeros(n)]))
    weights /= weights.sum(axis=1, keepdims=True)
    proposal = -(DEGREES + 4) / 2 * np.log1p((z**2).sum(axis=1) / DEGREES)
    jacobian = np.log(alpha * (20 - alpha)) + np.log(phi * (1 - phi))
    jacobian += np.log(weights.clip(1e-300)).sum(axis=1)
    log_weight = _log_likelihood(behaviour, alpha, phi, weights) + jacobian - proposal
    share = np.exp(log_weight - log_weight.max())
    share /= share.sum()
    known = {"alpha": alpha, "phi": phi}
    known |= {f"omega_{name}": weights[:, k] for k, name in enumerate(("inf", "soc", "pre"))}
    return known, share


def _log_likelihood(behaviour: Behaviour, alpha: Array, phi: Array, omega: Array) -> Array:
    counts, found = behaviour.counts[0], np.empty(alpha.size)
    for start in range(0, alpha.size, BATCH):
        rows = slice(start, start + BATCH)
        at = (alpha[rows], phi[rows], omega[rows], behaviour.theta, behaviour.values)
        found[rows] = (counts * rsa.s2(*at, nodes=96)).sum(axis=(1, 2))
    return found


def _logit(p: Array) -> Array:
    return np.asarray(np.log(p / (1 - p)))
