"""Hierarchical model of framings: each framing's speaker is normal round a common mean. The
unconstrained coordinates that workflow/stan/framings.stan samples in, in numpy.

Every framing's speaker is a point of a cone of its own (`speaker_coordinates`), whose entries x are
alpha times a share each; y [K] are coordinates with x = SOFTNESS softplus(y / SOFTNESS): nearly x
itself where x is large, nearly its log where it is small, and unconstrained. Framings are normal
round a mean in each coordinate, with one spread: entries are measured in the same unit, and three
framings could not tell the spreads of four. The mean has the prior of a speaker that stands alone
(DESIGN, section 2), the spread is half-normal with scale SPREAD. Under that prior two framings of a
speaker differ by .07 in phi and .4 in alpha at the median, and by more than .6 and 3 in one case of
twenty (4,000 draws): ordinary differences are expected, large ones are not ruled out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tactometer.inference.mode_search import CANDIDATES, SIDE, Problem, best_climb, from_prior, mode
from tactometer.inference.stan_runs import behaviour_data
from tactometer.inference.summaries import SPREAD
from tactometer.speaker_model import speaker_coordinates
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import SpeakerModel
from tactometer.utils.arrays import Array

SOFTNESS = 0.5
_MEAN = 0.05  # the precision of an entry under the prior, about
_GROUPS = 8  # of speakers of the prior: one climb from each


class Framings(Problem):
    """The data of the hierarchical model: counts [framing, state, utterance] of one goal, each
    framing with a speaker of its own.

    Variables v [..., V] are the entries of each framing's cone, the cost's logit, logit theta.
    """

    @property
    def each(self) -> int:
        """How many entries one framing has, K."""
        return speaker_coordinates.count(self.speaker, 1)

    @property
    def entries(self) -> int:
        """How many entries there are over all framings."""
        return len(self.counts) * self.each

    def natural(self, v: Array) -> Natural:
        """The natural parameters of variables v [..., V], all but cost and lapse by framing."""
        found = speaker_coordinates.natural(self._by_framing(v), self.speaker, 1)
        extras = speaker_coordinates.extras(v[..., self.entries : self.size], self.speaker)
        return Natural(found.alpha, found.phi[..., 0], found.omega[..., 0, :], **extras)

    def log_prior(self, v: Array) -> Array:
        """log p(v) of speakers that stand alone and, if theta is inferred, its yes/no answers."""
        alone = speaker_coordinates.log_prior(self._by_framing(v), self.speaker, 1)
        return np.asarray(alone.sum(axis=-1) + self.log_prior_of_rest(v))

    def _by_framing(self, v: Array) -> Array:
        return v[..., : self.entries].reshape(*v.shape[:-1], len(self.counts), self.each)


@dataclass(frozen=True, eq=False)
class Expansion:
    """A Gaussian approximation of each framing's likelihood near the mode: with v = rotation' y
    their log likelihood is about v' (pull - lean (rest - centre)) - v' diag(curvature) v / 2.

    rotation [framing, K, K], curvature and pull [framing, K], lean [framing, K, R]; the rest (cost
    and theta) is centre [R] + matrix [R, R] z, z about standard normal.
    """

    rotation: Array
    curvature: Array
    pull: Array
    lean: Array
    centre: Array
    matrix: Array

    def theta(self, problem: Framings, z: Array) -> Array:
        """theta [..., utterance, state] of what the program draws, z [..., 1 + K + F K + R]."""
        rest = z[..., z.shape[-1] - self.centre.size :] @ self.matrix.T + self.centre
        logits = problem.roots.logits(rest[..., rest.shape[-1] - problem.roots.usual.size :])
        before = np.ones((*rest.shape[:-1], problem.size))
        return problem.theta(np.concatenate([before, logits], axis=-1))


def draw_prior_of_framings(
    rng: np.random.Generator, speaker: SpeakerModel, names: Sequence[str]
) -> tuple[Natural, float, dict[str, Natural]]:
    """A mean speaker, a spread and the speakers of these framings from their prior."""
    mean = speaker_coordinates.draw_prior(rng, speaker, 1)
    spread = float(SPREAD * abs(rng.normal()))
    middle = speaker_coordinates.straight(speaker_coordinates.entries(mean, speaker), SOFTNESS)
    found = {}
    for name in names:
        x = speaker_coordinates.bent(middle + spread * rng.normal(size=middle.size), SOFTNESS)
        alone = speaker_coordinates.natural(x, speaker, 1)
        found[name] = replace(alone, cost=mean.cost, lapse=mean.lapse)
    return mean, spread, found


def expand(problem: Framings) -> Expansion:
    """The expansion at the posterior mode of framings that stand alone."""
    v, information = mode(problem, seek(problem))
    count, size = problem.entries, problem.each
    x = v[:count]
    y = speaker_coordinates.straight(x, SOFTNESS)
    bend = (1 / (1 + np.exp(-y / SOFTNESS))) / x  # d log x / dy
    whole = information - np.diag(np.where(np.arange(v.size) < count, SIDE, 0.0))
    logits = slice(v.size - problem.roots.usual.size, v.size)
    centre = v.copy()
    centre[logits] = problem.roots.coordinates(v[logits])
    scale = np.append(bend, np.ones(v.size - count))
    scale[logits] = problem.roots.slope(centre[logits])
    whole *= np.outer(scale, scale)
    slope = -_prior_slope(problem, v) * bend  # of the likelihood: at the mode, less the prior's
    parts = []
    rest = whole[count:, count:].copy()
    for at in (slice(k, k + size) for k in range(0, count, size)):
        curvature, rotation = np.linalg.eigh(whole[at, at])
        curvature = np.maximum(curvature, 0.0)
        lean = rotation.T @ whole[at, count:]
        pull = curvature * (rotation.T @ y[at]) + rotation.T @ slope[at]
        rest -= lean.T @ (lean / (curvature + 1 / SPREAD**2)[:, None])
        parts.append((rotation, curvature, pull, lean))
    matrix = np.linalg.cholesky(np.linalg.inv(rest)) if rest.size else rest
    rotations, curvatures, pulls, leans = (np.array(part) for part in zip(*parts, strict=True))
    return Expansion(rotations, curvatures, pulls, leans, centre[count:], np.asarray(matrix))


def seek(problem: Framings) -> Array:
    """Search for the posterior mode, variables [V]: the best that is uphill from even weights and
    from speakers of the prior, the likeliest of each of some groups for each framing.
    """
    one = replace(problem, counts=problem.counts[:1])
    drawn = from_prior(one, _GROUPS * CANDIDATES, np.random.default_rng(0))
    fits = (problem.counts * one.log_speaker(drawn)).sum(axis=(-1, -2))
    best = fits.reshape(_GROUPS, CANDIDATES, -1).argmax(axis=1)  # [group, framing]
    entries = drawn.reshape(_GROUPS, CANDIDATES, -1)[..., : one.entries]
    starts = np.tile(problem.start(), (_GROUPS + 1, 1))
    found = entries[np.arange(_GROUPS)[:, None], best]
    starts[1:, : problem.entries] = found.reshape(_GROUPS, -1)
    return best_climb(problem, starts)


def _prior_slope(problem: Framings, v: Array) -> Array:
    """The gradient of the log prior of the entries' logs."""
    step = 1e-5
    ahead = np.repeat(v[None], problem.entries, axis=0)
    ahead[:, : problem.entries] *= 1 + step * np.eye(problem.entries)
    return np.asarray((problem.log_prior(ahead) - problem.log_prior(v)) / step + 1)


def stan_data(problem: Framings, at: Expansion) -> dict[str, Any]:
    """The data block of both programs."""
    return {
        **behaviour_data(problem),
        "K": problem.each,
        "softness": SOFTNESS,
        "spread_scale": SPREAD,
        "D": int(problem.speaker.cost),
        "P": at.centre.size,
        "centre": at.centre.tolist(),
        "whiten": at.matrix.tolist(),
        "rotation": at.rotation.tolist(),
        "curvature": at.curvature.tolist(),
        "pull": at.pull.tolist(),
        "lean": at.lean.tolist(),
        "prior_precision": _MEAN,
    }
