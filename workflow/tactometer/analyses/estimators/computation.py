"""Compare estimators on the same prompts: does a model say the same however it is asked?"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from scipy import special

from tactometer.analyses.answer_arrays import Integers, sums
from tactometer.analyses.evidence import LABEL_TYPES, LABELS, NAMES, Evidence, table
from tactometer.reading.counts import POOLED
from tactometer.tables.fit_selection import FIT, representative
from tactometer.tables.proportions import wilson
from tactometer.utils.arrays import Array

RESAMPLES = 400  # of vignettes drawn anew
LEAST = 3  # vignettes for an interval
SWAPS = 199  # in which the estimators of whole vignettes change places
PROMPT = ["framing", "vignette", "speaker_name", "listener_name", "state", "levels"]
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "estimator": pl.String,
    "against": pl.String,
    "n": pl.Int64,
    **dict.fromkeys(["total_variation", "by_chance", "p", "low", "high"], pl.Float64),
    **dict.fromkeys(["same", "same_by_chance", "same_low", "same_high"], pl.Float64),
    "correlation": pl.Float64,
    **dict.fromkeys(["label_mass", "label_mass_against"], pl.Float64),
    **dict.fromkeys(["described", "described_against"], pl.String),
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal) and further estimator of it, over the prompts that
    both could be read of (`n`).

    `total_variation` lies between what the two say in each framing and state, averaged over these;
    `by_chance` is what it would be between two that say the same (the mean where estimators of
    whole vignettes change places at random), `p` of the test that they do, `low` and `high` a 95%
    interval of what lies between them beyond chance. `same` is the share of prompts with the same
    likeliest utterance, with a 95% interval, `same_by_chance` that of two prompts of one framing
    and state. `correlation` is over framings, states and utterances. `label_mass` is the
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
    means = [_means(x, cells) for x in (p, q)]
    return {
        "n": prompts.height,
        **_differences(p, q, cells, names, rng),
        **_agreement(p, q, cells, names),
        "correlation": _correlation(*means),
    }


def _differences(
    p: Array, q: Array, cell: Integers, vignette: Integers, rng: np.random.Generator
) -> dict[str, float]:
    """Total variation between means, what chance makes of it, and a 95% interval beyond chance.

    A total variation of few answers is too large, and larger still where vignettes are drawn anew,
    by about as much: so it is taken from twice the observed one (the bootstrap's correction), with
    a jackknife error over vignettes and a t quantile. Its lower end is 0 where swaps make as much.
    """
    count, cells = int(vignette.max()) + 1, int(cell.max()) + 1
    both = vignette * cells + cell
    apart_by = sums(p - q, both, count * cells).reshape(count, cells, -1)
    n = np.bincount(both, minlength=count * cells).reshape(count, cells)

    def apart(weights: Array, signs: Array | float = 1.0) -> Array:
        """Of vignettes with weights, whose estimators may change places, both [draw, vignette]."""
        total = np.einsum("dv,vcu->dcu", weights * signs, apart_by)
        answers = weights @ n
        each = 0.5 * np.abs(total).sum(axis=-1) / np.maximum(answers, 1)
        return np.asarray(each.sum(axis=-1) / (answers > 0).sum(axis=-1))

    (found,) = apart(np.ones((1, count)))
    swapped = apart(np.ones((SWAPS, count)), rng.choice([-1.0, 1.0], (SWAPS, count)))
    told = {
        "total_variation": float(found),
        "by_chance": float(swapped.mean()),
        "p": float((1 + (swapped >= found - 1e-12).sum()) / (1 + SWAPS)),
    }
    if count < LEAST:
        return told
    anew = apart(rng.multinomial(count, np.full(count, 1 / count), RESAMPLES).astype(float))
    error = np.sqrt((count - 1) * apart(1.0 - np.eye(count)).var())
    beyond, half = max(2 * found - anew.mean(), 0.0), special.stdtrit(count - 1, 0.975) * error
    sure = np.sqrt(max(found**2 - np.quantile(swapped, 0.975) ** 2, 0.0))
    return told | {
        "low": float(min(max(beyond - half, 0.0), sure)),
        "high": float(min(max(beyond + half, found), 1.0)),
    }


def _agreement(p: Array, q: Array, cell: Integers, vignette: Integers) -> dict[str, float]:
    """How often both have the same likeliest utterance: Wilson's interval of as many prompts as
    these are worth, of which those of one vignette hang together; as many as vignettes where all
    are alike.
    """
    mine, other = p.argmax(axis=1), q.argmax(axis=1)
    same = (mine == other).astype(float)
    share, count = float(same.mean()), int(vignette.max()) + 1
    off = np.bincount(vignette, same - share)
    scatter = count / max(count - 1, 1) * float((off**2).sum()) / len(same) ** 2
    worth = min(share * (1 - share) / scatter, len(same)) if scatter > 1e-12 else count
    low, high = wilson(np.array(share), np.array(max(worth, 1.0)))
    each = [_means(np.eye(p.shape[1])[x], cell) for x in (mine, other)]
    weight = np.bincount(cell, minlength=len(each[0])) / len(cell)
    chance = float(weight @ (each[0] * each[1]).sum(axis=1))
    return {
        "same": share,
        "same_by_chance": chance,
        "same_low": float(low),
        "same_high": float(high),
    }


def _means(x: Array, cell: Integers) -> Array:
    """The means of rows x [row, utterance] by cell: [cell, utterance]."""
    return np.asarray(sums(x, cell, int(cell.max()) + 1) / np.bincount(cell)[:, None])


def _correlation(p: Array, q: Array) -> float | None:
    if min(p.std(), q.std()) < 1e-12:
        return None
    return float(np.corrcoef(p.ravel(), q.ravel())[0, 1])
