"""Priors: what each fit would say under other priors, by reweighting its draws; nothing is fitted.

A draw's weight is the ratio of the other prior's density to that of the fit, alpha ~ U(0, 20), phi
~ U(0, 1), omega ~ Dirichlet(1, 1, 1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.evidence import EVEN, NAMES, ONE_FIT, READ, Evidence, table
from tactometer.inference.intervals import hdi
from tactometer.utils.arrays import Array

ENOUGH = 100.0  # effective draws: fewer tell no interval
SMALL = 1e-12
SCHEMA = {
    **NAMES,
    "prior": pl.String,
    "parameter": pl.String,
    **dict.fromkeys(["mean", "sd", "hdi_low", "hdi_high", "moved", "ess"], pl.Float64),
    **dict.fromkeys(["changes", "told"], pl.Boolean),
    "verdict": pl.String,
}


def _of_weights(power: float) -> Callable[[Array], Array]:
    return lambda x: power * np.log(np.maximum(x[:, 1:4], SMALL)).sum(axis=1)


PRIORS: dict[str, Callable[[Array], Array]] = {
    "alpha half-normal(5)": lambda x: -((x[:, 4] / 5) ** 2) / 2,
    "alpha log-uniform": lambda x: -np.log(np.maximum(x[:, 4], SMALL)),
    "alpha U(0, 10)": lambda x: np.where(x[:, 4] <= 10, 0.0, -np.inf),
    "phi Beta(2, 2)": lambda x: np.log(np.maximum(x[:, 0] * (1 - x[:, 0]), SMALL)),
    "omega Dirichlet(2)": _of_weights(1.0),
    "omega Dirichlet(1/2)": _of_weights(-0.5),
}
"""The log of each prior over that of the fit, at draws x [draw, parameter of READ]."""


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal), prior and parameter: mean, sd and 95% HDI under it.

    `moved` is how far the mean goes, in sds of the fit; `changes` whether the HDI leaves out the
    even value (1/2 of phi, 1/3 of a weight) under one prior and not under the other.
    """
    fits = evidence.posterior_of(evidence.sampled_fits, READ)
    rows = []
    for fit, x in zip(fits.fits.to_dicts(), fits.draws, strict=True):
        usual = {name: _summary(x[:, k], None) for k, name in enumerate(READ)}
        for prior, log_ratio in PRIORS.items():
            weights = _weights(log_ratio(x))
            ess = 0.0 if weights is None else float(1 / (weights**2).sum())
            for k, name in enumerate(READ):
                found = _summary(x[:, k], weights) if ess >= ENOUGH else {}
                beside = _beside(usual[name], found, name)
                named = {"study": evidence.study, **fit, "prior": prior, "parameter": name}
                rows.append({**named, **found, **beside, "ess": ess})
    told = evidence.tables["estimates"].select(*ONE_FIT, "parameter", "told").collect()
    found_rows = table(
        rows, {**SCHEMA, **dict.fromkeys(["framing", "fit", "speaker", "semantics"], pl.String)}
    ).drop("told")
    joined = found_rows.join(told, on=[*ONE_FIT, "parameter"], how="left", maintain_order="left")
    return joined.select(*SCHEMA)


def _weights(log_ratio: Array) -> Array | None:
    """The weights of draws, which add up to 1; None where the prior allows none of them."""
    most = log_ratio.max()
    if not np.isfinite(most):
        return None
    weights = np.exp(log_ratio - most)
    return np.asarray(weights / weights.sum())


def _summary(x: Array, weights: Array | None) -> dict[str, Any]:
    """Mean, sd and 95% HDI of draws; weighted ones are drawn anew, in even steps of their sum."""
    if weights is None:
        low, high = hdi(x)
        return {"mean": float(x.mean()), "sd": float(x.std()), "hdi_low": low, "hdi_high": high}
    mean = float(weights @ x)
    steps = (np.arange(x.size) + 0.5) / x.size
    low, high = hdi(x[np.searchsorted(np.cumsum(weights), steps).clip(0, x.size - 1)])
    sd = float(np.sqrt(weights @ (x - mean) ** 2))
    return {"mean": mean, "sd": sd, "hdi_low": float(low), "hdi_high": float(high)}


def _beside(usual: dict[str, Any], found: dict[str, Any], name: str) -> dict[str, Any]:
    """How far the other prior moves a parameter, and whether it says otherwise of evenness."""
    if not found:
        return {}
    moved = (found["mean"] - usual["mean"]) / max(usual["sd"], SMALL)
    if name not in EVEN:
        return {"moved": moved}
    apart = [one["hdi_low"] > EVEN[name] or one["hdi_high"] < EVEN[name] for one in (usual, found)]
    return {"moved": moved, "changes": apart[0] != apart[1]}
