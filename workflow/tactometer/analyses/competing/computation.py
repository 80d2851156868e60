"""Competing explanations: speaker models and no speaker at all, by vignettes left out in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from tactometer.analyses.answer_arrays import Answers, each
from tactometer.analyses.competing.settings import Competing
from tactometer.analyses.evidence import LABEL_TYPES, NAMES, Evidence, table
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.rivals import CEILING, FLOOR, INFERRED, NO_WORDS, rivals, scores, sizes
from tactometer.speaker_model.variants import speaker
from tactometer.tables.fit_selection import FIT
from tactometer.utils.arrays import Array

REFERENCE = "s2"
LEAST = 3  # vignettes: fewer say nothing of others
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "rival": pl.String,
    "words": pl.String,
    **dict.fromkeys(["parameters", "n", "vignettes"], pl.Int64),
    "score": pl.Float64,
    **dict.fromkeys([f"{of}{end}" for of in ("gain", "ahead") for end in ("", "_low", "_high")],
                    pl.Float64),
    "of_ceiling": pl.Float64,
}  # fmt: skip


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal) and rival.

    `score` is the mean log probability of an answer to a vignette that was left out; `gain` what it
    lies above each utterance's own rate, `ahead` above the speaker S2 with inferred words, with t
    intervals over vignettes. `of_ceiling` is the share of what the smoothed shares of the states
    gain; empty where those do not surely gain.
    """
    words = _words(evidence)
    effects = _effects(evidence)
    rows: list[dict[str, Any]] = []
    for answers in each(evidence):
        named = answers.named
        yes, n = words[named["model"], named["checkpoint"]]
        effect = effects.get((named["model"], named["checkpoint"], named["goal"]))
        rows += [{**named, **row} for row in _compared(evidence, answers, yes, n, effect or 1.0)]
    return table(rows, SCHEMA)


def _words(evidence: Evidence) -> dict[tuple[object, ...], tuple[Array, Array]]:
    """yes and n [utterance, state] of each (model, checkpoint)."""
    found = {}
    semantics = evidence.tables["semantics"].collect()
    for key, rows in semantics.group_by("model", "checkpoint"):
        wide = [
            rows.sort(pl.col("utterance").cast(pl.Enum(list(evidence.utterances))), "state")[name]
            .to_numpy()
            .astype(float)
            .reshape(len(evidence.utterances), -1)
            for name in ("yes", "n")
        ]
        found[key] = (wide[0], wide[1])
    return found


def _effects(evidence: Evidence) -> Mapping[tuple[object, ...], float | None]:
    """The design effect of the choices of each (model, checkpoint, goal), of its least framing."""
    frame = evidence.tables["diagnostics"].group_by(FIT).agg(pl.col("design_effect").min())
    return {row[:3]: row[3] for row in frame.select(*FIT, "design_effect").collect().rows()}


def _compared(
    evidence: Evidence, answers: Answers, yes: Array, n: Array, effect: float
) -> Iterator[dict[str, Any]]:
    """The rows of one condition; none where fewer than `LEAST` vignettes have answers."""
    counts = _by_vignette(answers, n.shape[1])
    if len(counts) < LEAST:
        return
    states = tuple(str(value) for value in evidence.worth)
    behaviour = Behaviour(
        counts.sum(axis=0)[None] / effect, yes, n, np.array(evidence.worth, float),
        np.array(evidence.negated), ("goal",), states, tuple(evidence.utterances),
    )  # fmt: skip
    more = evidence.settings.of(Competing).speakers
    known = [speaker(name) for name in dict.fromkeys((REFERENCE, *more))]
    weights = counts.sum(axis=(1, 2))
    found = {
        (name, words): scores(counts / effect, predict)
        for name, words, predict in rivals(behaviour, known)
    }
    floor = found[FLOOR, NO_WORDS]
    ceiling = _gain(found[CEILING, NO_WORDS] - floor, weights)
    for (name, words), score in found.items():
        gain = _gain(score - floor, weights)
        yield {
            "rival": name,
            "words": words,
            "parameters": sizes(behaviour, known)[name],
            "n": round(float(answers.count.sum())),
            "vignettes": len(counts),
            "score": float(np.average(score, weights=weights)),
            **_named("gain", gain),
            **_named("ahead", _gain(score - found[REFERENCE, INFERRED], weights)),
            "of_ceiling": gain[0] / ceiling[0] if ceiling[1] > 0 else None,
        }


def _by_vignette(answers: Answers, states: int) -> Array:
    """Weights of the choices [vignette, state, utterance], over framings."""
    frame = answers.frame.select(
        vignette=pl.col("vignette").rank("dense").cast(pl.Int64) - 1, state=pl.col("state")
    )
    order = sorted(frame["state"].unique())
    state = np.searchsorted(order, frame["state"].to_numpy())
    vignette = frame["vignette"].to_numpy()
    if len(order) < states:
        return np.zeros((0, states, answers.shares.shape[1]))
    counts = np.zeros((int(vignette.max()) + 1, states, answers.shares.shape[1]))
    np.add.at(counts, (vignette, state), answers.shares * answers.count[:, None])
    return counts


def _gain(apart: Array, weights: Array) -> tuple[float, float, float]:
    """The weighted mean over vignettes with its 95% t interval."""
    mean = float(np.average(apart, weights=weights))
    share = weights / weights.sum()
    spread = float(np.sqrt((share**2 * (apart - mean) ** 2).sum() * len(apart) / (len(apart) - 1)))
    half = float(stats.t.ppf(0.975, len(apart) - 1)) * spread
    return mean, mean - half, mean + half


def _named(what: str, gain: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip((what, f"{what}_low", f"{what}_high"), gain, strict=True))
