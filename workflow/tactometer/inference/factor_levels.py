"""Fits at each level of a factor: the speaker of all answers that were given at it.

Each is marginal over the other factors and over framings, and is made as the pooled headline fit of
the same answers is: corrected for places, weighed by a design effect of its own. Its thinned draws
stand in the order of shared evidence, so that those of two levels, goals or checkpoints can be
subtracted one by one.
"""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from tactometer.inference.counted import effective
from tactometer.inference.criticism import criticise
from tactometer.inference.described import described, told
from tactometer.inference.fit import THINNED
from tactometer.inference.predictive import MOVED, predictive
from tactometer.inference.sampled import Sampled
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.shared_evidence import ordered
from tactometer.inference.summaries import scalars
from tactometer.reading import order_counts
from tactometer.reading.counts import POOLED, count
from tactometer.speaker_model.variants import WHOLE_FIRST, speaker
from tactometer.study import fit_recipe
from tactometer.study.fit_recipe import FitRecipe
from tactometer.utils import atomic_files, digests

LEVELS: Final[dict[str, Any]] = {
    "factor": pl.String,
    "level": pl.String,
    "answers": pl.Int64,  # that could be read
    "design_effect": pl.Float64,
    "verdict": pl.String,
    "described": pl.String,
    "told": pl.Boolean,  # whether any parameter may be
    "draw": pl.Int32,
    **dict.fromkeys(MOVED, pl.Float32),
}
"""The columns of a file of levels, a row a draw."""


def fit_levels(
    settings: FitRecipe,
    choices: Mapping[str, pl.DataFrame],
    truths: pl.DataFrame,
    checkpoint: Sequence[str],
    *,
    threads: int = 1,
) -> dict[str, pl.DataFrame]:
    """Fit the headline speaker at each level of the factors of `settings`: LEVELS of each goal.

    `choices` are those of each goal, with a column for each factor; `truths` the counts of yes/no
    answers, which levels share; `checkpoint` names model and checkpoint. Of a level without a
    readable answer there are no rows.
    """
    found: dict[str, list[pl.DataFrame]] = {goal: [pl.DataFrame(schema=LEVELS)] for goal in choices}
    for goals in settings.together(choices):
        for factor, levels in settings.factors.items():
            for level in levels:
                at = {goal: choices[goal].filter(pl.col(factor) == level) for goal in goals}
                read = pl.col("method") != "invalid"
                answers = {goal: rows.filter(read).height for goal, rows in at.items()}
                if not all(answers.values()):
                    continue
                names = [*goals, factor, level]
                sampled = _fit(settings, at, truths, names, threads)
                print(f"{factor} {level}: {sampled.diagnostics}", flush=True)
                for goal, frame in zip(goals, _rows(sampled, checkpoint, names), strict=True):
                    head = {"factor": factor, "level": level, "answers": answers[goal]}
                    named = [pl.lit(value).alias(name) for name, value in head.items()]
                    found[goal].append(frame.select(*named, pl.all()).cast(LEVELS))  # type: ignore[arg-type]
    return {goal: pl.concat(frames) for goal, frames in found.items()}


def _fit(
    settings: FitRecipe,
    choices: Mapping[str, pl.DataFrame],
    truths: pl.DataFrame,
    names: Sequence[str],
    threads: int,
) -> Sampled:
    """The posterior of the headline speaker of some choices, over their framings."""
    states, utterances = settings.domain.states, settings.domain.utterances
    frames = {goal: count(rows, states, utterances) for goal, rows in choices.items()}
    orders = {}
    if settings.fit.position == "estimate":
        orders = {goal: order_counts.count(rows, utterances) for goal, rows in choices.items()}
    behaviour = effective(settings, frames, truths, POOLED, orders)
    wanted = settings.fit
    seed = int(digests.digest([settings.seed, *names])[:7], 16)
    how = SamplingSettings(
        wanted.semantics, wanted.chains, wanted.warmup, wanted.draws, seed, parallel_chains=threads
    )
    standing = min(wanted.speakers, key=WHOLE_FIRST.index)
    return sample(behaviour, speaker(standing, cost=wanted.cost), how)


def _rows(
    sampled: Sampled, checkpoint: Sequence[str], names: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """The draws of each goal, with what was found of its fit."""
    picked = ordered(sampled, THINNED, checkpoint, (*names, sampled.speaker.name))
    rng, effects = np.random.default_rng(sampled.settings.seed), sampled.behaviour.design_effects
    for index, goal in enumerate(sampled.behaviour.goals):
        criticism = criticise(sampled, index, *predictive(sampled, index, rng))
        word = described(criticism, sampled.behaviour)[0] if criticism else "no"
        mine = [row for row in sampled.summary() if row["goal"] in (None, goal)]
        drawn = scalars(sampled.draws, sampled.behaviour.goals).items()
        known = {name: x.reshape(-1)[picked] for (name, of), x in drawn if of in (None, goal)}
        yield pl.DataFrame(
            {
                "design_effect": effects.choices[index] if effects else None,
                "verdict": sampled.diagnostics.verdict,
                "described": word,
                "told": criticism is not None and any(told(row, criticism, word) for row in mine),
                "draw": np.arange(picked.size, dtype=np.int32),
                **{name: known.get(name) for name in MOVED},
            }
        )


def run(given: Namespace) -> None:
    """Fit one goal, or goals that share parameters, at each level of each factor."""
    settings = fit_recipe.read(given.settings)
    choices = {path.stem: pl.read_parquet(path) for path in given.choices}
    out = {path.stem: path for path in given.out}
    place = next(iter(out.values())).parent
    found = fit_levels(
        settings,
        choices,
        pl.read_parquet(given.semantics),
        (place.parent.name, place.name),
        threads=int(given.threads or 1),
    )
    for goal, frame in found.items():
        with atomic_files.atomic(Path(out[goal])) as temporary:
            frame.write_parquet(temporary)
