"""Posterior predictive checks: what a posterior expects to see of as many answers as there were."""

from __future__ import annotations

from typing import Any

import numpy as np

from tactometer.inference import cut
from tactometer.inference.intervals import thinned
from tactometer.inference.sampled import Sampled
from tactometer.utils.arrays import Array

PREDICTIVE_DRAWS = 400
INTERVAL = (0.025, 0.975)
TINY = 1e-300  # an utterance that is never said still has a logarithm


def predictive(
    sampled: Sampled, goal: int, rng: np.random.Generator
) -> tuple[list[dict[str, Any]], float]:
    """The rows of `tables/predictive` of one goal, and the total variation between replicated and
    expected shares, the mean over replicates and over states with answers.

    The interval is of replicated proportions, so it holds the noise of counting as well.
    `phi_influence` is how much one more such answer moves the mean of phi: the derivative by its
    weight, Cov(phi, log p(u|s)) over the posterior (the infinitesimal jackknife); 0 without a phi.
    """
    behaviour = sampled.behaviour
    p = sampled.predict(PREDICTIVE_DRAWS)[:, goal]
    seen = behaviour.counts[goal]
    totals = seen.sum(axis=1)
    influence = _influence(sampled, goal, p)
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
                    "phi_influence": float(influence[s, u]),
                }
            )
    return rows, float(np.mean(apart)) if apart else 0.0


def _influence(sampled: Sampled, goal: int, p: Array) -> Array:
    """Cov(phi, log p) over the draws of p [draw, state, utterance]: [state, utterance].

    Of a cut posterior, the mean of those within each theta: no answer moves theta.
    """
    if "phi" not in sampled.draws:
        return np.zeros(p.shape[1:])
    if sampled.settings.semantics == "cut":
        return _influence_within(sampled, goal)
    phi = sampled.draws["phi"][..., goal].reshape(-1)[thinned(sampled.stats["lp"].size, len(p))]
    covariance: Array = np.tensordot(phi - phi.mean(), np.log(np.maximum(p, TINY)), axes=1) / len(p)
    return covariance


def _influence_within(sampled: Sampled, goal: int) -> Array:
    """The same over neighbours in the chains, which share their theta: [state, utterance]."""
    size, each = sampled.stats["lp"].size, cut.each(sampled.settings)
    first = each * thinned(size // each, PREDICTIVE_DRAWS // each)
    picked = (first[:, None] + np.arange(each)).ravel()
    logs = np.log(np.maximum(sampled.predict_at(picked)[:, goal], TINY))
    phi = sampled.draws["phi"][..., goal].reshape(-1)[picked].reshape(-1, each, 1, 1)
    logs = logs.reshape(len(first), each, *logs.shape[1:])
    away = (phi - phi.mean(axis=1, keepdims=True)) * logs
    return np.asarray(away.sum(axis=1).mean(axis=0) / (each - 1))
