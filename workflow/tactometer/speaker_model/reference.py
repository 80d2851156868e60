"""The RSA model of polite speech in numpy: the reference that the Stan programs are held to.

Everything is a natural logarithm of a probability, so that nothing overflows or underflows. Shapes:
`theta` and listeners end in [utterance, state], speakers in [state, utterance]; leading axes
(draws) broadcast. Source: Yoon, Tessler, Goodman and Frank 2020, Open Mind 4:71-87, with phi
integrated over (0, 1) instead of a grid.

A theta of exactly 0 is a speaker's impossibility, with 0 log 0 = 0: it says nothing to a utility
that has no weight. An utterance that is true of no state, or a state that nothing is true of,
leaves a 0/0: a ValueError.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from tactometer.utils.arrays import Array

_BATCH = 32  # draws at once: bounds the memory of the phi integral to some tens of MB


@dataclass(frozen=True)
class Listener1:
    """The pragmatic listener L1: `log_state` [..., utterance, state] is log L1(s|u), `log_evidence`
    [..., utterance] its normaliser.
    """

    log_state: Array
    log_evidence: Array


def negation_cost(cost: ArrayLike | None, negated: ArrayLike) -> Array:
    """Utterance cost c(u) [..., utterance]: `cost` [...] if u is negated and 1 if not; 0 without a
    cost (None).
    """
    flags = np.asarray(negated, dtype=bool)
    if cost is None:
        return np.zeros(flags.shape)
    return np.where(flags, np.asarray(cost, dtype=float)[..., None], 1.0)


def literal_listener(theta: ArrayLike) -> Array:
    """The literal listener, log L0(s|u) [..., utterance, state] for theta in [0, 1]; ValueError as
    the module says.
    """
    theta = np.asarray(theta, dtype=float)
    if not np.all((theta >= 0) & (theta <= 1)):
        raise ValueError("theta must lie in [0, 1]")
    if np.any(theta.sum(axis=-1) == 0):
        raise ValueError("theta has an utterance that is true of no state: L0 is undefined")
    if np.any(theta.sum(axis=-2) == 0):
        raise ValueError("theta has a state that no utterance is true of: S1 is undefined")
    log_theta = _log(theta)
    return log_theta - _logsumexp(log_theta, axis=-1)[..., None]


def s1(
    alpha: ArrayLike, phi: ArrayLike, theta: ArrayLike, values: ArrayLike, costs: ArrayLike = 0.0
) -> Array:
    """The first-level polite speaker, log S1(u|s,phi) [..., state, utterance].

    alpha [...] >= 0, phi [...] in [0, 1], values [state] in stars or hearts, costs [..., utterance]
    in nats. ValueError if a parameter is outside its range.
    """
    alpha, phi = _parameter("alpha", alpha, np.inf), _parameter("phi", phi, 1.0)
    return _s1(alpha, phi, literal_listener(theta), np.asarray(values, dtype=float), _rows(costs))


def l1(
    alpha: ArrayLike,
    theta: ArrayLike,
    values: ArrayLike,
    costs: ArrayLike = 0.0,
    nodes: int | None = None,
) -> Listener1:
    """The pragmatic listener L1 marginal over phi (its state posterior), by Gauss-Legendre with
    `nodes` that grow with alpha.

    Arguments as in `s1`. The poles of S1 in phi move towards (0, 1) as 1 / alpha: so the nodes grow
    as alpha.
    """
    alpha = _parameter("alpha", alpha, np.inf)
    log_l0 = literal_listener(theta)
    costs = _rows(costs)
    shape = np.broadcast_shapes(alpha.shape, log_l0.shape[:-2], costs.shape[:-1])
    flat_alpha = np.broadcast_to(alpha, shape).reshape(-1)
    flat_l0 = np.broadcast_to(log_l0, shape + log_l0.shape[-2:]).reshape(-1, *log_l0.shape[-2:])
    flat_costs = np.broadcast_to(costs, shape + costs.shape[-1:]).reshape(-1, costs.shape[-1])
    count = nodes or int(np.clip(20 * np.max(alpha, initial=0), 64, 400))
    log_joint = np.empty(flat_l0.shape)
    for start in range(0, flat_alpha.size, _BATCH):
        rows = slice(start, start + _BATCH)
        log_joint[rows] = _integral(
            flat_alpha[rows],
            flat_l0[rows],
            np.asarray(values, dtype=float),
            flat_costs[rows],
            count,
        )
    log_joint = log_joint.reshape(shape + log_l0.shape[-2:])
    log_evidence = _logsumexp(log_joint, axis=-1)
    return Listener1(log_joint - log_evidence[..., None], log_evidence)


def phi_density(
    listener: Listener1,
    alpha: ArrayLike,
    phi: ArrayLike,
    theta: ArrayLike,
    values: ArrayLike,
    costs: ArrayLike = 0.0,
) -> Array:
    """log L1(phi|u) [..., utterance]: a log density over phi; `listener` from `l1` with the same
    arguments.
    """
    return _logsumexp(s1(alpha, phi, theta, values, costs), axis=-2) - listener.log_evidence


def s2(
    alpha: ArrayLike,
    phi: ArrayLike | None,
    omega: ArrayLike,
    theta: ArrayLike,
    values: ArrayLike,
    costs: ArrayLike = 0.0,
    nodes: int | None = None,
) -> Array:
    """The second-level polite speaker, log S2(u|s) [..., state, utterance].

    Arguments as in `s1`, with omega [..., 3] on the simplex (inf, soc, pre); phi may be None if
    w_pre is 0. ValueError if a parameter is outside its range.
    """
    alpha, omega = _parameter("alpha", alpha, np.inf), _parameter("omega", omega, 1.0)
    if omega.shape[-1] != 3 or np.any(np.abs(omega.sum(axis=-1) - 1) > 1e-6):
        raise ValueError("omega must be three weights (inf, soc, pre) that add up to 1")
    w_inf, w_soc, w_pre = (alpha * omega[..., i] for i in range(3))
    listener = l1(alpha, theta, values, costs, nodes)
    value = np.exp(listener.log_state) @ np.asarray(values, dtype=float)
    utility = w_soc[..., None] * value
    if np.any(omega[..., 2] > 0):
        if phi is None:
            raise ValueError("phi is needed where w_pre is above 0")
        density = phi_density(listener, alpha, phi, theta, values, costs)
        utility = utility + _times(w_pre[..., None], density)
    log_state = np.swapaxes(listener.log_state, -1, -2)
    of_u = (utility - _rows(costs))[..., None, :]
    return _log_normalise(_times(w_inf[..., None, None], log_state) + of_u)


def lapsed(log_p: ArrayLike, lapse: ArrayLike) -> Array:
    """log of (1 - lapse) p + lapse / U: a speaker [..., state, utterance] of whose answers a share
    lapse [...] in [0, 1] is drawn from all U utterances alike.
    """
    log_p, lapse = np.asarray(log_p), _parameter("lapse", lapse, 1.0)[..., None, None]
    return np.asarray(np.logaddexp(_log(1 - lapse) + log_p, _log(lapse / log_p.shape[-1])))


def _s1(alpha: Array, phi: Array, log_l0: Array, values: Array, costs: Array) -> Array:
    value = np.exp(log_l0) @ values
    true = _times((alpha * phi)[..., None, None], np.swapaxes(log_l0, -1, -2))
    of_u = (alpha * (1 - phi))[..., None] * value - costs
    return _log_normalise(true + of_u[..., None, :])


def _integral(alpha: Array, log_l0: Array, values: Array, costs: Array, count: int) -> Array:
    """log of the integral of S1(u|s,phi) over phi, [draw, utterance, state].

    By way of probabilities, twice as fast; by way of their logs where some would underflow.
    """
    phi, weight = _gauss_legendre(count)
    true = _times(np.multiply.outer(alpha, phi)[:, None, :, None], log_l0[:, :, None])
    of_u = (np.exp(log_l0) @ values * alpha[:, None])[..., None] * (1 - phi) - costs[..., None]
    exponent = true + of_u[..., None]  # [draw, utterance, node, state]
    exponent -= exponent.max(axis=1, keepdims=True)
    p = np.exp(exponent)
    share = weight[:, None] / p.sum(axis=1)
    p *= share[:, None]
    integral = p.sum(axis=2)
    if np.all(integral > 0):
        return np.asarray(np.log(integral))
    return _logsumexp(exponent + np.log(share)[:, None], axis=2)


@lru_cache
def _gauss_legendre(count: int) -> tuple[Array, Array]:
    x, weight = np.polynomial.legendre.leggauss(count)
    return (x + 1) / 2, weight / 2


def _parameter(name: str, value: ArrayLike, high: float) -> Array:
    array = np.asarray(value, dtype=float)
    if not np.all((array >= 0) & (array <= high) & np.isfinite(array)):
        raise ValueError(f"{name} must be finite and " + ("0 or more" if high > 1 else "in [0, 1]"))
    return array


def _rows(costs: ArrayLike) -> Array:
    return np.atleast_1d(np.asarray(costs, dtype=float))


def _log(p: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p))


def _times(weight: Array, log_p: Array) -> Array:
    """weight * log_p with 0 * -inf = 0: a utility without weight has no say."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(weight == 0, 0.0, weight * log_p))


def _logsumexp(x: Array, axis: int) -> Array:
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    return np.asarray(_log(np.sum(np.exp(x - top), axis=axis)) + np.squeeze(top, axis=axis))


def _log_normalise(x: Array) -> Array:
    return np.asarray(x - _logsumexp(x, axis=-1)[..., None])
