"""The behaviour that is fitted, from files of counts: choices and yes/no answers by their effective
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from tactometer.inference import position_bias
from tactometer.inference.behaviour import Behaviour, DesignEffects
from tactometer.inference.design_effect import design_effects
from tactometer.inference.position_bias import Choices
from tactometer.inference.vignettes import Vignettes
from tactometer.reading.counts import POOLED
from tactometer.speaker_model.variants import speakers
from tactometer.study.fit_recipe import FitRecipe
from tactometer.utils.arrays import Array


def effective(
    settings: FitRecipe,
    frames: Mapping[str, pl.DataFrame],
    truths: pl.DataFrame,
    framing: str,
    orders: Mapping[str, pl.DataFrame] | None = None,
) -> Behaviour:
    """The behaviour of some goals under a framing: its choices corrected for what places do, where
    `orders` has them by the order of options and the study wants it, and its answers weighed by
    what such a correction leaves them worth and how far those of one vignette hang together, where
    the files tell vignettes apart and the study does not ignore it.

    Arguments as those of `fit.posteriors`. Every variant of a study is fitted to the same numbers,
    those of its first one.
    """
    raw = _counted(settings, frames, truths, framing)
    vignettes = Vignettes.of(frames, truths, framing)
    if vignettes is None:
        return raw
    losses = np.ones(len(raw.goals))
    if orders:
        raw, vignettes, losses = _corrected(settings, raw, vignettes, orders, framing)
    before = np.sum(vignettes.counts, axis=(1, 3))
    after = np.asarray(raw.counts).sum(axis=2)
    factors = np.divide(after, before, out=np.ones(before.shape), where=before > 0)
    vignettes = vignettes.scaled(factors)
    most = np.maximum(after.mean(axis=1), 1.0)  # where places decide all, an answer a state is left
    losses = np.minimum(losses, most)
    if settings.fit.design_effect == "ignore":
        if not orders:
            return raw
        return raw.weighed(DesignEffects(tuple(map(float, losses)), 1.0), vignettes)
    first = speakers(settings.fit.speakers, cost=settings.fit.cost)[0]
    worth = replace(raw, counts=raw.counts / losses[:, None, None])
    each = vignettes.scaled(np.broadcast_to(1 / losses[:, None], factors.shape))
    found = design_effects(worth, each, first, settings.fit.semantics)
    whole = np.minimum(np.array(found.choices) * losses, most)
    return raw.weighed(DesignEffects(tuple(map(float, whole)), found.words), vignettes)


def _corrected(
    settings: FitRecipe,
    raw: Behaviour,
    vignettes: Vignettes,
    orders: Mapping[str, pl.DataFrame],
    framing: str,
) -> tuple[Behaviour, Vignettes, Array]:
    """The same without the bias of place, and answers over effective ones of each goal [goal]."""
    cells, losses = np.array(vignettes.counts), np.ones(len(raw.goals))
    for goal, name in enumerate(raw.goals):
        choices = choices_by_order(orders[name], settings.domain.states, vignettes.names, framing)
        if choices is not None:
            found = position_bias.corrected(
                position_bias.fit(choices), len(raw.states), len(vignettes.names)
            )
            cells[goal], losses[goal] = found.cells, found.loss
    total = settings.fit.count_total
    counts = np.stack([_rescaled(np.maximum(mine.sum(axis=0), 0.0), total) for mine in cells])
    return replace(raw, counts=counts), replace(vignettes, counts=cells), losses


def choices_by_order(
    orders: pl.DataFrame, states: Sequence[int], vignettes: Sequence[str], framing: str
) -> Choices | None:
    """Counts by order as the choices of a conditional logit, whose cells are framings and states;
    None where a framing has none.
    """
    mine = orders if framing == POOLED else orders.filter(pl.col("framing") == framing)
    if mine.is_empty():
        return None
    cell = mine.select(cell=pl.struct("framing", "state").rank("dense").cast(pl.Int64) - 1)
    of_cell = mine.with_columns(cell).unique("cell", keep="any").sort("cell")["state"].to_list()
    return Choices(
        np.array(mine["weights"].to_list(), dtype=float),
        np.array(mine["places"].to_list(), dtype=np.int64),
        cell["cell"].to_numpy(),
        np.array([list(states).index(state) for state in of_cell]),
        np.array([vignettes.index(name) for name in mine["vignette"].to_list()]),
    )


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
    if settings.fit.count_round is True:
        weights = [np.round(x) for x in weights]
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
    return _rescaled(weights, total)


def _rescaled(weights: Array, total: float | None) -> Array:
    """Weights [state, utterance] with this total in every state that has answers."""
    if total is None:
        return weights
    sums = weights.sum(axis=1, keepdims=True)
    scaled: Array = np.divide(weights * total, sums, out=np.zeros(weights.shape), where=sums > 0)
    return scaled
