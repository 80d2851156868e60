"""Invalid answers: whether they hang on the state or the goal, and how far they could have moved
each parameter, had they been what the speaker says of another state.

To first order: an answer moves a posterior mean by its influence (tables/predictive). Nothing says
what an answer would have been that could not be read; a model that cannot be read about bad work
may have been harsh there, or kind as about good work.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from scipy.special import chdtrc

from tactometer.analyses.evidence import EVEN, NAMES, ONE_FIT, READ, Evidence, table
from tactometer.speaker_model.variants import SPEAKERS
from tactometer.tables.fit_selection import FIT
from tactometer.utils.arrays import Array

MOST = 0.1  # share of invalid answers in a state above which the first order does not reach
SCHEMA = {
    **NAMES,
    **dict.fromkeys(["framing", "fit", "speaker", "semantics", "parameter"], pl.String),
    **dict.fromkeys(["n", "n_invalid"], pl.Int64),
    **dict.fromkeys(["invalid", "least", "greatest", "state_p", "goal_p"], pl.Float64),
    **dict.fromkeys(["mean", "low", "high", "hdi_low", "hdi_high"], pl.Float64),
    **dict.fromkeys(["changes", "told"], pl.Boolean),
    "verdict": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal) with invalid answers and each parameter.

    `low` and `high` are the least and the greatest posterior mean had all of them been distributed
    as what the speaker says of some one state, `hdi_low` and `hdi_high` the ends of the 95% HDI
    moved there; null where more than MOST of a state's answers are invalid. `state_p` and `goal_p`
    are of chi-square tests that their share is the same in all states, and in all goals of the
    checkpoint, by effective numbers.
    """
    fits = evidence.sampled_fits
    if fits.is_empty():
        return table([], SCHEMA)
    states = _states(evidence, fits)
    estimates = evidence.tables["estimates"].collect()
    rows = []
    for fit in fits.to_dicts():
        mine = _of(states, fit)
        if not mine["n_invalid"].sum():
            continue
        head = {"study": evidence.study, **fit, **_shares(mine), "goal_p": _of_goals(states, fit)}
        told = {row["parameter"]: row for row in _of(estimates, fit).to_dicts()}
        for name in (each for each in READ if each in told):
            bounds = _bounds(mine, told[name], name)
            rows.append({**head, "parameter": name, "told": told[name]["told"], **bounds})
    return table(rows, SCHEMA)


def _states(evidence: Evidence, fits: pl.DataFrame) -> pl.DataFrame:
    """A row for each fit and state: answers, invalid ones, what they count for, and how far one
    more answer moves each parameter if it is as those about each state: lists `{parameter}`.
    """
    by = [*FIT, "framing", "state"]
    counts = evidence.tables["counts"].unique(by).select(*by, "n_valid", "n_invalid").collect()
    rows = evidence.tables["predictive"].join(fits.select(ONE_FIT).lazy(), on=ONE_FIT)
    said = rows.select(*ONE_FIT, "utterance", "p_mean", other="state")
    pairs = rows.join(said, on=[*ONE_FIT, "utterance"])
    moves = [
        (pl.col(f"{name}_influence") * pl.col("p_mean_right")).sum().alias(name) for name in READ
    ]
    each = pairs.group_by(*ONE_FIT, "state", "other").agg(pl.col("effective").first(), *moves)
    cells = each.sort("other").group_by(*ONE_FIT, "state").agg(pl.col("effective").first(), *READ)
    return cells.collect().join(counts, on=by).sort(*ONE_FIT, "state")


def _of(frame: pl.DataFrame, fit: dict[str, Any]) -> pl.DataFrame:
    return frame.filter(*(pl.col(name) == fit[name] for name in ONE_FIT))


def _worth(states: pl.DataFrame) -> float:
    """What one answer counts for: 1 over the design effect, times a rescaled total."""
    return float(states["effective"].sum()) / max(1, int(states["n_valid"].sum()))


def _shares(states: pl.DataFrame) -> dict[str, Any]:
    invalid = states["n_invalid"].to_numpy().astype(float)
    n = invalid + states["n_valid"].to_numpy()
    asked = n > 0
    share = invalid[asked] / n[asked]
    return {
        "n": int(n.sum()),
        "n_invalid": int(invalid.sum()),
        "invalid": float(invalid.sum() / n.sum()),
        "least": float(share.min()),
        "greatest": float(share.max()),
        "state_p": _same(invalid[asked], n[asked], _worth(states)),
    }


def _of_goals(states: pl.DataFrame, fit: dict[str, Any]) -> float | None:
    """The p of the test that all goals of a checkpoint have the same share of invalid answers."""
    place = [pl.col(k) == fit[k] for k in ("model", "checkpoint", "framing")]
    mine = states.filter(*place)
    of = mine.group_by("goal").agg(pl.col("n_invalid", "n_valid").sum())
    invalid = of["n_invalid"].to_numpy().astype(float)
    return _same(invalid, invalid + of["n_valid"].to_numpy(), _worth(mine))


def _same(invalid: Array, n: Array, worth: float) -> float | None:
    """The p of Pearson's test that the shares of invalid answers are one; each answer counts for
    `worth`, 1 at most.
    """
    p = invalid.sum() / n.sum()
    if len(n) < 2 or not 0 < p < 1:
        return None
    square = float(((invalid - n * p) ** 2 / (n * p * (1 - p))).sum()) * min(1.0, worth)
    return float(chdtrc(len(n) - 1, square))


def _bounds(states: pl.DataFrame, estimate: dict[str, Any], name: str) -> dict[str, Any]:
    """The bounds of a parameter, and whether they say otherwise of its even value than the HDI."""
    invalid = states["n_invalid"].to_numpy().astype(float)
    found = {"mean": estimate["mean"]}
    if np.any(invalid > MOST * (invalid + states["n_valid"].to_numpy())):
        return found
    shifts = invalid * _worth(states) @ np.array(states[name].to_list())  # [as of which state]
    down, up = min(0.0, float(shifts.min())), max(0.0, float(shifts.max()))
    least, most = SPEAKERS[estimate["speaker"]].prior(name).bounds
    ends = {
        "low": estimate["mean"] + down,
        "high": estimate["mean"] + up,
        "hdi_low": estimate["hdi_low"] + down,
        "hdi_high": estimate["hdi_high"] + up,
    }
    found |= {end: float(np.clip(x, least, most)) for end, x in ends.items()}
    if name in EVEN:
        apart = estimate["hdi_low"] > EVEN[name] or estimate["hdi_high"] < EVEN[name]
        still = found["hdi_low"] > EVEN[name] or found["hdi_high"] < EVEN[name]
        found["changes"] = apart and not still
    return found
