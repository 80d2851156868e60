"""A posterior's mode and scale by Fisher scoring, in numpy: coordinates in which NUTS takes long
steps.

Any centre and any matrix give the same posterior; good ones give it sooner. Both come from the
reference model (`rsa`) alone: a multinomial with log-probabilities l(v) has the information J'
diag(N p) J, J = dl/dv, and J costs one evaluation per coordinate. v is (y, logit theta), y as in
`cone`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tactometer import cone, rsa
from tactometer.rsa import Array
from tactometer.speakers import Speaker

_STEP = 1e-5
_ITERATIONS = 40
_FLOOR = 0.25  # the most that a logistic density bends: keeps flat directions finite


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be whitened: counts [goal, state, utterance], yes and n [utterance, state], and
    the rest.
    """

    counts: Array
    yes: Array
    n: Array
    values: Array
    negated: Array | None
    speaker: Speaker
    joint: bool

    @property
    def size(self) -> int:
        """The speaker's coordinates."""
        return cone.dimension(self.speaker, len(self.counts), self.negated is not None)

    @property
    def softness(self) -> float:
        """Where the softplus of `cone` bends (measured): sharp, as the data bind sums of x; but
        with several goals and theta inferred, a sharp one took four times the steps on the human
        figures.
        """
        return 1.0 if self.joint and len(self.counts) > 1 else 0.25

    def start(self) -> Array:
        """A speaker with all utilities alike, and the smoothed proportions."""
        smoothed = (self.yes + 1) / (self.n + 2)
        logit = np.log(smoothed / (1 - smoothed)).ravel(order="F")
        return np.concatenate([np.zeros(self.size), logit if self.joint else []])

    def theta(self, v: Array) -> Array:
        """theta [..., utterance, state] of v [..., coordinate]."""
        if not self.joint:
            return (self.yes + 1) / (self.n + 2)
        states, utterances = self.counts.shape[1:]
        logit = v[..., self.size :].reshape(*v.shape[:-1], states, utterances)
        return np.swapaxes(1 / (1 + np.exp(-logit)), -1, -2)

    def log_speaker(self, v: Array) -> Array:
        """log p(u|s) [..., goal, state, utterance]."""
        has_cost = self.negated is not None
        at = cone.natural(
            v[..., : self.size], self.speaker, len(self.counts), has_cost, self.softness
        )
        theta = self.theta(v)
        theta = theta[..., None, :, :] if self.joint else theta
        costs: Array | float = 0.0
        if self.negated is not None:
            costs = rsa.negation_cost(at.cost, self.negated)[..., None, :]
        alpha = at.alpha[..., None]
        if self.speaker.level == 1:
            return rsa.s1(alpha, at.phi, theta, self.values, costs)
        return rsa.s2(alpha, at.phi, at.omega, theta, self.values, costs)

    def log_prior(self, v: Array) -> Array:
        """log p(v) and, if theta is inferred, its yes/no answers [...]."""
        goals, has_cost = len(self.counts), self.negated is not None
        lp = cone.log_prior(v[..., : self.size], self.speaker, goals, has_cost, self.softness)
        if self.joint:
            logit = v[..., self.size :]
            yes, n = self.yes.ravel(order="F"), self.n.ravel(order="F")
            lp = lp + ((yes + 1) * logit - (n + 2) * np.logaddexp(0, logit)).sum(axis=-1)
        return lp


def whitening(problem: Problem) -> tuple[Array, Array]:
    """Centre [P] and matrix [P, P] with v = centre + matrix z, z about standard normal."""
    v = problem.start()
    damping = 1.0
    value, gradient, information = _expand(problem, v)
    for _ in range(_ITERATIONS):
        scale = np.diag(np.diag(information))
        step = np.linalg.solve(information + damping * scale, gradient)
        step *= min(1.0, 2.0 / np.abs(step).max())
        trial = v + step
        gain = _value(problem, trial) - value
        if not gain > 0:
            damping *= 6
            if damping > 1e6:
                break
            continue
        v, damping = trial, damping / 4
        value, gradient, information = _expand(problem, v)
        if gain < 1e-3:
            break
    # v = centre + L^-T z has the covariance of the inverse information L L'
    return v, np.linalg.inv(np.linalg.cholesky(information)).T


def _value(problem: Problem, v: Array) -> float:
    return float((problem.counts * problem.log_speaker(v)).sum() + problem.log_prior(v))


def _expand(problem: Problem, v: Array) -> tuple[float, Array, Array]:
    """Value, gradient and information of the log posterior at v."""
    log_p, slopes = _differences(problem.log_speaker, v)
    prior, prior_slopes = _differences(problem.log_prior, v)
    weights = problem.counts.sum(axis=-1, keepdims=True) * np.exp(log_p)
    jacobian = slopes.reshape(v.size, -1)
    information = (jacobian * weights.ravel()) @ jacobian.T
    floor = np.full(v.size, _FLOOR)
    soft = slice(1, problem.size - (problem.negated is not None))
    tail = 1 / (1 + np.exp(v[soft] / problem.softness))  # how far softplus is in its tail there
    floor[soft] = _FLOOR * np.maximum(tail / problem.softness**2, 0.2)
    if problem.joint:
        theta = 1 / (1 + np.exp(-v[problem.size :]))
        floor[problem.size :] = (problem.n.ravel(order="F") + 2) * theta * (1 - theta)
    gradient = jacobian @ problem.counts.ravel() + prior_slopes
    value = float((problem.counts * log_p).sum() + prior)
    return value, gradient, information + np.diag(floor)


def _differences(function: Callable[[Array], Array], v: Array) -> tuple[Array, Array]:
    """The function at v, and its slope along each coordinate (first axis)."""
    found = function(np.vstack([v, v + _STEP * np.eye(v.size)]))
    return found[0], (found[1:] - found[0]) / _STEP
