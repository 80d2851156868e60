"""The cut posterior: theta from the yes/no answers alone, and the speaker given that theta.

`joint` takes p(theta, speaker | yes/no, choices): choices that no speaker describes bend theta.
`fixed` plugs one theta in, and its intervals are too narrow. The cut posterior (Plummer 2015,
Stat. Comput. 25:37) is p(theta | yes/no) p(speaker | theta, choices): theta is as uncertain as the
yes/no answers leave it, and no choice moves it.

Thetas are drawn from their Beta posteriors, the same for all fits with the same yes/no answers.
Chains run once, at the usual theta. Their draws are moved and stretched as the mode of the speaker
and the curvature there change from that theta to each of the others, and weighed there by
importance: so each theta has its own speakers, and costs a few evaluations in place of chains.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tactometer.inference import mode_search
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.mode_search import Problem
from tactometer.inference.sampled import Sampled
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.summaries import diagnose, is_clean, scalars
from tactometer.speaker_model import speaker_coordinates
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import EXTRAS, SpeakerModel
from tactometer.utils import digests
from tactometer.utils.arrays import Array

THETAS = 1000  # drawn: as many as the analyses read draws
PROPOSED = 16  # speakers for each theta, of which those that the draws need are taken
ENOUGH, TRUST = 0.1, 0.01  # of the climb to a mode: nats of its last step, damping of its first
POOR = 0.1  # of the proposals: an effective share below it is too small to choose from
MOST_POOR = 0.1  # of all thetas may have so few
INSIDE = 1e-9  # natural parameters at their bounds have no coordinates


@dataclass(frozen=True, eq=False)
class Imputed(Problem):
    """A posterior for each theta [n, utterance, state]: variables have n as their first axis."""

    thetas: Array

    def theta(self, v: Array) -> Array:
        """theta [n, ..., utterance, state] of variables v [n, ..., P]."""
        n, cells = len(self.thetas), self.thetas.shape[1:]
        return self.thetas.reshape(n, *(1,) * (v.ndim - 2), *cells)

    def among(self, rows: NDArray[np.int64]) -> Imputed:
        """Those of some thetas."""
        return replace(self, thetas=self.thetas[rows])


def sample_cut(at_usual: Sampled, problem: Problem, settings: SamplingSettings) -> Sampled:
    """The cut posterior, from a posterior of the same `problem`, the usual theta plugged in.

    Its chains are that posterior's in name alone: each goes through the thetas that were drawn, a
    few speakers for each. `suspect` if the chains at the usual theta were, or if its draws do not
    reach where the others have their speakers.
    """
    start = time.monotonic()
    thetas = draw_thetas(at_usual.behaviour, THETAS)
    there = Imputed(**vars(problem), thetas=thetas)
    v = _variables(Natural.of(_flat(at_usual)), problem.speaker)
    u = mode_search.logs(problem, v)
    moved = _Moved.between(problem, there, v[np.argmax(at_usual.stats["lp"])])
    rng = np.random.default_rng(settings.seed)
    base = _dealt(len(u), rng)
    proposed = moved.to(u[base])
    before = mode_search.log_density(problem, u)[base]
    weights, share = _weighed(mode_search.log_density(there, proposed) + moved.volume - before)
    taken = _resampled(weights, each(settings), rng)
    rows = np.arange(THETAS)[:, None]
    found = there.natural(mode_search.of_logs(problem, proposed[rows, taken]))
    draws = {k: _chains(x, settings) for k, x in found.arrays(problem.speaker).items()}
    draws["theta"] = _chains(np.repeat(thetas[:, None], taken.shape[1], axis=1), settings)
    whose = base[rows, taken]
    stats = {k: _chains(x.reshape(-1)[whose], settings) for k, x in at_usual.stats.items()}
    told = _told(at_usual, draws, stats, share, time.monotonic() - start)
    return replace(at_usual, settings=settings, draws=draws, stats=stats, diagnostics=told)


def each(settings: SamplingSettings) -> int:
    """How many draws, next to each other, share a theta: two at least, or there is no variance
    within one.
    """
    return max(2, -(-settings.chains * settings.draws // THETAS))


@dataclass(frozen=True, eq=False)
class _Moved:
    """Where draws u [..., P] at the usual theta lie at others: from its mode to theirs, each
    stretched by as much as the curvatures there differ; `volume` is the log of by how much [n, 1].
    """

    usual: Array
    modes: Array
    stretch: Array
    volume: Array

    @classmethod
    def between(cls, problem: Problem, there: Imputed, near: Array) -> _Moved:
        """From the mode of a problem near variables [P] to those at all thetas."""
        usual, _, sharp = mode_search.climb(problem, near[None])
        start = np.tile(mode_search.of_logs(problem, usual), (len(there.thetas), 1))
        modes, _, sharpness = mode_search.climb(there, start, enough=ENOUGH, damping=TRUST)
        wide = np.linalg.cholesky(np.linalg.inv(sharpness))
        stretch = wide @ np.linalg.inv(np.linalg.cholesky(np.linalg.inv(sharp[0])))
        return cls(usual[0], modes, stretch, np.linalg.slogdet(stretch)[1][:, None])

    def to(self, u: Array) -> Array:
        """Draws u [n, proposal, P] where they lie at each theta."""
        away = np.einsum("nij,nkj->nki", self.stretch, u - self.usual)
        return np.asarray(self.modes[:, None] + away)


def draw_thetas(behaviour: Behaviour, count: int) -> Array:
    """Draws [n, utterance, state] from the posterior of the yes/no answers under a flat prior; the
    same ones wherever the answers are the same.
    """
    yes, n = np.asarray(behaviour.yes, float), np.asarray(behaviour.n, float)
    seed = int(digests.digest([yes.tolist(), n.tolist()])[:12], 16)
    rng = np.random.default_rng(seed)
    found = rng.beta(yes + 1, n - yes + 1, (count, *yes.shape))
    return np.asarray(np.clip(found, INSIDE, 1 - INSIDE))


def _flat(sampled: Sampled) -> dict[str, Array]:
    """The draws of all chains, none of them at a bound."""
    size = sampled.stats["lp"].size
    flat = {k: np.asarray(x).reshape(size, *x.shape[2:]) for k, x in sampled.draws.items()}
    flat["alpha"] = np.clip(flat["alpha"], INSIDE, 20 - 1e-6)
    if "phi" in flat:
        flat["phi"] = np.clip(flat["phi"], INSIDE, 1 - INSIDE)
    if "omega" in flat:
        weighed = sampled.speaker.active
        flat["omega"] = np.where(weighed, np.maximum(flat["omega"], INSIDE), 0.0)
    return flat


def _variables(natural: Natural, speaker: SpeakerModel) -> Array:
    """Variables [n, P] of natural parameters [n]."""
    extras = [
        speaker_coordinates.unbounded(getattr(natural, name), EXTRAS[name])[:, None]
        for name in speaker.extras
    ]
    return np.concatenate([speaker_coordinates.entries(natural, speaker), *extras], axis=1)


def _dealt(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Numbers of draws [theta, proposal]: all are dealt as often, in an order by chance."""
    whole = -(-THETAS * PROPOSED // count)
    dealt = np.concatenate([rng.permutation(count) for _ in range(whole)])
    return dealt[: THETAS * PROPOSED].reshape(THETAS, PROPOSED)


def _weighed(log_weights: Array) -> tuple[Array, Array]:
    """The weights of proposals [theta, proposal], and their effective share [theta]."""
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights, 1 / ((weights**2).sum(axis=1) * weights.shape[1])


def _resampled(weights: Array, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """So many proposals of each theta [theta, taken], by systematic resampling."""
    at = (np.arange(count) + rng.uniform(size=(len(weights), 1))) / count
    ends = np.cumsum(weights, axis=1)
    ends[:, -1] = 1.0
    return np.asarray((at[:, :, None] > ends[:, None]).sum(axis=2))


def _chains(x: Array, settings: SamplingSettings) -> Array:
    """[theta, taken, ...] or flat, as [chain, draw, ...]: chains go through the thetas in turn."""
    flat = np.asarray(x).reshape(-1, *x.shape[2:])
    size = settings.chains * (len(flat) // settings.chains)
    return np.ascontiguousarray(flat[:size].reshape(settings.chains, -1, *flat.shape[1:]))


def _told(
    at_usual: Sampled, draws: dict[str, Array], stats: dict[str, Array], share: Array, took: float
) -> Any:
    """The diagnostics: the chains' own verdict, and whether thetas found their speakers."""
    before = at_usual.diagnostics
    parameters = scalars(draws, at_usual.behaviour.goals)
    found = diagnose(parameters, stats, at_usual.settings.max_treedepth)
    poor = float(np.mean(share < POOR))
    reached = poor <= MOST_POOR
    fine = is_clean({**found, "divergences": 0}, draws["alpha"].size)
    verdict = before.verdict if reached and fine else "suspect"
    notes = list(before.notes)
    if not reached:
        notes.append(f"speakers of {poor:.0%} of the thetas lie where no chain was")
    worst = {k: found[k] for k in ("rhat", "ess_bulk", "ess_tail")}
    return replace(
        before, **worst, verdict=verdict, notes=tuple(notes), seconds=before.seconds + took
    )
