"""Moderation: the effect of a goal, or an effort, at each level of a factor, and how much of it
differs from level to level.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.at_levels import AtLevels, at_levels
from tactometer.analyses.evidence import LABEL_TYPES, NAMES, READ, Evidence, table
from tactometer.analyses.posterior_differences import SUMMARY, summarise
from tactometer.analyses.shifts.computation import compared
from tactometer.inference.intervals import hdi
from tactometer.tables.fit_selection import FIT
from tactometer.utils.arrays import Array

SURE = 0.025
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    **dict.fromkeys(["kind", "against", "factor"], pl.String),
    "levels": pl.Int64,
    "parameter": pl.String,
    **SUMMARY,
    **dict.fromkeys(["least", "most"], pl.Float64),
    **dict.fromkeys(["least_at", "most_at"], pl.String),
    "p_one_sign": pl.Float64,
    **dict.fromkeys(["spread", "spread_low", "spread_high"], pl.Float64),
    **dict.fromkeys(["share", "share_low", "share_high"], pl.Float64),
    "verdict": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each comparison of `shifts`, factor and parameter: the effect over the levels.

    The effect at a level is the difference of two fits at it, draw by draw; `mean` is that of all
    levels. `spread` is the sd of the effects between levels, and `share` the part of their mean
    square that differs between levels: 0 where the effect is one at all, 1 where it averages out.
    From both the noise of the fits is taken out (`variances`); `share` is null where effects are
    not sure to be more than noise.
    """
    fits = evidence.models.fits
    found: dict[tuple[object, ...], AtLevels] = {}
    for one in at_levels(evidence):
        found[(*(one.named[name] for name in FIT), one.named["factor"])] = one
    keys = fits.select(FIT).rows()
    rows = [
        {**fits.row(mine, named=True), "study": evidence.study, "kind": kind, "against": against,
         "factor": factor, **row}
        for mine, other, kind, against in compared(fits)
        for factor in evidence.factors
        if (*keys[mine], factor) in found and (*keys[other], factor) in found
        for row in _rows(found[(*keys[mine], factor)], found[(*keys[other], factor)])
    ]  # fmt: skip
    return table(rows, SCHEMA)


def variances(effects: Array) -> tuple[Array, Array]:
    """The variance between levels, and the square of the mean, of effects [level, draw]: [draw]
    each, without the noise of the fits.

    Twice the posterior's own comes off: means are off by it, and draws lie about them.
    """
    noise = effects - effects.mean(axis=1, keepdims=True)
    between = effects.var(axis=0, ddof=1) - 2 * noise.var(axis=0, ddof=1).mean()
    common = effects.mean(axis=0)
    return between, common**2 - 2 * common.var()


def _rows(mine: AtLevels, other: AtLevels) -> Iterator[dict[str, Any]]:
    levels = [level for level in mine.levels if level in other.levels]
    if len(levels) < 2:
        return
    x, y = (one.draws[[one.levels.index(level) for level in levels]] for one in (mine, other))
    least = min(x.shape[1], y.shape[1])
    apart = x[:, :least] - y[:, :least]
    verdict = "ok" if mine.verdict == other.verdict == "ok" else "suspect"
    for k, parameter in enumerate(READ):
        effects = apart[:, :, k]
        means = effects.mean(axis=1)
        whole = {name: value.item() for name, value in summarise(effects.mean(axis=0)).items()}
        up = (effects > 0).all(axis=0).mean()
        yield {
            "levels": len(levels),
            "parameter": parameter,
            **whole,
            "least": float(means.min()),
            "most": float(means.max()),
            "least_at": levels[int(means.argmin())],
            "most_at": levels[int(means.argmax())],
            "p_one_sign": float(max(up, (effects < 0).all(axis=0).mean())),
            **spread(effects),
            "verdict": verdict,
        }


def spread(effects: Array) -> dict[str, float]:
    """The spread of effects [level, draw] between levels, and its share, with 95% HDIs."""
    between, common = variances(effects)
    told = _ends("spread", np.sqrt(np.maximum(between, 0)), float(max(between.mean(), 0)) ** 0.5)
    whole = between + common
    if np.quantile(whole, SURE) <= 0:
        return told
    positive = np.maximum(between, 0)
    total = positive + np.maximum(common, 0)
    share = positive[total > 0] / total[total > 0]
    return told | _ends("share", share, float(share.mean()))


def _ends(name: str, x: Array, mean: float) -> dict[str, float]:
    low, high = hdi(x)
    return {name: mean, f"{name}_low": low.item(), f"{name}_high": high.item()}
