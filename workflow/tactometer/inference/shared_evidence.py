"""The order of draws: draw i of every fit belongs to the same state of the evidence they share.

The goals and framings of a checkpoint are read with the same yes/no answers, and all fits with the
same vignettes, so their errors go together, and a difference of two is known better (or worse) than
two independent posteriors say. Here each fit's draws are put into an order such that draws of two
fits with the same number have the covariance which the shared evidence gives them; a difference is
then taken draw by draw. No fit looks at another one: what they share are random numbers, named by
the vignette, or by checkpoint, utterance and state.

The covariance is that of linear influences at the likeliest draw (Huber 1967): of yes/no answers,
from their information; of vignettes, from what each pulls at the parameters, as far as the design
effect says that vignettes differ at all. Draws are matched to correlated normal targets by
assignment, in the spirit of Iman and Conover (1982).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, special

from tactometer.inference.best_fit import Likelihood
from tactometer.inference.design_effect import influence, of_choices, scores
from tactometer.inference.intervals import thinned
from tactometer.inference.sampled import Sampled
from tactometer.utils import digests
from tactometer.utils.arrays import Array

MOST = 0.98  # of a direction's variance may be shared: a rest is the fit's own
FLAT = 1e-9
BLOCK = 125  # draws that are matched at once: the time of an assignment grows with their cube


def ordered(
    sampled: Sampled, size: int, checkpoint: Sequence[str], fit: Sequence[str]
) -> NDArray[np.int64]:
    """Numbers of `size` draws, spread evenly over the chains, in the order of shared evidence.

    `checkpoint` names the checkpoint whose yes/no answers were used, `fit` the fit.
    """
    picked = thinned(sampled.stats["lp"].size, size)
    x, shared = _coordinates(sampled, picked), _shared(sampled, checkpoint, len(picked))
    own = _generator("fit", *checkpoint, *fit)
    moving = x.std(axis=0) > FLAT
    if not moving.any():
        return shuffled(sampled, size, checkpoint, fit)
    scored = _normal_scores(x[:, moving])
    values, vectors = np.linalg.eigh(np.cov(scored.T).reshape(scored.shape[1], -1))
    whiten = vectors / np.sqrt(np.maximum(values, FLAT))
    moved = shared[:, moving] / x[:, moving].std(axis=0) @ whiten
    whiten = whiten @ np.linalg.eigh(moved.T @ moved)[1]  # the last direction is shared most
    target = _capped(shared[:, moving] / x[:, moving].std(axis=0) @ whiten)
    rest = np.eye(target.shape[1]) - np.cov(target.T, bias=True).reshape(target.shape[1], -1)
    target = target + own.normal(size=target.shape) @ _root(rest)
    return np.asarray(picked[_matched(target, scored @ whiten)])


def shuffled(
    sampled: Sampled, size: int, checkpoint: Sequence[str], fit: Sequence[str]
) -> NDArray[np.int64]:
    """Numbers of `size` draws, spread evenly over the chains, in an order of the fit's own: runs
    with one seed move alike.
    """
    picked = thinned(sampled.stats["lp"].size, size)
    return picked[_generator("fit", *checkpoint, *fit).permutation(len(picked))]


def _coordinates(sampled: Sampled, picked: NDArray[np.int64]) -> Array:
    """The unbounded coordinates [draw, goal x coordinate] of some draws."""
    flat = _flat(sampled)
    parts = []
    for goal in range(len(sampled.behaviour.goals)):
        held = Likelihood(sampled.behaviour, goal, sampled.speaker, sampled.behaviour.theta)
        parts.append(held.coordinates(_of_goal({k: x[picked] for k, x in flat.items()}, goal)))
    return np.concatenate(parts, axis=1)


def _flat(sampled: Sampled) -> dict[str, Array]:
    """The draws of all chains, one after another."""
    size = sampled.stats["lp"].size
    return {k: np.asarray(x).reshape(size, *x.shape[2:]) for k, x in sampled.draws.items()}


def _of_goal(flat: Mapping[str, Array], goal: int) -> dict[str, Array]:
    return {k: x[:, goal] if k in ("phi", "omega") else x for k, x in flat.items()}


def _shared(sampled: Sampled, checkpoint: Sequence[str], size: int) -> Array:
    """What shared evidence moves the coordinates by [draw, goal x coordinate]."""
    b = sampled.behaviour
    known, cut = sampled.settings.semantics == "fixed", sampled.settings.semantics == "cut"
    likeliest = [int(np.argmax(sampled.stats["lp"]))]
    mode = {k: x[likeliest] for k, x in _flat(sampled).items()}
    if known or cut:  # a cut posterior has many thetas, and the usual one in their middle
        mode["theta"] = b.theta[None]
    names = [f"{u} {s}" for u in b.utterances for s in b.states]
    words = np.stack([_generator("words", *checkpoint, name).normal(size=size) for name in names])
    places = b.vignettes.names if b.vignettes else ()
    scenes = [_generator("vignette", name).normal(size=size) for name in places]
    parts = []
    for goal in range(len(b.goals)):
        likelihood = Likelihood(b, goal, sampled.speaker, b.theta if known else None)
        x = likelihood.coordinates(_of_goal(mode, goal))[0]
        choices, of_words = likelihood.information(x)
        back = influence(choices, of_words, cut=cut)
        moved = np.zeros((size, len(back)))
        if not known:
            moved += words.T @ (back[:, -len(of_words) :] * np.sqrt(of_words)).T
        if scenes and b.vignettes and b.design_effects:
            effect = b.design_effects.choices[goal]
            pulls = scores(b.vignettes.counts[goal] / effect, likelihood, x)
            pulls = (pulls - pulls.mean(axis=0)) * np.sqrt(1 - 1 / effect)
            moved += np.stack(scenes).T @ pulls @ of_choices(back, of_words, cut=cut).T
        parts.append(moved)
    return np.concatenate(parts, axis=1)


def _matched(target: Array, points: Array) -> NDArray[np.int64]:
    """The point [draw, direction] for each target [draw, direction], each taken once, nearest in
    all: by assignment within blocks along the direction in which targets depend most on evidence.
    """
    found = np.empty(len(target), dtype=np.int64)
    wanted, there = (np.argsort(x[:, -1], kind="stable") for x in (target, points))
    count = max(1, len(target) // BLOCK)
    for mine, theirs in zip(
        np.array_split(wanted, count), np.array_split(there, count), strict=True
    ):
        distances = ((target[mine][:, None] - points[theirs]) ** 2).sum(axis=2)
        found[mine] = theirs[optimize.linear_sum_assignment(distances)[1]]
    return found


def _normal_scores(x: Array) -> Array:
    """Normal scores of each column [draw, coordinate]; draws that are alike share their mean."""
    ranks = pl.from_numpy(x).select(pl.all().rank()).to_numpy()
    return np.asarray(special.ndtri((ranks - 0.5) / len(x)))


def _capped(moved: Array) -> Array:
    """Whitened movements [draw, direction], none with a larger variance than a fit has."""
    _, sizes, axes = np.linalg.svd(moved, full_matrices=False)
    sizes = sizes / np.sqrt(len(moved))
    within = np.minimum(1.0, np.sqrt(MOST) / np.maximum(sizes, FLAT))
    return np.asarray(moved @ (axes.T * within) @ axes)


def _root(square: Array) -> Array:
    values, vectors = np.linalg.eigh(square)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T)


def _generator(*names: str) -> np.random.Generator:
    return np.random.default_rng(int(digests.digest(list(names))[:15], 16))
