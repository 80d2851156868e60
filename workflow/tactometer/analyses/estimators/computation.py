"""Compare estimators on the same prompts: does a model say the same however it is asked?"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.answer_arrays import Integers, sums
from tactometer.analyses.evidence import LABEL_TYPES, LABELS, NAMES, Evidence, table
from tactometer.reading.counts import POOLED
from tactometer.tables.fit_selection import FIT, representative
from tactometer.utils.arrays import Array

RESAMPLES = 400  # of vignettes, for intervals
PROMPT = ["framing", "vignette", "speaker_name", "listener_name", "state", "levels"]
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "estimator": pl.String,
    "against": pl.String,
    "n": pl.Int64,
    **dict.fromkeys(["total_variation", "low", "high"], pl.Float64),
    **dict.fromkeys(["same", "same_low", "same_high", "correlation"], pl.Float64),
    **dict.fromkeys(["label_mass", "label_mass_against"], pl.Float64),
    **dict.fromkeys(["described", "described_against"], pl.String),
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal) and further estimator of it, over the prompts that
    both could be read of (`n`).

    `total_variation` lies between what the two say in each framing and state, averaged over these;
    `same` is the share of prompts with the same likeliest utterance; both with 95% intervals from
    vignettes drawn anew. `correlation` is over framings, states and utterances. `label_mass` is the
    probability of all options, or utterances, together. No row for a model with one estimator.
    """
    if not evidence.also:
        return pl.DataFrame(schema=SCHEMA)
    told = _told(evidence)
    rows = []
    for name, headline in evidence.also.items():
        both = _both(evidence, name, headline)
        for (checkpoint, goal), prompts in both.group_by("checkpoint", "goal", maintain_order=True):
            rng = evidence.rng(name, str(checkpoint), str(goal))
            mine, other = (told.get((m, checkpoint, goal), {}) for m in (name, headline))
            rows.append(
                {
                    **{"study": evidence.study, "model": headline},
                    **{"checkpoint": checkpoint, "goal": goal},
                    **{label: other.get(label) for label in LABELS},
                    **{"estimator": mine.get("estimator"), "against": other.get("estimator")},
                    **_compared(prompts, rng),
                    **{k: mine.get(k) for k in ("label_mass", "described")},
                    **{f"{k}_against": other.get(k) for k in ("label_mass", "described")},
                }
            )
    return table(rows, SCHEMA)


def _both(evidence: Evidence, name: str, headline: str) -> pl.DataFrame:
    """The prompts that both could be read of, with the mean shares by each."""
    keys = ["checkpoint", "goal", *PROMPT]
    width = len(evidence.utterances)
    mean = pl.concat_list(pl.col("shares").list.get(u).mean() for u in range(width))
    read = evidence.answered.filter(pl.col("shares").is_not_null())
    each = [
        read.filter(pl.col("model") == who).group_by(keys).agg(shares=mean)
        for who in (name, headline)
    ]
    return each[0].join(each[1], on=keys, suffix="_against").sort(keys).collect()


def _told(evidence: Evidence) -> dict[tuple[object, ...], dict[str, Any]]:
    """What is known of each (model, checkpoint, goal) beside its answers."""
    fits = representative(evidence.fits).select(*FIT, *LABELS)
    estimates = evidence.tables["estimates"].select(*FIT, "estimator").unique(FIT).collect()
    described = representative(evidence.tables["diagnostics"].collect()).select(*FIT, "described")
    counts = evidence.tables["counts"].filter(pl.col("framing") == POOLED)
    mass = counts.group_by(FIT).agg(pl.col("label_mass").mean()).collect()
    joined = fits
    for frame in (estimates, described.unique(FIT), mass):
        joined = joined.join(frame, on=FIT, how="left")
    return {tuple(row[k] for k in FIT): row for row in joined.to_dicts()}


def _compared(prompts: pl.DataFrame, rng: np.random.Generator) -> dict[str, Any]:
    p, q = (
        np.array(prompts[c].to_list(), dtype=float).reshape(prompts.height, -1)
        for c in ("shares", "shares_against")
    )
    cell = prompts.select(pl.struct("framing", "state").rank("dense").cast(pl.Int64) - 1)
    cells = cell.to_series().to_numpy()
    names = prompts["vignette"].rank("dense").cast(pl.Int64).to_numpy() - 1
    same = (p.argmax(axis=1) == q.argmax(axis=1)).astype(float)
    drawn = rng.integers(0, names.max() + 1, (RESAMPLES, names.max() + 1))
    weights = np.stack([np.bincount(one, minlength=names.max() + 1) for one in drawn])[:, names]
    apart = np.array([_apart(p, q, cells, w) for w in weights.astype(float)])
    shares = (weights @ same) / weights.sum(axis=1)
    means = [_means(x, cells, np.ones(len(x))) for x in (p, q)]
    return {
        "n": prompts.height,
        "total_variation": _apart(p, q, cells, np.ones(len(p))),
        **dict(zip(("low", "high"), np.quantile(apart, [0.025, 0.975]), strict=True)),
        "same": same.mean(),
        **dict(zip(("same_low", "same_high"), np.quantile(shares, [0.025, 0.975]), strict=True)),
        "correlation": _correlation(*means),
    }


def _means(x: Array, cell: Integers, weight: Array) -> Array:
    """The weighted means of rows x [row, utterance] by cell: [cell, utterance], of cells that have
    any weight.
    """
    count = int(cell.max()) + 1
    total = np.bincount(cell, weight, minlength=count)
    kept = total > 0
    return np.asarray(sums(x * weight[:, None], cell, count)[kept] / total[kept, None])


def _apart(p: Array, q: Array, cell: Integers, weight: Array) -> float:
    """Total variation between means of p and q [row, utterance], averaged over cells."""
    apart = _means(p, cell, weight) - _means(q, cell, weight)
    return float(0.5 * np.abs(apart).sum(axis=1).mean())


def _correlation(p: Array, q: Array) -> float | None:
    if min(p.std(), q.std()) < 1e-12:
        return None
    return float(np.corrcoef(p.ravel(), q.ravel())[0, 1])
