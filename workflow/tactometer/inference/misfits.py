"""Behaviours that no speaker of the model produces, by size: what criticism has to notice.

Each is a function of a speaker's choices p [state, utterance], the literal meaning theta
[utterance, state], a size in [0, 1] and a generator, and gives other choices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tactometer.inference.calibration import Domain
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import speaker
from tactometer.utils.arrays import Array

S2 = speaker("s2")


def said(theta: Array, domain: Domain, *, alpha: float, phi: float, omega: Array) -> Array:
    """p [state, utterance] of the second-level speaker with these parameters."""
    at = Natural(np.array([alpha]), np.array([[phi]]), np.reshape(omega, (1, 1, 3)))
    p = np.exp(S2.log_speaker(at, theta[None], domain.values)[0, 0])
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def _with(p: Array, other: Array, size: float) -> Array:
    return (1 - size) * p + size * other


def _first_option(p: Array, size: float, **_: Any) -> Array:
    """A share of answers is the option that stands first, which is one utterance too often."""
    other = np.zeros(p.shape)
    other[:, 2] = 1.0
    return _with(p, other, size)


def _two_speakers(p: Array, size: float, theta: Array, domain: Domain, **_: Any) -> Array:
    """Half of one speaker and half of one whose phi lies that far away."""
    omega = np.array([0.3, 0.1, 0.6])
    ends = [said(theta, domain, alpha=6.0, phi=0.5 + d * size / 2, omega=omega) for d in (-1, 1)]
    return np.asarray(0.5 * ends[0] + 0.5 * ends[1])


def _other_words(
    p: Array, size: float, theta: Array, domain: Domain, rng: np.random.Generator, **_: Any
) -> Array:
    """Its choices go by other meanings than its yes/no answers: logits off by 4 sizes."""
    logit = np.log(theta / (1 - theta)) + 4 * size * rng.normal(size=theta.shape)
    bent = 1 / (1 + np.exp(-logit))
    return said(bent, domain, alpha=4.0, phi=0.5, omega=np.array([0.5, 0.2, 0.3]))


def _threshold(p: Array, size: float, **_: Any) -> Array:
    """A share of answers is "good" from the middle state on and "bad" below, nothing else."""
    other = np.zeros(p.shape)
    other[: len(p) // 2, 1] = 1.0
    other[len(p) // 2 :, 2] = 1.0
    return _with(p, other, size)


def _sharper_at_the_ends(p: Array, size: float, theta: Array, domain: Domain, **_: Any) -> Array:
    """Alpha is higher in the outer states than in the inner ones, by a factor up to 8."""
    omega = np.array([0.5, 0.2, 0.3])
    soft = said(theta, domain, alpha=2.0, phi=0.5, omega=omega)
    sharp = said(theta, domain, alpha=2.0 * 8**size, phi=0.5, omega=omega)
    outer = np.array([[1.0], *[[0.0]] * (len(p) - 2), [1.0]])
    return np.asarray(outer * sharp + (1 - outer) * soft)


def _hedger(p: Array, size: float, **_: Any) -> Array:
    """A share of answers is a negated utterance, evenly, whatever the state."""
    half = p.shape[1] // 2
    other = np.concatenate([np.zeros((len(p), half)), np.full((len(p), half), 1 / half)], axis=1)
    return _with(p, other, size)


def _inverted(p: Array, size: float, **_: Any) -> Array:
    """A share of answers is what would be said of the opposite state."""
    return _with(p, p[::-1], size)


def _odd_state(p: Array, size: float, **_: Any) -> Array:
    """In the middle state a share of answers is the first utterance."""
    other = p.copy()
    other[len(p) // 2] = np.eye(p.shape[1])[0]
    return _with(p, other, size)


def _plain_words(p: Array, size: float, **_: Any) -> Array:
    """Negated utterances are avoided: their odds fall by up to 4 nats, a cost that s2 lacks."""
    half = p.shape[1] // 2
    tilted = p * np.exp(-4 * size * (np.arange(p.shape[1]) >= half))
    return np.asarray(tilted / tilted.sum(axis=1, keepdims=True))


def _constant(p: Array, size: float, **_: Any) -> Array:
    """A share of answers is "good" whatever the state, the others are drawn evenly."""
    other = np.zeros(p.shape)
    other[:, 2] = 1.0
    return _with(np.full(p.shape, 1 / p.shape[1]), other, 0.5 + size / 2)


def _lapses(p: Array, size: float, **_: Any) -> Array:
    """A share of answers is drawn blindly, which s2 without a lapse does not know."""
    return _with(p, np.full(p.shape, 1 / p.shape[1]), size)


def _squared_values(p: Array, size: float, theta: Array, domain: Domain, **_: Any) -> Array:
    """Kindness counts the square of the stars in place of the stars."""
    omega = np.array([0.3, 0.4, 0.3])
    squared = Domain(domain.values**2 / domain.values.max(), domain.utterances, domain.literal)
    straight = said(theta, domain, alpha=4.0, phi=0.5, omega=omega)
    return _with(straight, said(theta, squared, alpha=4.0, phi=0.5, omega=omega), size)


def _order_effect(p: Array, size: float, **_: Any) -> Array:
    """What stands first gains up to 4 nats, in balanced orders that nobody corrects for."""
    first = np.exp(4 * size * np.eye(p.shape[1]))[:, None, :] * p
    return np.asarray((first / first.sum(axis=2, keepdims=True)).mean(axis=0))


def _two_framings(p: Array, size: float, theta: Array, domain: Domain, **_: Any) -> Array:
    """Half of its answers weigh information, half how it looks: weights that far apart."""
    ends = [(1 - size) / 3 + size * np.eye(3)[k] for k in (0, 2)]
    both = [said(theta, domain, alpha=6.0, phi=0.3, omega=omega) for omega in ends]
    return np.asarray(np.mean(both, axis=0))


def _sharper_words(p: Array, size: float, theta: Array, domain: Domain, **_: Any) -> Array:
    """Its choices go by sharper meanings than its yes/no answers: logits up to fourfold."""
    sharp = 1 / (1 + np.exp(-(1 + 3 * size) * np.log(theta / (1 - theta))))
    return said(sharp, domain, alpha=4.0, phi=0.5, omega=np.array([0.5, 0.2, 0.3]))


def _misread_states(p: Array, size: float, **_: Any) -> Array:
    """A share of answers is of a neighbouring state."""
    up, down = np.vstack([p[1:], p[-1:]]), np.vstack([p[:1], p[:-1]])
    return _with(p, (up + down) / 2, size)


def _avoids_extremes(p: Array, size: float, **_: Any) -> Array:
    """The outermost utterances are avoided: their odds fall by up to 4 nats."""
    half = p.shape[1] // 2
    outer = np.isin(np.arange(p.shape[1]), [0, half - 1])
    tilted = p * np.exp(-4 * size * outer)
    return np.asarray(tilted / tilted.sum(axis=1, keepdims=True))


def _kind_to_the_bad(p: Array, size: float, theta: Array, domain: Domain, **_: Any) -> Array:
    """Below the middle state a speaker whose phi is that much lower than above it."""
    omega = np.array([0.3, 0.1, 0.6])
    low, high = (
        said(theta, domain, alpha=6.0, phi=0.5 + d * size * 0.45, omega=omega) for d in (-1, 1)
    )
    return np.vstack([low[: len(p) // 2], high[len(p) // 2 :]])


def _litotes(p: Array, size: float, **_: Any) -> Array:
    """A share of plain answers is the negated opposite: "not bad" for "good"."""
    half = p.shape[1] // 2
    turned = np.concatenate([np.zeros((len(p), half)), p[:, half:] + p[:, :half][:, ::-1]], axis=1)
    return _with(p, turned, size)


def _never_the_worst(p: Array, size: float, **_: Any) -> Array:
    """In the lowest state a share of answers is of the middle one."""
    other = p.copy()
    other[0] = p[len(p) // 2]
    return _with(p, other, size)


def _drops_the_not(p: Array, size: float, **_: Any) -> Array:
    """A share of negated answers comes without its "not"."""
    half = p.shape[1] // 2
    plain = np.concatenate([p[:, :half] + p[:, half:], np.zeros((len(p), half))], axis=1)
    return _with(p, plain, size)


def _sharper_upwards(p: Array, size: float, theta: Array, domain: Domain, **_: Any) -> Array:
    """Alpha grows from state to state, up to eightfold."""
    omega = np.array([0.5, 0.2, 0.3])
    alphas = 1.5 * 8 ** (size * np.linspace(0, 1, len(p)))
    rows = [said(theta, domain, alpha=a, phi=0.5, omega=omega)[s] for s, a in enumerate(alphas)]
    return np.array(rows)


MISFITS: dict[str, Callable[..., Array]] = {
    "first option": _first_option,
    "two speakers": _two_speakers,
    "other words": _other_words,
    "threshold": _threshold,
    "sharper at the ends": _sharper_at_the_ends,
    "hedger": _hedger,
    "inverted": _inverted,
    "odd state": _odd_state,
    "plain words": _plain_words,
    "constant": _constant,
    "lapses": _lapses,
    "squared values": _squared_values,
    "order effect": _order_effect,
    "two framings": _two_framings,
    "sharper words": _sharper_words,
    "misread states": _misread_states,
    "avoids extremes": _avoids_extremes,
    "kind to the bad": _kind_to_the_bad,
    "litotes": _litotes,
    "never the worst": _never_the_worst,
    "drops the not": _drops_the_not,
    "sharper upwards": _sharper_upwards,
}
"""Every kind by its name: the speaker that it distorts is drawn anew for each behaviour."""
SIZES = (0.15, 0.4, 1.0)
