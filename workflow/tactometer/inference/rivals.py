"""Rivals of a speaker: what predicts a goal's choices about vignettes that it has not seen.

Speaker models at their best fit stand beside what is no speaker at all: each utterance's own rate
whatever the state (floor), a multinomial regression that is linear in what a state is worth, and
the shares of each state as they are (ceiling). Every vignette is left out in turn, by weights, so
answers may be probabilities; leave-one-out by importance sampling (PSIS-LOO) needs whole answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from tactometer.inference.behaviour import Behaviour
from tactometer.inference.best_fit import Likelihood, best_fit, one_step
from tactometer.speaker_model.variants import SpeakerModel
from tactometer.utils.arrays import Array

FLOOR, REGRESSION, CEILING = "floor", "regression", "ceiling"
INFERRED, ANSWERED, NO_WORDS = "inferred", "answered", "none"
RIDGE = 0.05  # of the regression's coefficients: utterances that nobody chose stay finite
NEWTON = 30
STARTS: tuple[dict[str, ArrayLike], ...] = tuple(
    {"alpha": 3.0, "phi": phi, "omega": omega, "cost": 2.0, "lapse": 0.02}
    for phi, omega in ((0.25, (0.2, 0.2, 0.6)), (0.75, (0.6, 0.2, 0.2)))
)
INWARD = 0.1  # of the weights: begun at a nested speaker's, one at its wall would stay there
Predict = Callable[[Array], Array]
"""Counts [state, utterance] that are seen to p [state, utterance]."""


def scores(by_vignette: Array, predict: Predict) -> Array:
    """The mean log probability of an answer to each vignette [vignette], in nats, by what `predict`
    makes of the answers to all others: by_vignette [vignette, state, utterance].

    Each prediction counts as its number of answers, beside one that is even: what it calls
    impossible and what then is said costs that much, whoever predicts. nan for a vignette without
    answers.
    """
    total = by_vignette.sum(axis=0)
    found = np.full(len(by_vignette), np.nan)
    for v, own in enumerate(by_vignette):
        seen = total - own
        n = seen.sum(axis=1, keepdims=True)
        p = (n * predict(seen) + 1 / seen.shape[1]) / (n + 1)
        if own.sum() > 0:
            found[v] = float((own * np.log(p)).sum() / own.sum())
    return found


def rivals(
    behaviour: Behaviour, speakers: Sequence[SpeakerModel]
) -> Iterator[tuple[str, str, Predict]]:
    """Who predicts: name, words and how. Of one goal; speaker models take its yes/no answers, once
    with words that the choices may bend (`INFERRED`), once as the answers alone have them.
    """
    yield FLOOR, NO_WORDS, _floor
    yield REGRESSION, NO_WORDS, _regression(np.asarray(behaviour.values, dtype=float))
    for words in (INFERRED, ANSWERED):
        begun = _whole(behaviour, speakers, held=words == ANSWERED)
        for one in speakers:
            yield one.name, words, _speaker(behaviour, one, begun[one.name], words == ANSWERED)
    yield CEILING, NO_WORDS, _shares


def sizes(behaviour: Behaviour, speakers: Sequence[SpeakerModel]) -> Mapping[str, int]:
    """How many parameters each has; of a speaker without its words, which the yes/no answers tell
    and, where they are inferred, the choices as well.
    """
    states, utterances = behaviour.counts[0].shape
    free = utterances - 1
    of_speakers = {one.name: len(one.parameters) - bool(one.utilities) for one in speakers}
    return {FLOOR: free, REGRESSION: 2 * free, **of_speakers, CEILING: states * free}


def _floor(seen: Array) -> Array:
    total = seen.sum(axis=0)
    shares: Array = total / max(float(total.sum()), 1e-12)
    return np.asarray(np.tile(shares, (len(seen), 1)))


def _shares(seen: Array) -> Array:
    total = seen.sum(axis=1, keepdims=True)
    even = np.full(seen.shape, 1 / seen.shape[1])
    return np.asarray(np.divide(seen, total, out=even, where=total > 0))


def _regression(values: Array) -> Predict:
    """log p(u|s) = a[u] + b[u] V(s) less its normaliser, by Newton's method with a small ridge."""
    z = (values - values.mean()) / max(float(values.std()), 1e-12)
    design = np.stack([np.ones_like(z), z], axis=1)

    def predict(seen: Array) -> Array:
        totals, width = seen.sum(axis=1), seen.shape[1]
        beta = np.zeros((2, width))
        for _ in range(NEWTON):
            p = special.softmax(design @ beta, axis=1)
            gradient = design.T @ (seen - totals[:, None] * p) - RIDGE * beta
            spread = p[:, :, None] * (np.eye(width) - p[:, None, :]) * totals[:, None, None]
            square = np.einsum("si,suv,sj->iujv", design, spread, design)
            square = square.reshape(2 * width, 2 * width) + RIDGE * np.eye(2 * width)
            step = np.linalg.solve(square, gradient.ravel()).reshape(beta.shape)
            beta = beta + step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-12))
            if np.abs(step).max() < 1e-6:
                break
        return np.asarray(special.softmax(design @ beta, axis=1))

    return predict


def _whole(
    behaviour: Behaviour, speakers: Sequence[SpeakerModel], *, held: bool
) -> dict[str, dict[str, Array]]:
    """Where each speaker model fits all answers best, by name: natural parameters and theta.

    Those with less come first, and what they are nested in begins there too: no speaker model may
    fit worse than one that it holds.
    """
    found: dict[str, dict[str, Array]] = {}
    for one in sorted(speakers, key=lambda known: len(known.parameters)):
        nested = [found[other.name] for other in speakers if _within(other, one, found)]
        plain = [_arrays(start) | {"theta": behaviour.theta} for start in STARTS]
        starts = [*plain, *(plain[0] | _inward(at) for at in nested)]
        fits = [best_fit(behaviour, 0, one, start, held=held) for start in starts]
        best = min(fits, key=lambda fit: fit.deviance)
        theta = behaviour.theta if held else None
        found[one.name] = Likelihood(behaviour, 0, one, theta).natural(best.x)
    return found


def _within(one: SpeakerModel, other: SpeakerModel, found: Mapping[str, object]) -> bool:
    """Whether one speaker model, which has been fitted, is a case of another."""
    alike = bool(one.utilities) == bool(other.utilities)
    has = {*one.utilities, *one.extras} < {*other.utilities, *other.extras}
    return one.name in found and alike and has


def _arrays(start: Mapping[str, ArrayLike]) -> dict[str, Array]:
    return {name: np.asarray(value, dtype=float) for name, value in start.items()}


def _inward(at: Mapping[str, Array]) -> dict[str, Array]:
    return {**at, "omega": (1 - INWARD) * at["omega"] + INWARD / 3}


def _speaker(
    behaviour: Behaviour, speaker: SpeakerModel, begin: Mapping[str, Array], held: bool
) -> Predict:
    """A speaker model, one step of the best fit from where it fits all answers."""

    def predict(seen: Array) -> Array:
        return one_step(replace(behaviour, counts=seen[None]), 0, speaker, begin, held=held)

    return predict
