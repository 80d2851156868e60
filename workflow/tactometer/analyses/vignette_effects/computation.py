"""Vignette effects: which creations are spoken of unlike the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.answer_arrays import Answers, Integers, each, sums
from tactometer.analyses.evidence import LABEL_TYPES, NAMES, Evidence, table
from tactometer.analyses.posterior_differences import holm
from tactometer.analyses.skewed_tails import reach, two_sided
from tactometer.utils.arrays import Array

SHUFFLES = 20
DOUBTED = 0.05  # p times vignettes: where it is less, answers are dealt out
DEALS = 199  # so often anew, and a p that deals do not bear out is theirs
EVEN = 0.1  # states: where all utterances are worth as much but for that, none is better
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "vignette": pl.String,
    "n": pl.Int64,
    **dict.fromkeys(["effect", "se", "low", "high", "p", "p_holm"], pl.Float64),
    "found": pl.Boolean,
    "distance": pl.Float64,
    "distance_by_chance": pl.Float64,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal) and vignette.

    `effect` says how much better, in states, it is spoken of than the rest of the same framing and
    state: what an utterance is worth is the state that a listener expects who believes it, by the
    model's own yes/no answers. `distance` is the total variation between its choices and the
    rest's, `distance_by_chance` that of vignettes dealt out anew. Intervals and p know that sums
    of rare answers lean to one side; p is at least what answers dealt out anew show. No row where
    by the model's own answers all utterances are worth the same: it has no better and worse.
    `found` where Holm's p over this whole table is below its level.
    """
    worth = _worth(evidence)
    rows: list[dict[str, Any]] = []
    for answers in each(evidence):
        values = worth[answers.named["model"], answers.named["checkpoint"]]
        if np.ptp(values) < EVEN:
            continue
        rng = evidence.rng(*(str(answers.named[k]) for k in ("model", "checkpoint", "goal")))
        rows += [{**answers.named, **row} for row in _vignettes(answers, values, rng)]
    if not rows:
        return pl.DataFrame(schema=SCHEMA)
    adjusted = holm(np.array([row["p"] for row in rows]))
    return table(rows, SCHEMA).with_columns(
        p_holm=pl.Series(adjusted), found=pl.Series(adjusted < evidence.level)
    )


def _worth(evidence: Evidence) -> dict[tuple[object, ...], Array]:
    """What each utterance is worth [utterance] to each (model, checkpoint): E[state | L0]."""
    semantics = evidence.tables["semantics"].collect()
    mean = (pl.col("theta") * pl.col("state")).sum() / pl.col("theta").sum()
    found = semantics.group_by("model", "checkpoint", "utterance").agg(worth=mean)
    return {
        key: np.array(
            [dict(rows.select("utterance", "worth").rows())[u] for u in evidence.utterances]
        )
        for key, rows in found.group_by("model", "checkpoint")
    }


def _vignettes(answers: Answers, worth: Array, rng: np.random.Generator) -> list[dict[str, Any]]:
    names = answers.frame["vignette"].unique().sort().to_list()
    if len(names) < 2:
        return []
    vignette = np.searchsorted(names, answers.frame["vignette"].to_numpy()).astype(np.int64)
    said = answers.shares @ worth
    effect, se, p = _tested(said, answers.cell, vignette, len(names), rng)
    down, up = reach(_skew(said, answers.cell, vignette, len(names)))
    distance = _distances(answers.shares, answers.cell, vignette, len(names))
    chance = np.mean(
        [
            _distances(
                answers.shares, answers.cell, shuffled(vignette, answers.cell, rng), len(names)
            )
            for _ in range(SHUFFLES)
        ],
        axis=0,
    )
    n = np.bincount(vignette, answers.count, minlength=len(names))
    return [
        {
            "vignette": name,
            "n": int(n[v]),
            "effect": effect[v],
            "se": se[v],
            "low": effect[v] - up[v] * se[v],
            "high": effect[v] + down[v] * se[v],
            "p": p[v],
            "distance": distance[v],
            "distance_by_chance": chance[v],
        }
        for v, name in enumerate(names)
    ]


def shuffled(labels: Integers, cell: Integers, rng: np.random.Generator) -> Integers:
    """Labels dealt out anew within each cell."""
    order = np.lexsort((rng.random(len(cell)), cell))
    dealt = np.empty_like(labels)
    dealt[np.argsort(cell, kind="stable")] = labels[order]
    return dealt


def _tested(
    y: Array, cell: Integers, vignette: Integers, count: int, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Each vignette's effect, its standard error, and p."""
    effect, se = _lean(y, cell, vignette, count)
    z = _standard(effect, se)
    p = two_sided(z, _skew(y, cell, vignette, count))
    if p.min() * count < DOUBTED:
        beyond = np.zeros(count)
        for _ in range(DEALS):
            dealt = _standard(*_lean(y, cell, shuffled(vignette, cell, rng), count))
            beyond += abs(dealt) >= abs(z) * (1 - 1e-9)
        p = np.where(beyond > 0, np.maximum(p, (beyond + 1) / (DEALS + 1)), p)
    return effect, se, np.minimum(p, 1.0)


def _standard(effect: Array, se: Array) -> Array:
    return np.divide(effect, se, out=np.zeros_like(effect), where=se > 0)


def _skew(y: Array, cell: Integers, vignette: Integers, count: int) -> Array:
    """The skewness of each vignette's effect where vignettes are dealt out anew: that of means of
    samples without replacement, cell by cell.
    """
    cells = int(cell.max()) + 1
    total = np.bincount(cell, minlength=cells).astype(float)
    apart = y - (sums(y, cell, cells) / total)[cell]
    second, third = (sums(apart**k, cell, cells) / total for k in (2, 3))
    at = cell * count + vignette
    n = np.bincount(at, minlength=cells * count).reshape(cells, count).astype(float)
    all_, usable = total[:, None], (n > 0) & (n < total[:, None]) & (total[:, None] > 2)
    n = np.where(usable, n, 1)
    rest = np.where(usable, all_ - n, 1)
    scale = all_ / (n * rest)
    variance = second[:, None] * n * rest / np.maximum(all_ - 1, 1) * scale**2
    odd = n * rest * (rest - n) / np.maximum((all_ - 1) * (all_ - 2), 1)
    variance, cubes = (
        np.where(usable, x, 0.0).sum(axis=0) for x in (variance, third[:, None] * odd * scale**3)
    )
    skew = np.divide(cubes, variance**1.5, out=np.zeros(count), where=variance > 0)
    return np.asarray(skew)


def _lean(y: Array, cell: Integers, vignette: Integers, count: int) -> tuple[Array, Array]:
    """Mean of y in each vignette minus the rest's, cell by cell, with its standard error."""
    cells = int(cell.max()) + 1
    n_cell = np.bincount(cell, minlength=cells).astype(float)
    total = sums(y, cell, cells)
    squares = sums((y - (total / n_cell)[cell]) ** 2, cell, cells)
    variance = squares / np.maximum(n_cell - 1, 1)
    at = cell * count + vignette
    n = np.bincount(at, minlength=cells * count).reshape(cells, count).astype(float)
    own = sums(y, at, cells * count).reshape(cells, count)
    rest = n_cell[:, None] - n
    usable = (n > 0) & (rest > 0)
    n_, rest_ = np.where(usable, n, 1), np.where(usable, rest, 1)
    apart = np.where(usable, own / n_ - (total[:, None] - own) / rest_, 0.0)
    error = np.where(usable, variance[:, None] * (1 / n_ + 1 / rest_), 0.0)
    used = np.maximum(usable.sum(axis=0), 1)
    return apart.sum(axis=0) / used, np.sqrt(error.sum(axis=0)) / used


def _distances(shares: Array, cell: Integers, vignette: Integers, count: int) -> Array:
    """Total variation between each vignette's choices and the rest's, averaged over cells."""
    cells = int(cell.max()) + 1
    own = sums(shares, cell * count + vignette, cells * count).reshape(cells, count, -1)
    rest = own.sum(axis=1, keepdims=True) - own
    n, m = own.sum(axis=-1, keepdims=True), rest.sum(axis=-1, keepdims=True)
    usable = (n > 0) & (m > 0)
    apart = np.where(usable, own / np.where(n > 0, n, 1) - rest / np.where(m > 0, m, 1), 0.0)
    used = np.maximum(usable[..., 0].sum(axis=0), 1)
    return np.asarray(0.5 * np.abs(apart).sum(axis=-1).sum(axis=0) / used)
