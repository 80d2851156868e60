"""A posterior's mode and scale by Fisher scoring, in numpy: coordinates in which NUTS takes long
steps.

Any frame, centre and matrix give the same posterior; good ones give it sooner. All come from the
reference model (`reference`) alone: a multinomial with log-probabilities l(v) has the information
J' diag(N p) J, J = dl/dv, and J costs one evaluation per coordinate. Variables v [..., P] are the
entries of the cone, the extras' coordinates (cost, lapse: `speaker_coordinates.bounded`), logit
theta; the mode is sought in the logs of the entries, u.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tactometer.speaker_model import speaker_coordinates
from tactometer.speaker_model.speaker_coordinates import Frame, Natural
from tactometer.speaker_model.theta_coordinates import Roots
from tactometer.speaker_model.variants import EXTRAS, SpeakerModel
from tactometer.utils.arrays import Array

CANDIDATES = 16
"""Draws from the prior, of which the likeliest is one of the starts of a search for modes."""
_SAME = 0.02  # relative: two climbs to one mode end so near to each other
_NODES = 48  # of the phi integral: right within .1 nat at alpha 20, and no posterior rests on it
_STEP = 1e-5
_ITERATIONS = 40
_FLOOR = 0.25  # the most that a logistic density bends: keeps flat directions finite
SIDE = 1.0  # in units of 1/entry^2: an entry that the answers leave free is about as wide as large
_EDGE = 1.7  # a direction whose variance is so many times what was expected stands out
_SOFTNESS = 0.5  # of an entry's standard deviation, given those before it (measured)


@dataclass(frozen=True, eq=False)
class Problem:
    """A posterior to sample: counts [goal, state, utterance], yes and n [utterance, state], values,
    negation and the speaker model.
    """

    counts: Array
    yes: Array
    n: Array
    values: Array
    negated: Array | None
    speaker: SpeakerModel
    joint: bool

    @property
    def entries(self) -> int:
        """How many entries its cone has."""
        return speaker_coordinates.count(self.speaker, len(self.counts))

    @property
    def size(self) -> int:
        """The speaker's coordinates: the entries', the cost's, the lapse's."""
        return self.entries + len(self.speaker.extras)

    def start(self) -> Array:
        """Variables [P]: a speaker with all utilities alike, and the smoothed proportions."""
        speaker = np.append(np.ones(self.entries), np.zeros(self.size - self.entries))
        return np.concatenate([speaker, self.roots.usual])

    def among(self, rows: NDArray[np.int64]) -> "Problem":
        """What some rows of variables are variables of: of a single posterior, itself."""
        return self

    @property
    def roots(self) -> Roots:
        """The coordinates of theta round its smoothed proportions; none if it is not inferred."""
        smoothed = (self.yes + 1) / (self.n + 2)
        logit = np.log(smoothed / (1 - smoothed)).ravel(order="F")
        return Roots(logit if self.joint else np.empty(0))

    def natural(self, v: Array) -> Natural:
        """The natural parameters of variables v [..., P]."""
        parts = v[..., : self.entries], v[..., self.entries : self.size]
        return speaker_coordinates.natural(parts[0], self.speaker, len(self.counts), parts[1])

    def theta(self, v: Array) -> Array:
        """theta [..., utterance, state] of variables v [..., P]."""
        if not self.joint:
            return (self.yes + 1) / (self.n + 2)
        states, utterances = self.counts.shape[1:]
        logit = v[..., self.size :].reshape(*v.shape[:-1], states, utterances)
        return np.asarray(np.swapaxes(1 / (1 + np.exp(-logit)), -1, -2))

    def log_speaker(self, v: Array) -> Array:
        """log p(u|s) [..., goal, state, utterance]."""
        at, theta = self.natural(v), self.theta(v)
        return self.speaker.log_speaker(at, theta, self.values, self.negated, _NODES)

    def log_prior(self, v: Array) -> Array:
        """log p(v) and, if theta is inferred, its yes/no answers [...]."""
        lp = speaker_coordinates.log_prior(v[..., : self.entries], self.speaker, len(self.counts))
        return np.asarray(lp + self.log_prior_of_rest(v))

    def log_prior_of_rest(self, v: Array) -> Array:
        """The part of `log_prior` that is the extras' and theta's [...]."""
        logits = v[..., self.entries : self.size]
        lp = -(np.logaddexp(0, -logits) + np.logaddexp(0, logits)).sum(axis=-1)
        if self.joint:
            logit = v[..., self.size :]
            yes, n = self.yes.ravel(order="F"), self.n.ravel(order="F")
            lp = lp + ((yes + 1) * logit - (n + 2) * np.logaddexp(0, logit)).sum(axis=-1)
        return np.asarray(lp)


@dataclass(frozen=True, eq=False)
class Whitening:
    """An affine map to coordinates in which the posterior is about standard normal: y = centre [P]
    + matrix [P, P] z. The frame makes entries of the first y, the roots make logit theta of the
    last; between them is the cost's logit.
    """

    frame: Frame
    roots: Roots
    centre: Array
    matrix: Array

    @classmethod
    def none(cls, problem: Problem) -> "Whitening":
        """z is y itself, every entry by itself."""
        size = problem.start().size
        return cls(Frame.plain(problem.entries), problem.roots, np.zeros(size), np.eye(size))

    def coordinates(self, v: Array) -> Array:
        """z [..., P] of entries, the cost's logit and logit theta, v [..., P]."""
        y = _straight(v, self.frame, self.roots)
        z = np.linalg.solve(self.matrix, (y - self.centre)[..., None])[..., 0]
        return np.asarray(z, dtype=np.float64)

    def variables(self, z: Array) -> Array:
        """Entries, the cost's logit and logit theta [..., P] of z [..., P]."""
        y = z @ self.matrix.T + self.centre
        count, size = self.frame.order.size, y.shape[-1] - self.roots.usual.size
        entries, _ = self.frame.entries(y[..., :count])
        logits = self.roots.logits(y[..., size:])
        return np.concatenate([entries, y[..., count:size], logits], axis=-1)


def _straight(v: Array, frame: Frame, roots: Roots) -> Array:
    """y [..., P] of entries, the cost's logit and logit theta, v [..., P]."""
    count, size = frame.order.size, v.shape[-1] - roots.usual.size
    parts = frame.coordinates(v[..., :count]), v[..., count:size], roots.coordinates(v[..., size:])
    return np.concatenate(parts, axis=-1)


def whiten(problem: Problem, near: Array) -> Whitening:
    """Whitening by the Fisher information at the mode `near` variables [P]."""
    v, information = mode(problem, near)
    count = problem.entries
    entries = v[:count]
    scale = np.concatenate([1 / entries, np.ones(v.size - count)])
    covariance = _inverse(information * np.outer(scale, scale))  # of entries, not their logs
    frame, straight = _frame(entries, covariance[:count, :count])
    centre = _straight(v, frame, problem.roots)
    along = np.eye(v.size)
    along[:count] = 0
    along[:count, frame.order] = straight
    along[problem.size :] /= problem.roots.slope(centre[problem.size :])[:, None]
    matrix = _factor(along @ covariance @ along.T)
    return Whitening(frame, problem.roots, centre, matrix)


def measure(problem: Problem, v: Array, mode: Whitening) -> Whitening:
    """Whitening by the mean and covariance of posterior draws [n, P]: entries, cost's logit, logit
    theta.

    The speaker's covariance is the draws'; theta's is the mode's, whatever the draws say of it,
    but for the directions that stand out: forty variances are too many to learn from so few.
    """
    count, size = problem.entries, problem.size
    covariance = np.atleast_2d(np.cov(v[:, :count].T))
    frame, _ = _frame(v[:, :count].mean(axis=0), covariance)
    y = _straight(v, frame, problem.roots)
    base = np.zeros((v.shape[1], v.shape[1]))
    base[:size, :size] = _factor(np.atleast_2d(np.cov(y[:, :size].T)))
    mode_covariance = mode.matrix @ mode.matrix.T
    base[size:, size:] = _factor(mode_covariance[size:, size:])
    centre = y.mean(axis=0)
    z = np.linalg.solve(base, (y - centre).T)
    spread = z.std(axis=1)
    variances, directions = np.linalg.eigh(np.atleast_2d(np.corrcoef(z)))
    out = (variances > _EDGE) | (variances < 1 / _EDGE)
    stretch = (directions * np.where(out, np.sqrt(np.abs(variances)), 1.0)) @ directions.T
    return Whitening(frame, problem.roots, centre, base @ (spread[:, None] * stretch))


def _frame(entries: Array, covariance: Array) -> tuple[Frame, Array]:
    """What each entry takes along from those before it; and the matrix that takes it off again.

    The entries that are nearest to the cone's sides, in standard deviations, come first.
    """
    order = np.argsort(entries / np.sqrt(np.diag(covariance)))
    factor = _factor(covariance[np.ix_(order, order)])
    spread = np.diag(factor)
    straight = _inverse(factor / spread)
    return Frame(order, np.eye(order.size) - straight, _SOFTNESS * spread), straight


def log_mass(problem: Problem, v: Array) -> float:
    """Log posterior mass of the mode near v [P] by Laplace's approximation, up to a constant."""
    return float(_tops(problem, v[None])[1][0])


def mode(problem: Problem, v: Array) -> tuple[Array, Array]:
    """The posterior mode [P] uphill from v [P], and the information there in u."""
    u, _, information = climb(problem, v[None])
    return of_logs(problem, u[0]), information[0]


def best_climb(problem: Problem, starts: Array) -> Array:
    """The highest mode [P] found by ascent from several variables [n, P]."""
    u, values, _ = climb(problem, starts)
    return of_logs(problem, u[values.argmax()])


def peaks(problem: Problem, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Search for posterior modes [count + 1, P] and the logs of their masses: uphill from the
    likeliest of each of `count` groups of speakers drawn from the prior, and from even weights.

    One climb is not enough: even weights alone miss the mode of 1 in 15 speakers of the prior, and
    some have several. theta, where it is inferred, climbs last: from its smoothed proportions.
    """
    plain = replace(problem, joint=False)
    drawn = from_prior(plain, count * CANDIDATES, rng)
    log_p = log_likelihood(plain, drawn).sum(axis=-1).reshape(count, CANDIDATES)
    likeliest = drawn.reshape(count, CANDIDATES, -1)[np.arange(count), log_p.argmax(axis=1)]
    tops, masses = _tops(plain, np.vstack([likeliest, plain.start()]))
    if not problem.joint:
        return tops, masses
    same = [np.isclose(top, tops, rtol=_SAME).all(axis=1) for top in tops]
    several, which = np.unique(np.argmax(same, axis=1), return_inverse=True)
    theta = np.tile(problem.roots.usual, (several.size, 1))
    tops, masses = _tops(problem, np.hstack([tops[several], theta]))
    return tops[which], masses[which]


def _tops(problem: Problem, v: Array) -> tuple[Array, Array]:
    """The modes [n, P] uphill from v [n, P], and the logs of their masses [n]."""
    u, values, information = climb(problem, v)
    return of_logs(problem, u), values - 0.5 * np.linalg.slogdet(information)[1]


def from_prior(problem: Problem, count: int, rng: np.random.Generator) -> Array:
    """Variables [count, P] of speakers drawn from the prior, theta at its smoothed proportions."""
    drawn = np.tile(problem.start(), (count, 1))
    goals = len(problem.counts)
    natural = speaker_coordinates.draw_prior(rng, problem.speaker, goals, (count,))
    drawn[:, : problem.entries] = speaker_coordinates.entries(natural, problem.speaker)
    for k, name in enumerate(problem.speaker.extras, start=problem.entries):
        drawn[:, k] = speaker_coordinates.unbounded(getattr(natural, name), EXTRAS[name])
    return drawn


def log_likelihood(problem: Problem, v: Array) -> Array:
    """The log likelihood [..., goal] of what was said, by goal, at v [..., P]."""
    return np.asarray((problem.counts * problem.log_speaker(v)).sum(axis=(-1, -2)))


def climb(
    problem: Problem, v: Array, *, enough: float = 1e-3, damping: float = 1.0
) -> tuple[Array, Array, Array]:
    """The modes u [n, P] that Fisher scoring comes to from v [n, P], their values and informations.

    All climb side by side: numpy takes hardly longer for five than for one. A step that gains less
    than `enough` nats is the last; small `damping` trusts the first.
    """
    u = logs(problem, v)
    damped_by, diagonal = np.full(len(u), damping), np.eye(u.shape[1], dtype=bool)
    value, gradient, information = _expand(problem, u)
    going = np.arange(len(u))
    for _ in range(_ITERATIONS):
        damped = information[going]
        damped[:, diagonal] *= 1 + damped_by[going, None]
        step = np.linalg.solve(damped, gradient[going][..., None])[..., 0]
        step *= np.minimum(1.0, 2.0 / np.abs(step).max(axis=1, keepdims=True))
        trial = u[going] + step
        found = _expand(problem.among(going), trial)
        gain = found[0] - value[going]
        up = gain > 0
        damped_by[going] *= np.where(up, 1 / 4, 6)
        better = going[up]
        u[better] = trial[up]
        value[better], gradient[better], information[better] = (part[up] for part in found)
        going = going[np.where(up, gain >= enough, damped_by[going] <= 1e6)]
        if not going.size:
            break
    return u, value, information


def of_logs(problem: Problem, u: Array) -> Array:
    """Variables v of u, in which the entries are logs."""
    logs = u[..., : problem.entries]
    return np.concatenate([np.exp(logs), u[..., problem.entries :]], axis=-1)


def logs(problem: Problem, v: Array) -> Array:
    """u of variables v [..., P], of which the entries become logs."""
    return np.concatenate([np.log(v[..., : problem.entries]), v[..., problem.entries :]], axis=-1)


def log_density(problem: Problem, u: Array) -> Array:
    """The log posterior density of u [..., P], up to what is the same for all."""
    said = log_likelihood(problem, of_logs(problem, u)).sum(axis=-1)
    return np.asarray(said + _log_prior(problem, u))


def _log_prior(problem: Problem, u: Array) -> Array:
    logs = u[..., : problem.entries]
    return np.asarray(problem.log_prior(of_logs(problem, u)) + logs.sum(axis=-1))


def _expand(problem: Problem, u: Array) -> tuple[Array, Array, Array]:
    """Values [n], gradients [n, P] and informations [n, P, P] of the log posterior at u [n, P]."""
    log_p, slopes = _differences(lambda at: problem.log_speaker(of_logs(problem, at)), u)
    prior, prior_slopes = _differences(lambda at: _log_prior(problem, at), u)
    weights = problem.counts.sum(axis=-1, keepdims=True) * np.exp(log_p)
    jacobian = slopes.reshape(*u.shape, -1)
    weighted = jacobian * weights.reshape(len(u), 1, -1)
    information = weighted @ np.swapaxes(jacobian, -1, -2)
    floor = np.full(u.shape, _FLOOR)
    floor[:, : problem.entries] = SIDE
    if problem.joint:
        theta = 1 / (1 + np.exp(-u[:, problem.size :]))
        floor[:, problem.size :] = (problem.n.ravel(order="F") + 2) * theta * (1 - theta)
    information[:, np.eye(u.shape[1], dtype=bool)] += floor
    gradient = jacobian @ problem.counts.ravel() + prior_slopes
    value = (problem.counts * log_p).sum(axis=(-1, -2, -3)) + prior
    return value, gradient, information


def _differences(function: Callable[[Array], Array], u: Array) -> tuple[Array, Array]:
    """The function at u [n, P]: [n, ...], and its slope along each coordinate: [n, P, ...]."""
    steps = np.vstack([np.zeros(u.shape[1]), _STEP * np.eye(u.shape[1])])
    found = function(u[:, None] + steps)
    return found[:, 0], (found[:, 1:] - found[:, :1]) / _STEP


def _inverse(matrix: Array) -> Array:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _factor(covariance: Array) -> Array:
    """Cholesky's lower factor."""
    return np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
