"""The behaviour that is fitted, from files of counts: choices and yes/no answers by their effective
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from tactometer.inference.behaviour import Behaviour
from tactometer.inference.design_effect import design_effects
from tactometer.inference.vignettes import Vignettes
from tactometer.speaker_model.variants import speakers
from tactometer.study.fit_recipe import FitRecipe
from tactometer.utils.arrays import Array


def effective(
    settings: FitRecipe,
    frames: Mapping[str, pl.DataFrame],
    truths: pl.DataFrame,
    framing: str,
) -> Behaviour:
    """The behaviour of some goals under a framing, its answers weighed by how far those of one
    vignette hang together, where the files tell vignettes apart and the study does not ignore it.

    Arguments as those of `fit.posteriors`. Every variant of a study is fitted to the same numbers,
    those of its first one.
    """
    raw = _counted(settings, frames, truths, framing)
    vignettes = Vignettes.of(frames, truths, framing)
    if vignettes is None or settings.fit.design_effect == "ignore":
        return raw
    before = np.sum(vignettes.counts, axis=(1, 3))
    after = np.asarray(raw.counts).sum(axis=2)
    factors = np.divide(after, before, out=np.ones(before.shape), where=before > 0)
    joint = settings.fit.semantics == "joint"
    first = speakers(settings.fit.speakers, cost=settings.fit.cost)[0]
    vignettes = vignettes.scaled(factors)
    return raw.weighed(design_effects(raw, vignettes, first, joint=joint), vignettes)


def _counted(
    settings: FitRecipe,
    frames: Mapping[str, pl.DataFrame],
    truths: pl.DataFrame,
    framing: str,
) -> Behaviour:
    domain = settings.domain
    states, utterances = domain.states, domain.utterances
    shape = (len(states), len(utterances))
    total = settings.fit.count_total
    weights = [_weights(frame, framing, shape, total) for frame in frames.values()]
    cells = (len(utterances), len(states))
    return Behaviour(
        counts=np.stack(weights),
        yes=truths["yes"].to_numpy().reshape(cells),
        n=truths["n"].to_numpy().reshape(cells),
        values=np.array(domain.worth, float),
        negated=np.array(domain.negated),
        goals=tuple(frames),
        states=tuple(str(state) for state in states),
        utterances=tuple(utterances),
    )


def _weights(
    frame: pl.DataFrame, framing: str, shape: tuple[int, int], total: float | None
) -> Array:
    """Counts [state, utterance] of a framing; `total` rescales every state that has answers."""
    found = frame.filter(pl.col("framing") == framing)
    weights: Array = found["weight"].to_numpy().reshape(shape) if len(found) else np.zeros(shape)
    if total is None:
        return weights
    sums = weights.sum(axis=1, keepdims=True)
    scaled: Array = np.divide(weights * total, sums, out=np.zeros(shape), where=sums > 0)
    return scaled
