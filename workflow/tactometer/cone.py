"""The coordinates that the Stan programs sample in (workflow/stan/include/cone.stan), in numpy.

They serve to whiten the posterior, to start chains where we want them, and to test the programs at
known parameters.
"""

from dataclasses import dataclass

import numpy as np

from tactometer.rsa import Array
from tactometer.speakers import UTILITIES, Speaker


@dataclass(frozen=True)
class Natural:
    """Natural parameters, leading axes are draws: alpha [], phi [goal], omega [goal, 3], cost [] or
    None.

    omega is 0 where a utility is not active; phi means nothing where there is none.
    """

    alpha: Array
    phi: Array
    omega: Array
    cost: Array | None = None


def active(speaker: Speaker) -> list[int]:
    """Which of inf, soc, pre are sampled; S1 is the pair alpha (phi, 1 - phi) of an S2 with pre
    alone.
    """
    if speaker.level == 1:
        return [0, 0, 1]
    return [int(utility in speaker.utilities) for utility in UTILITIES]


def dimension(speaker: Speaker, goals: int, has_cost: bool) -> int:
    """How many coordinates a speaker has over that many goals."""
    return 1 + goals * (len(slots(speaker)) - 1) + has_cost


def slots(speaker: Speaker) -> list[int]:
    """Which of x_inf, x_soc, x_pre phi, x_pre (1 - phi) exist; the first is the reference."""
    return [j for j in range(4) if active(speaker)[min(j, 2)]]


def draw_prior(rng: np.random.Generator, speaker: Speaker, goals: int, has_cost: bool) -> Natural:
    """One draw of the natural parameters from the prior of DESIGN, section 2."""
    flags = np.array(active(speaker), dtype=bool)
    omega = np.zeros((goals, 3))
    omega[:, flags] = rng.dirichlet(np.ones(flags.sum()), size=goals)
    alpha, cost = rng.uniform(0, 20, ()), rng.uniform(1, 10, ())
    phi = rng.uniform(size=goals)
    return Natural(np.asarray(alpha), phi, omega, np.asarray(cost) if has_cost else None)


def coordinates(natural: Natural, speaker: Speaker, softness: float = 1.0) -> Array:
    """y [dimension] of natural parameters without draws, each of them inside its open range."""
    w_inf, w_soc, w_pre = natural.omega.T
    shares = np.column_stack([w_inf, w_soc, w_pre * natural.phi, w_pre * (1 - natural.phi)])
    shares = shares[:, slots(speaker)]
    reference = 20 * np.arctanh(natural.alpha / 20) * shares[0, 0]
    x = reference * shares[:, 1:] / shares[:, :1]
    y = [
        np.log(reference),
        *(x + softness * np.log(-np.expm1(-x / softness))).ravel(),
    ]  # log, inverse softplus
    if natural.cost is not None:
        share = (natural.cost - 1) / 9
        y.append(np.log(share / (1 - share)))
    return np.array(y)


def cone(y: Array, speaker: Speaker, goals: int, softness: float = 1.0) -> Array:
    """x [..., goal, 4] of y [..., dimension]: exp for the reference, softplus for the others, 0 if
    inactive. `softness` is where the softplus bends, in units of x.
    """
    used = slots(speaker)
    x = np.zeros((*y.shape[:-1], goals, 4))
    x[..., used[0]] = np.exp(y[..., :1])
    others = y[..., 1 : 1 + goals * (len(used) - 1)]
    x[..., used[1:]] = softness * np.logaddexp(0, others / softness).reshape(
        *y.shape[:-1], goals, len(used) - 1
    )
    return x


def natural(
    y: Array, speaker: Speaker, goals: int, has_cost: bool, softness: float = 1.0
) -> Natural:
    """The natural parameters of y [..., dimension]."""
    x = cone(y, speaker, goals, softness)
    length = x.sum(axis=-1)
    pre = np.maximum(x[..., 2] + x[..., 3], 1e-300)
    omega = np.stack([x[..., 0], x[..., 1], x[..., 2] + x[..., 3]], axis=-1) / length[..., None]
    cost = 1 + 9 / (1 + np.exp(-y[..., -1])) if has_cost else None
    return Natural(20 * np.tanh(length[..., 0] / 20), x[..., 2] / pre, omega, cost)


def log_prior(
    y: Array, speaker: Speaker, goals: int, has_cost: bool, softness: float = 1.0
) -> Array:
    """log p(y) [...] up to a constant, as in cone.stan."""
    x = cone(y, speaker, goals, softness)
    length = x.sum(axis=-1)
    lp = goals * y[..., 0] + np.log(length[..., 0])
    lp = lp - sum(active(speaker)) * np.log(length).sum(axis=-1)
    lp = lp - length[..., 0] / 10 - 2 * np.log1p(np.exp(-length[..., 0] / 10))
    if speaker.has_phi:
        lp = lp - np.log(x[..., 2] + x[..., 3]).sum(axis=-1)
    lp = lp - np.logaddexp(0, -y[..., 1 : y.shape[-1] - has_cost] / softness).sum(axis=-1)
    if has_cost:
        lp = lp - np.logaddexp(0, -y[..., -1]) - np.logaddexp(0, y[..., -1])
    return np.asarray(lp)
