"""Findings in sentences, each made from posterior numbers and each with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from typing import Any

import polars as pl

from tactometer.figures.tables import PASSED, checkpoint_order, model_order, representative
from tactometer.report.cells import interval, number, posterior

Z = 1.959964
Fit = Mapping[str, dict[str, Any]]  # parameter -> its row of `estimates`
WEIGHTS = {
    "omega_inf": "being informative",
    "omega_soc": "being kind",
    "omega_pre": "looking good",
}


def difference(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[float, float, float]:
    """Mean and 95% interval of a - b, for two fits whose posteriors are near normal and apart."""
    mean, sd = a["mean"] - b["mean"], hypot(a["sd"], b["sd"])
    return mean, mean - Z * sd, mean + Z * sd


def findings(estimates: pl.DataFrame, goals: Sequence[str], baseline: Sequence[str]) -> list[str]:
    """Sentences for the last checkpoint of every model that is not the baseline."""
    if estimates.is_empty():
        return []
    fits = _fits(representative(estimates))
    models = model_order(estimates, baseline)
    human = next((m for m in models if m in baseline), None)
    last = {m: checkpoint_order(estimates.filter(pl.col("model") == m))[-1] for m in models}
    found = []
    for model in models:
        if model in baseline:
            continue
        for goal in goals:
            fit = fits.get((model, last[model], goal))
            yardstick = fits.get((human, last[human], goal)) if human else None
            if fit and yardstick:
                found.append(_against(model, last[model], goal, fit, str(human), yardstick))
        plain = fits.get((model, last[model], "default"))
        kind = fits.get((model, last[model], "social"))
        if plain and kind and passed(plain) and passed(kind):
            found.append(_shift(model, plain, kind))
        elif kind and not human:
            found.append(_alone(model, kind))
    return found


def passed(fit: Fit) -> bool:
    """Whether a fit may be read at all."""
    return all(row["verdict"] in PASSED for row in fit.values())


def _fits(rows: pl.DataFrame) -> dict[tuple[str, str, str], dict[str, dict[str, Any]]]:
    fits: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        key = (row["model"], row["checkpoint"], row["goal"])
        fits.setdefault(key, {})[row["parameter"]] = row
    return fits


def _against(model: str, checkpoint: str, goal: str, fit: Fit, human: str, yardstick: Fit) -> str:
    start = f"{model} ({checkpoint}), goal {goal}: "
    if not (passed(fit) and passed(yardstick)):
        return start + "no finding, because a fit did not pass its checks."
    if not ("phi" in fit and "phi" in yardstick):
        return start + "no finding, because the fitted speaker has no φ*."
    mean, low, high = difference(fit["phi"], yardstick["phi"])
    apart = "higher than" if low > 0 else "lower than" if high < 0 else "not told apart from"
    return (
        f"{start}φ* is {posterior(fit['phi'])}, {apart} {human} ({posterior(yardstick['phi'])};"
        f" difference {number(mean, '+.2f')} {interval(low, high)}){_heaviest(fit)}."
    )


def _heaviest(fit: Fit) -> str:
    weights = [p for p in WEIGHTS if p in fit]
    if len(weights) < 2:
        return ""
    most = max(weights, key=lambda p: float(fit[p]["mean"]))
    return f"; it weighs {WEIGHTS[most]} most, {posterior(fit[most])}"


def _shift(model: str, plain: Fit, kind: Fit) -> str:
    if not ("phi" in plain and "phi" in kind):
        return f"{model}: the fitted speaker has no φ* to move."
    mean, low, high = difference(kind["phi"], plain["phi"])
    does = "raises" if low > 0 else "lowers" if high < 0 else "does not clearly move"
    return (
        f"{model}: asking it to be kind {does} φ* against asking for nothing (difference"
        f" {number(mean, '+.2f')} {interval(low, high)})."
    )


def _alone(model: str, kind: Fit) -> str:
    if not passed(kind):
        return f"{model}, goal social: no finding, because the fit did not pass its checks."
    return f"{model}, goal social: φ* is {posterior(kind['phi'])}{_heaviest(kind)}."
