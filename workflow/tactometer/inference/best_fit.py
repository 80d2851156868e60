"""The speaker that fits best: maximum likelihood over a speaker's parameters and what its words
mean, by Levenberg-Marquardt steps from a posterior draw.

Criticism starts here. A posterior under joint semantics bends theta towards the choices and so
hides a misfit in it; one under fixed semantics cannot bend it and so shows errors of theta as
misfit. At the best fit of both together, what is left of the choices' deviance and how far theta
had to leave the yes/no answers add up to one deviance, which is the same question for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from tactometer.inference.behaviour import Behaviour
from tactometer.inference.sampled import nodes_for
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import SpeakerModel
from tactometer.utils.arrays import Array

STEPS = 12
FAR = 12.0  # of a logit: beyond, nothing moves
STEP = 1e-5  # of the differences that stand for derivatives
ENOUGH = 0.05  # of deviance: a step that gains less is the last
DAMPING = 1e-2
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class BestFit:
    """The best fit to one goal: coordinates [coordinate], p [state, utterance], theta [utterance,
    state], deviances in units of chi-squared (2 nats), and the slopes [cell, coordinate] of the
    cells' signed roots of them, choices first, then words (none where theta was held).
    """

    x: Array
    p: Array
    theta: Array
    of_choices: float
    of_words: float
    slopes: Array

    @property
    def deviance(self) -> float:
        """Choices and words together."""
        return self.of_choices + self.of_words


def best_fit(
    behaviour: Behaviour,
    goal: int,
    speaker: SpeakerModel,
    start: Mapping[str, Array],
    *,
    held: bool = False,
) -> BestFit:
    """The best fit to the choices under one goal, from natural parameters `start`: alpha [], phi
    [], omega [3], cost [], lapse [], as far as the speaker has them, and theta [utterance, state].

    `held`: theta stays as it is in `start`.
    """
    problem = Likelihood(behaviour, goal, speaker, start["theta"] if held else None)
    x = problem.coordinates(start)
    residuals = problem.residuals(x[None])[0]
    slopes, best, damping = problem.slopes(x, residuals), float(residuals @ residuals), DAMPING
    for _ in range(STEPS):
        tried = _step(problem, x, residuals, slopes, damping)
        if tried is None:
            break
        x, residuals, damping = tried
        gained, best = best - float(residuals @ residuals), float(residuals @ residuals)
        slopes = problem.slopes(x, residuals)
        if gained < ENOUGH:
            break
    p, theta = problem.predicted(x[None])
    choices, words = np.split(residuals, [problem.counts.size])
    return BestFit(x, p[0], theta[0], float(choices @ choices), float(words @ words), slopes)


def one_step(
    behaviour: Behaviour,
    goal: int,
    speaker: SpeakerModel,
    start: Mapping[str, Array],
    *,
    held: bool = False,
) -> Array:
    """p [state, utterance] after one step towards the best fit, from parameters near it."""
    problem = Likelihood(behaviour, goal, speaker, start["theta"] if held else None)
    x = problem.coordinates(start)
    residuals = problem.residuals(x[None])[0]
    moved = _step(problem, x, residuals, problem.slopes(x, residuals), DAMPING)
    p, _ = problem.predicted((moved[0] if moved else x)[None])
    return np.asarray(p[0])


def _step(
    problem: Likelihood, x: Array, residuals: Array, slopes: Array, damping: float
) -> tuple[Array, Array, float] | None:
    """A step that lowers the deviance, with its residuals and the next damping; None if there is
    none.
    """
    square, gradient = slopes.T @ slopes, slopes.T @ residuals
    scale = np.diag(np.diag(square) + 1e-6)
    for _ in range(6):
        tried = np.clip(x - np.linalg.solve(square + damping * scale, gradient), -FAR, FAR)
        found = problem.residuals(tried[None])[0]
        if found @ found < residuals @ residuals:
            return tried, found, damping / 5
        damping *= 5
    return None


class Likelihood:
    """The likelihood of one goal's choices and yes/no answers: its coordinates, and the signed
    deviance residuals at them.
    """

    def __init__(
        self, behaviour: Behaviour, goal: int, speaker: SpeakerModel, held: Array | None
    ) -> None:
        self.behaviour, self.speaker, self.held = behaviour, speaker, held
        self.counts = np.asarray(behaviour.counts[goal], dtype=float)
        self.totals = self.counts.sum(axis=1, keepdims=True)
        self.n = np.asarray(behaviour.n, dtype=float) + 2  # a Beta(1, 1) prior's two answers
        self.yes = np.asarray(behaviour.yes, dtype=float) + 1
        self.weights = [k for k in range(3) if speaker.utilities and speaker.active[k]]
        names = ("alpha", *("phi",) * speaker.has_phi, *speaker.extras)
        self.bounds = {name: speaker.prior(name).bounds for name in names}

    def coordinates(self, at: Mapping[str, Array]) -> Array:
        """Logits of everything; of weights, their logs beside the last one's: [..., coordinate] of
        natural parameters with these leading axes.
        """
        parts = [
            _logit((np.asarray(at[k]) - a) / (b - a))[..., None]
            for k, (a, b) in self.bounds.items()
        ]
        if self.weights:
            logs = np.log(np.maximum(np.asarray(at["omega"])[..., self.weights], 1e-5))
            parts.append(logs[..., :-1] - logs[..., -1:])
        if self.held is None:
            theta = np.asarray(at["theta"])
            parts.append(_logit(theta.reshape(*theta.shape[:-2], -1)))
        return np.clip(np.concatenate(parts, axis=-1), -FAR, FAR)

    def natural(self, x: Array) -> dict[str, Array]:
        """The natural parameters at coordinates x [coordinate], as `coordinates` takes them."""
        at, theta = self._natural(x[None])
        found = {name: np.asarray(getattr(at, name))[0] for name in self.bounds if name != "phi"}
        return {**found, "phi": at.phi[0, 0], "omega": at.omega[0, 0], "theta": theta[0]}

    def predicted(self, x: Array) -> tuple[Array, Array]:
        """p [row, state, utterance] and theta [row, utterance, state] of coordinates x [row, C]."""
        at, theta = self._natural(x)
        b = self.behaviour
        log_p = self.speaker.log_speaker(at, theta, b.values, b.negated, nodes_for(at.alpha))
        return np.exp(log_p[:, 0]), theta

    def residuals(self, x: Array) -> Array:
        """Signed roots of each cell's deviance [row, choices then words]."""
        p, theta = self.predicted(x)
        choices = _root(self.counts, self.totals * p).reshape(len(x), -1)
        if self.held is not None:
            return choices
        yes, no = self.n * theta, self.n * (1 - theta)
        words = np.hypot(_root(self.yes, yes), _root(self.n - self.yes, no))
        signed = np.sign(yes - self.yes) * words
        return np.concatenate([choices, signed.reshape(len(x), -1)], axis=1)

    def derivatives(self, x: Array) -> tuple[Array, Array]:
        """p [state, utterance] at x, and the derivatives of its log [state, utterance,
        coordinate].
        """
        p, _ = self.predicted(np.concatenate([x[None], x + STEP * np.eye(x.size)]))
        logs = np.log(np.maximum(p, TINY))
        return p[0], np.moveaxis((logs[1:] - logs[0]) / STEP, 0, -1)

    def information(self, x: Array) -> tuple[Array, Array]:
        """The Fisher information of the choices [coordinate, coordinate], and that of the yes/no
        answers of each theta's logit [utterance x state], none where theta is held.
        """
        p, derivatives = self.derivatives(x)
        expected = self.totals * p
        choices = np.einsum("su,suc,sud->cd", expected, derivatives, derivatives)
        if self.held is not None:
            return choices, np.zeros(0)
        _, theta = self.predicted(x[None])
        return choices, np.ravel(self.n * theta[0] * (1 - theta[0]))

    def slopes(self, x: Array, residuals: Array) -> Array:
        """Derivatives of the residuals [cell, coordinate]."""
        moved = self.residuals(x + STEP * np.eye(x.size))
        return np.asarray((moved - residuals).T / STEP)

    def _natural(self, x: Array) -> tuple[Natural, Array]:
        columns = iter(x.T)
        found = {k: a + (b - a) * special.expit(next(columns)) for k, (a, b) in self.bounds.items()}
        found["phi"] = found.get("phi", np.zeros(len(x)))[:, None]
        omega = np.zeros((len(x), 1, 3))
        if self.weights:
            logs = [next(columns) for _ in self.weights[1:]] + [np.zeros(len(x))]
            omega[:, 0, self.weights] = special.softmax(np.stack(logs, axis=1), axis=1)
        if self.held is not None:
            return Natural(omega=omega, **found), self.held[None]
        theta = special.expit(np.stack(list(columns), axis=1)).reshape(-1, *self.n.shape)
        return Natural(omega=omega, **found), theta


def _root(seen: Array, expected: Array) -> Array:
    """The signed root of the Poisson deviance, 2 (seen log(seen / expected) - seen + expected).

    Added up over cells whose totals agree, its square is the multinomial deviance.
    """
    expected = np.maximum(expected, TINY)
    deviance = 2 * (special.xlogy(seen, seen / expected) - seen + expected)
    return np.asarray(np.sign(expected - seen) * np.sqrt(np.maximum(deviance, 0.0)))


def _logit(share: Array) -> Array:
    return np.asarray(special.logit(np.clip(share, 1e-5, 1 - 1e-5)))
