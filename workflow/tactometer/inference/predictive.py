"""Posterior predictive checks: what a posterior expects to see of as many answers as there were."""

from __future__ import annotations

from typing import Any

import numpy as np

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
    """Cov(phi, log p) over the draws of p [draw, state, utterance]: [state, utterance]."""
    if "phi" not in sampled.draws:
        return np.zeros(p.shape[1:])
    phi = sampled.draws["phi"][..., goal].reshape(-1)[thinned(sampled.stats["lp"].size, len(p))]
    covariance: Array = np.tensordot(phi - phi.mean(), np.log(np.maximum(p, TINY)), axes=1) / len(p)
    return covariance
