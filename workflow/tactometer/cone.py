"""The coordinates that the Stan programs sample in (workflow/stan/include/cone.stan), from natural parameters.

They serve to start chains where we want them, and to test the programs at known parameters.
"""

from dataclasses import dataclass

import numpy as np

from tactometer.rsa import Array
from tactometer.speakers import UTILITIES, Speaker


@dataclass(frozen=True)
class Natural:
    """Natural parameters: alpha, phi [goal], omega [goal, 3] with zeros where inactive, and the cost or None."""

    alpha: float
    phi: Array
    omega: Array
    cost: float | None = None


def active(speaker: Speaker) -> list[int]:
    """Which of inf, soc, pre are sampled; S1 is the pair alpha (phi, 1 - phi) of an S2 with pre alone."""
    if speaker.level == 1:
        return [0, 0, 1]
    return [int(utility in speaker.utilities) for utility in UTILITIES]


def dimension(speaker: Speaker, goals: int, has_cost: bool) -> int:
    """How many coordinates a speaker has over that many goals."""
    slots = sum(active(speaker)) + speaker.has_phi
    return 1 + goals * (slots - 1) + has_cost


def draw_prior(
    rng: np.random.Generator, speaker: Speaker, goals: int, has_cost: bool
) -> Natural:
    """One draw of the natural parameters from the prior of DESIGN, section 2."""
    flags = np.array(active(speaker), dtype=bool)
    omega = np.zeros((goals, 3))
    omega[:, flags] = rng.dirichlet(np.ones(flags.sum()), size=goals)
    cost = float(rng.uniform(1, 10)) if has_cost else None
    return Natural(float(rng.uniform(0, 20)), rng.uniform(size=goals), omega, cost)


def coordinates(natural: Natural, speaker: Speaker) -> Array:
    """y [dimension] of those natural parameters, each of them inside its open range."""
    flags = active(speaker)
    shares = np.column_stack(
        [
            natural.omega[:, :2],
            natural.omega[:, 2] * natural.phi,
            natural.omega[:, 2] * (1 - natural.phi),
        ]
    )[:, [j for j in range(4) if flags[min(j, 2)]]]
    length = 20 * np.arctanh(natural.alpha / 20)
    reference = length * shares[0, 0]
    x = reference * shares[:, 1:] / shares[:, :1]
    y = [np.log(reference), *(x + np.log(-np.expm1(-x))).ravel()]  # log, inverse softplus
    if natural.cost is not None:
        share = (natural.cost - 1) / 9
        y.append(np.log(share / (1 - share)))
    return np.array(y)
