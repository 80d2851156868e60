"""Posterior predictive checks: what a posterior expects to see of as many answers as there were."""

from __future__ import annotations

from typing import Any

import numpy as np

from tactometer.inference import cut
from tactometer.inference.intervals import thinned
from tactometer.inference.sampled import Sampled
from tactometer.inference.summaries import scalars
from tactometer.utils.arrays import Array

PREDICTIVE_DRAWS = 400
MOVED = ("alpha", "phi", "omega_inf", "omega_soc", "omega_pre")
INTERVAL = (0.025, 0.975)
TINY = 1e-300  # an utterance that is never said still has a logarithm


def predictive(
    sampled: Sampled, goal: int, rng: np.random.Generator
) -> tuple[list[dict[str, Any]], float]:
    """The rows of `tables/predictive` of one goal, and the total variation between replicated and
    expected shares, the mean over replicates and over states with answers.

    The interval is of replicated proportions, so it holds the noise of counting as well.
    `{parameter}_influence` is how much one more such answer moves the parameter's mean: the
    derivative by its weight, Cov(parameter, log p(u|s)) over the posterior (the infinitesimal
    jackknife); 0 where the speaker has no such parameter. `effective` is what the state's answers
    count for.
    """
    behaviour = sampled.behaviour
    p = sampled.predict(PREDICTIVE_DRAWS)[:, goal]
    seen = behaviour.counts[goal]
    totals = seen.sum(axis=1)
    influences = _influences(sampled, goal, p)
    rows, apart = [], []
    for s, state in enumerate(behaviour.states):
        n = max(1, round(totals[s]))
        shares = p[:, s] / p[:, s].sum(axis=1, keepdims=True)
        replicates = rng.multinomial(n, shares) / n
        low, high = np.quantile(replicates, INTERVAL, axis=0)
        mean = shares.mean(axis=0)
        if totals[s] > 0:
            apart.append(np.abs(rng.multinomial(n, mean, len(p)) / n - mean).sum(axis=1).mean() / 2)
        for u, utterance in enumerate(behaviour.utterances):
            rows.append(
                {
                    "state": int(state),
                    "utterance": utterance,
                    "p_mean": float(mean[u]),
                    "p_low": float(low[u]),
                    "p_high": float(high[u]),
                    "p_data": float(seen[s, u] / totals[s]) if totals[s] > 0 else None,
                    "effective": float(totals[s]),
                    **{f"{name}_influence": float(x[s, u]) for name, x in influences.items()},
                }
            )
    return rows, float(np.mean(apart)) if apart else 0.0


def _influences(sampled: Sampled, goal: int, p: Array) -> dict[str, Array]:
    """Cov(x, log p) over the draws of p [draw, state, utterance] for each x of MOVED: [state,
    utterance].

    Of a cut posterior, the mean of those within each theta: no answer moves theta.
    """
    goals, size = sampled.behaviour.goals, sampled.stats["lp"].size
    named = scalars(sampled.draws, goals)
    mine = {name: x.ravel() for (name, whose), x in named.items() if whose in (None, goals[goal])}
    if sampled.settings.semantics == "cut":  # neighbours in the chains share their theta
        each = cut.each(sampled.settings)
        first = each * thinned(size // each, PREDICTIVE_DRAWS // each)
        picked = (first[:, None] + np.arange(each)).ravel()
        p = sampled.predict_at(picked)[:, goal]
    else:
        each, picked = len(p), thinned(size, len(p))
    logs = np.log(np.maximum(p, TINY)).reshape(-1, each, *p.shape[1:])
    none = np.zeros(p.shape[1:])
    return {
        name: _within(mine[name][picked].reshape(-1, each), logs) if name in mine else none
        for name in MOVED
    }


def _within(x: Array, logs: Array) -> Array:
    """The mean of Cov(x, log p) within groups, of x [group, draw], logs [group, draw, ...]."""
    away = x - x.mean(axis=1, keepdims=True)
    return np.asarray(np.einsum("gd,gdsu->su", away, logs) / len(x) / (x.shape[1] - 1))
