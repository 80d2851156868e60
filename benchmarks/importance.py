"""Posterior means by importance sampling under the numpy reference: what programs must agree with.

For one goal without costs. The prior is the flat one of the natural parameters, and the proposal a
wide t in logits and log-ratios: nothing here is shared with the Stan programs. An inferred theta is
a normal score of what the yes/no answers alone say of it, a beta distribution: in these scores the
posterior is the choices' likelihood times a standard normal, and the proposal is normal too.
"""

from collections.abc import Mapping

import numpy as np
from scipy import special

from tactometer.inference.behaviour import Behaviour
from tactometer.speaker_model import reference
from tactometer.utils.arrays import Array

DRAWS = {False: 8000, True: 200_000}
"""Of the proposal, without and with an inferred theta (one in 20 to 350 of these counts)."""
DEGREES, WIDER = 5, 1.2
_WIDER_THETA = 1.02  # than the draws' scores: 40 dimensions bear no more
_LEAST = 1e-300
BATCH = 2000


def means(
    behaviour: Behaviour, draws: Mapping[str, Array], n: int | None = None, seed: int = 3
) -> dict[str, tuple[float, float]]:
    """Mean and standard error of alpha, phi and the weights; draws [chain, draw, ...] place the
    proposal, and infer theta if they have it.
    """
    known, share = weighted(behaviour, draws, n or DRAWS["theta" in draws], seed)
    found = {}
    for name, x in known.items():
        mean = float(share @ x)
        found[name] = mean, float(np.sqrt(share**2 @ (x - mean) ** 2))
    return found


def weighted(
    behaviour: Behaviour, draws: Mapping[str, Array], n: int = DRAWS[False], seed: int = 3
) -> tuple[dict[str, Array], Array]:
    """Draws [n] of the proposal by parameter, and their weights [n], which add up to 1."""
    joint = "theta" in draws
    omega = draws["omega"].reshape(-1, 3).clip(1e-12)
    placed = np.column_stack(
        [
            _logit(draws["alpha"].ravel() / 20),
            _logit(draws["phi"].ravel().clip(1e-12, 1 - 1e-12)),
            np.log(omega[:, :2] / omega[:, 2:]),
            *([_scores(draws["theta"], behaviour)] if joint else []),
        ]
    )
    at, proposal = _proposed(placed, n, np.random.default_rng(seed))
    alpha, phi = 20 / (1 + np.exp(-at[:, 0])), 1 / (1 + np.exp(-at[:, 1]))
    weights = np.exp(np.column_stack([at[:, 2:4], np.zeros(n)]))
    weights /= weights.sum(axis=1, keepdims=True)
    target = np.log(alpha * (20 - alpha)) + np.log((phi * (1 - phi)).clip(_LEAST))
    target += np.log(weights.clip(_LEAST)).sum(axis=1) - (at[:, 4:] ** 2).sum(axis=1) / 2
    theta = (
        _theta(at[:, 4:], behaviour)
        if joint
        else np.broadcast_to(behaviour.theta, (n, *behaviour.theta.shape))
    )
    target += _log_likelihood(behaviour, alpha, phi, weights, theta)
    share = np.exp(target - proposal - (target - proposal).max())
    share /= share.sum()
    known = {"alpha": alpha, "phi": phi}
    known |= {f"omega_{name}": weights[:, k] for k, name in enumerate(("inf", "soc", "pre"))}
    return known, share


def _proposed(placed: Array, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draws [n, k] about those that are `placed` [m, k], and their log densities [n]: four
    coordinates of a wide t, and what is left given these of a normal.
    """
    z = rng.standard_normal((n, placed.shape[1]))
    z[:, :4] /= np.sqrt(rng.chisquare(DEGREES, (n, 1)) / DEGREES)
    density = -(DEGREES + 4) / 2 * np.log1p((z[:, :4] ** 2).sum(axis=1) / DEGREES)
    density -= (z[:, 4:] ** 2).sum(axis=1) / 2
    z[:, :4] *= WIDER
    z[:, 4:] *= _WIDER_THETA
    factor = np.linalg.cholesky(np.cov(placed, rowvar=False))
    return placed.mean(axis=0) + z @ factor.T, density


def _log_likelihood(
    behaviour: Behaviour, alpha: Array, phi: Array, omega: Array, theta: Array
) -> Array:
    counts, found = behaviour.counts[0], np.empty(alpha.size)
    for start in range(0, alpha.size, BATCH):
        rows = slice(start, start + BATCH)
        at = (alpha[rows], phi[rows], omega[rows], theta[rows], behaviour.values)
        found[rows] = (counts * reference.s2(*at, nodes=96)).sum(axis=(1, 2))
    return found


def _scores(theta: Array, behaviour: Behaviour) -> Array:
    """theta [..., utterance, state] as normal scores [n, cell] of its beta distributions."""
    yes, n = behaviour.yes, behaviour.n
    below = special.betainc(yes + 1, n - yes + 1, theta).reshape(-1, yes.size)
    return np.asarray(special.ndtri(below.clip(1e-15, 1 - 1e-15)))


def _theta(scores: Array, behaviour: Behaviour) -> Array:
    """The theta [n, utterance, state] of such scores."""
    yes, n = behaviour.yes, behaviour.n
    below = special.ndtr(scores).reshape(-1, *yes.shape)
    return np.asarray(special.betaincinv(yes + 1, n - yes + 1, below))


def _logit(p: Array) -> Array:
    return np.asarray(np.log(p / (1 - p)))
