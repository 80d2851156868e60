"""Similarity to people: the distance of choices and parameters from the yardstick's, goal by goal.

States are matched by their place on the scale, (s - lowest) / (highest - lowest): both scales name
their ends alike, no and all hearts or stars, and nobody is told what lies between. Where a star
falls between two hearts, people's choices there are the mixture of both in proportion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.evidence import LABEL_TYPES, NAMES, PARAMETERS, Evidence, table
from tactometer.analyses.posterior_differences import SUMMARY, summarise
from tactometer.tables.fit_selection import PASSED
from tactometer.tables.reader import effective_counts
from tactometer.utils.arrays import Array

DRAWS = 400
PRIOR = 1 / 8  # of a Dirichlet, in answers: of each utterance, so that no share is 0
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "human": pl.String,
    "human_goal": pl.String,
    "measure": pl.String,
    **{name: kind for name, kind in SUMMARY.items() if name != "p_direction"},
    "by_chance": pl.Float64,
    "p_nearest": pl.Float64,
    "verdict": pl.String,
}
Key = tuple[str, str, str]


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal), goal of the yardstick and measure, from 0 to 1.

    `choices`: total variation between the distributions of choices, averaged over states: the share
    of answers that would have to change. `omega`: the weight that would have to move. `phi`: the
    difference. Means and intervals are of the posterior (Dirichlet for choices); a distance cannot
    be below 0, so `by_chance` says how large it would be for the same speaker measured twice.
    `p_nearest` is the probability that no other human goal is nearer. Choices compare always;
    parameters where both were fitted on the same terms and a speaker describes the yardstick.
    """
    people = evidence.beside.fits.rows(named=True)
    alike = evidence.yardstick.comparable if evidence.yardstick else ()
    described = all(human["verdict"] in PASSED for human in people)
    if not people or evidence.models.fits.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    choices = _choices(evidence)
    rows: list[dict[str, Any]] = []
    models = evidence.models.where(pl.col("model") != people[0]["model"])
    for fit, x in zip(models.fits.to_dicts(), models.draws, strict=True):
        named = {"study": evidence.study, **fit}
        rng = evidence.rng(*(fit[name] for name in ("model", "checkpoint", "goal")))
        own = choices[fit["model"], fit["checkpoint"], fit["goal"]]
        measured: dict[str, list[tuple[Array, float]]] = {"choices": []}
        for human, y in zip(people, evidence.beside.draws, strict=True):
            theirs = choices[human["model"], human["checkpoint"], human["goal"]]
            measured["choices"].append(_apart(own, theirs, rng))
            if described and fit["model"] in alike:
                for measure, distances in _parameters(x, y):
                    measured.setdefault(measure, []).append(distances)
        rows += [{**named, **row} for row in _rows(people, measured, fit["verdict"])]
    return table(rows, SCHEMA)


def _rows(
    people: Sequence[Mapping[str, Any]],
    measured: Mapping[str, Sequence[tuple[Array, float]]],
    verdict: str,
) -> Iterator[dict[str, Any]]:
    for measure, found in measured.items():
        nearest = np.argmin(np.stack([x for x, _ in found]), axis=0)
        for k, (human, (x, chance)) in enumerate(zip(people, found, strict=True)):
            numbers = {name: value.item() for name, value in summarise(x).items()}
            # What was said needs no fit.
            read = measure == "choices" or {verdict, human["verdict"]} <= set(PASSED)
            yield {
                "human": human["model"],
                "human_goal": human["goal"],
                "measure": measure,
                **{name: numbers[name] for name in SUMMARY if name != "p_direction"},
                "by_chance": chance,
                "p_nearest": float((nearest == k).mean()),
                "verdict": "ok" if read else "suspect",
            }


def _choices(evidence: Evidence) -> dict[Key, Array]:
    """The effective weights [state, utterance] of every (model, checkpoint, goal) over all
    framings.
    """
    counts, diagnostics = (evidence.tables[k].collect() for k in ("counts", "diagnostics"))
    counts = effective_counts(counts.filter(framing="pooled"), diagnostics)
    order = {u: i for i, u in enumerate(evidence.utterances)}
    place = pl.col("utterance").replace_strict(order, return_dtype=pl.Int64)
    found = {}
    for key, cells in counts.group_by("model", "checkpoint", "goal"):
        ordered = cells.sort("state", place)
        found[key] = ordered["weight"].to_numpy().reshape(-1, len(order))
    return found


def matched(p: Array, states: int) -> Array:
    """Distributions p [..., state, utterance] where so many states stand on the same scale."""
    places = np.linspace(0, p.shape[-2] - 1, states)
    left = np.minimum(places.astype(int), max(p.shape[-2] - 2, 0))
    weight = (places - left)[:, None]
    right = np.minimum(left + 1, p.shape[-2] - 1)
    return np.asarray((1 - weight) * p[..., left, :] + weight * p[..., right, :])


def total_variation(p: Array, q: Array) -> Array:
    """Half the summed difference of distributions [..., state, utterance], averaged over states."""
    return np.asarray(0.5 * np.abs(p - q).sum(axis=-1).mean(axis=-1))


def _apart(own: Array, theirs: Array, rng: np.random.Generator) -> tuple[Array, float]:
    """The distance of choices [draw], and that of a model that speaks just as these people do."""
    states = len(own)
    people, again = (matched(_dirichlet(theirs, rng), states) for _ in range(2))
    n = np.maximum(own.sum(axis=1).round().astype(int), 1)
    same = rng.multinomial(n, again / again.sum(axis=-1, keepdims=True)).astype(float)
    twin = _dirichlet(same, rng)
    return (
        total_variation(_dirichlet(own, rng), people),
        float(total_variation(twin, people).mean()),
    )


def _dirichlet(weights: Array, rng: np.random.Generator) -> Array:
    """Posterior draws [draw, state, utterance] of distributions from weights ([draw,] state, u)."""
    shape = weights.shape if weights.ndim == 3 else (DRAWS, *weights.shape)
    gamma = rng.standard_gamma(np.broadcast_to(weights + PRIOR, shape))
    return np.asarray(gamma / gamma.sum(axis=-1, keepdims=True))


def _parameters(x: Array, y: Array) -> Iterator[tuple[str, tuple[Array, float]]]:
    """The distances of draws x and y [draw, parameter], and those expected of the same speaker."""
    weights = [k for k, name in enumerate(PARAMETERS) if name.startswith("omega_")]
    apart = x - y
    noise = apart - apart.mean(axis=0)
    for measure, columns, scale in (
        ("omega", weights, 0.5),
        ("phi", [PARAMETERS.index("phi")], 1.0),
    ):
        distance = scale * np.abs(apart[:, columns]).sum(axis=1)
        yield measure, (distance, float(scale * np.abs(noise[:, columns]).sum(axis=1).mean()))
