"""Unconstrained coordinates of the speaker's parameters (workflow/stan/include/cone.stan), with
Jacobian, in numpy.

They serve to whiten the posterior, to start chains where we want them, and to test the programs at
known parameters. `entries` [..., C] are the numbers that a cone has: the reference, which all goals
share, then the other slots of each goal.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tactometer.speaker_model.variants import EXTRAS, Prior, SpeakerModel
from tactometer.utils.arrays import Array


@dataclass(frozen=True)
class Natural:
    """The parameters of the paper, leading axes are draws: alpha [], phi [goal], omega [goal, 3],
    cost and lapse [] or None.

    omega is 0 where a utility is not active; phi means nothing where there is none.
    """

    alpha: Array
    phi: Array
    omega: Array
    cost: Array | None = None
    lapse: Array | None = None

    @classmethod
    def of(cls, draws: Mapping[str, Array]) -> "Natural":
        """Of the arrays of a posterior, one leading axis of draws."""
        phi, omega = draws.get("phi"), draws.get("omega")
        if phi is None:
            phi = np.zeros(draws["omega"].shape[:-1])
        if omega is None:  # S1
            omega = np.zeros((*phi.shape, 3))
        return cls(draws["alpha"], phi, omega, draws.get("cost"), draws.get("lapse"))

    def arrays(self, speaker: SpeakerModel) -> dict[str, Array]:
        """What there is of them in that speaker, as a posterior stores it."""
        return {name: getattr(self, name) for name in speaker.arrays}


@dataclass(frozen=True, eq=False)
class Frame:
    """A shear and softplus map from coordinates to entries: their order [C], slopes [C, C] and
    softness [C].
    """

    order: NDArray[np.int64]
    slopes: Array
    softness: Array

    @classmethod
    def plain(cls, count: int) -> "Frame":
        """Every entry by itself."""
        return cls(np.arange(count), np.zeros((count, count)), np.ones(count))

    def entries(self, y: Array) -> tuple[Array, Array]:
        """Entries [..., C] of coordinates y [..., C], and the log of |d entries / dy| [...]."""
        ordered, log_volume = np.empty(y.shape), np.zeros(y.shape[:-1])
        for k, soft in enumerate(self.softness):
            bend = (y[..., k] + ordered[..., :k] @ self.slopes[k, :k]) / soft
            ordered[..., k] = soft * np.logaddexp(0, bend)
            log_volume -= np.logaddexp(0, -bend)
        found = np.empty(y.shape)
        found[..., self.order] = ordered
        return found, log_volume

    def coordinates(self, entries: Array) -> Array:
        """The coordinates [..., C] of entries [..., C] above 0."""
        ordered = entries[..., self.order]
        return straight(ordered, self.softness) - ordered @ np.tril(self.slopes, -1).T


def bent(y: Array, softness: Array | float) -> Array:
    """Softplus of that softness: y where it is large, above 0 where it is not."""
    return np.asarray(softness * np.logaddexp(0, y / softness))


def straight(x: Array, softness: Array | float) -> Array:
    """Inverse of `bent`, for x > 0."""
    return np.asarray(x + softness * np.log(-np.expm1(-x / softness)))


def slots(speaker: SpeakerModel) -> list[int]:
    """Which of x_inf, x_soc, x_pre phi, x_pre (1 - phi) exist; the first is the reference."""
    return [j for j in range(4) if speaker.active[min(j, 2)]]


def count(speaker: SpeakerModel, goals: int) -> int:
    """How many entries a speaker has over that many goals."""
    return 1 + goals * (len(slots(speaker)) - 1)


def bounded(logit: Array, prior: Prior) -> Array:
    """A parameter of its coordinate: the quantile, under its prior, of inv_logit(logit).

    So whatever the prior is, that of the coordinate is the standard logistic.
    """
    share = -np.expm1(-np.logaddexp(0, logit) / prior.b)
    return np.asarray(prior.low + (prior.high - prior.low) * share)


def unbounded(x: Array, prior: Prior) -> Array:
    """The coordinate of a parameter inside its bounds."""
    share = (x - prior.low) / (prior.high - prior.low)
    return np.asarray(np.log(np.expm1(-prior.b * np.log1p(-share))))


def extras(logits: Array, speaker: SpeakerModel) -> dict[str, Array]:
    """Cost and lapse, those that there are, of their coordinates [..., extra]."""
    names = enumerate(speaker.extras)
    return {name: bounded(logits[..., i], EXTRAS[name]) for i, name in names}


def draw_prior(
    rng: np.random.Generator, speaker: SpeakerModel, goals: int, draws: tuple[int, ...] = ()
) -> Natural:
    """Draws of the natural parameters from the prior of DESIGN, section 2: one, or so many."""
    flags = np.array(speaker.active, dtype=bool)
    omega = np.zeros((*draws, goals, 3))
    omega[..., flags] = rng.dirichlet(np.ones(flags.sum()), size=(*draws, goals))
    alpha, share = rng.uniform(0, 20, draws), rng.uniform(size=draws)
    phi = rng.uniform(size=(*draws, goals))
    logits = [np.log(share / (1 - share))]
    if speaker.lapse:
        logits = [*logits[: speaker.cost], rng.logistic(size=draws)]
    found = extras(np.stack(logits, axis=-1), speaker)
    return Natural(np.asarray(alpha), phi, omega, **found)


def entries(natural: Natural, speaker: SpeakerModel) -> Array:
    """The entries [..., C] of natural parameters, each of them inside its open range."""
    w_inf, w_soc, w_pre = np.moveaxis(natural.omega, -1, 0)
    shares = np.stack([w_inf, w_soc, w_pre * natural.phi, w_pre * (1 - natural.phi)], axis=-1)
    shares = shares[..., slots(speaker)]
    reference = length_of(natural.alpha) * shares[..., 0, 0]
    others = reference[..., None, None] * shares[..., 1:] / shares[..., :1]
    flat = others.reshape(*reference.shape, -1)
    return np.concatenate([reference[..., None], flat], axis=-1)


def cone(entries: Array, speaker: SpeakerModel, goals: int) -> Array:
    """x [..., goal, 4] of entries [..., C], 0 where a slot is not active."""
    used = slots(speaker)
    x = np.zeros((*entries.shape[:-1], goals, 4))
    x[..., used[0]] = entries[..., :1]
    x[..., used[1:]] = entries[..., 1:].reshape(*entries.shape[:-1], goals, len(used) - 1)
    return x


def natural(
    entries: Array, speaker: SpeakerModel, goals: int, logits: Array | None = None
) -> Natural:
    """The natural parameters of entries [..., C] and the extras' coordinates [..., extra]."""
    x = cone(entries, speaker, goals)
    length = x.sum(axis=-1)
    pre = np.maximum(x[..., 2] + x[..., 3], 1e-300)
    omega = np.stack([x[..., 0], x[..., 1], x[..., 2] + x[..., 3]], axis=-1) / length[..., None]
    found = {} if logits is None else extras(logits, speaker)
    return Natural(alpha_of(length[..., 0]), x[..., 2] / pre, omega, **found)


def alpha_of(length: Array) -> Array:
    """alpha of the length R of x: nearly R, with a knee before 20."""
    return np.asarray(20 - 20 * np.logaddexp(0, 10 - length / 2) / np.logaddexp(0, 10))


def length_of(alpha: Array) -> Array:
    """The length R of x that has this alpha, below 20."""
    return np.asarray(20 - 2 * np.log(np.expm1(np.logaddexp(0, 10) * (1 - alpha / 20))))


def log_prior(entries: Array, speaker: SpeakerModel, goals: int) -> Array:
    """Log prior density of the entries [...], up to a constant, as in cone.stan."""
    x = cone(entries, speaker, goals)
    length = x.sum(axis=-1)
    lp = (goals - 1) * np.log(entries[..., 0]) + np.log(length[..., 0])
    lp = lp - sum(speaker.active) * np.log(length).sum(axis=-1)
    lp = lp - np.logaddexp(0, length[..., 0] / 2 - 10)
    if speaker.has_phi:
        lp = lp - np.log(x[..., 2] + x[..., 3]).sum(axis=-1)
    return np.asarray(lp)
