"""Cross-validation over vignettes: prediction error on vignettes that a fit has not seen.

The vignettes are dealt into folds. For each fold the speaker is fitted to the answers about all
others, and what it says on average (the posterior mean of the probability, state by state) is held
against the shares among the answers that were left out. Beside it stand two baselines: speakers
drawn from the prior, and the error that counting few answers has in any case.

Where fits are corrected for what the place of an option does, so are the answers that were left
out: by the bias that the others show.

theta is plugged in (fixed), from the yes/no answers about the vignettes of the fit alone: with it a
fit takes a tenth of the time, and a prediction of choices hardly hangs on it.
"""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tactometer.inference import position_bias
from tactometer.inference.counted import choices_by_order
from tactometer.inference.fit import posteriors
from tactometer.inference.folds import HELDOUT, deal
from tactometer.reading import order_counts
from tactometer.reading.counts import count
from tactometer.reading.truth_counts import add_up
from tactometer.speaker_model import speaker_coordinates
from tactometer.speaker_model.variants import SpeakerModel, speakers
from tactometer.study import fit_recipe
from tactometer.study.domain import SEMANTICS
from tactometer.study.fit_recipe import FitRecipe
from tactometer.utils import atomic_files, digests
from tactometer.utils.arrays import Array

PRIOR_DRAWS = 200
SAMPLING = {"semantics": "fixed", "chains": 4, "warmup": 200, "draws": 250}
NO_VIGNETTES = "recorded counts do not tell vignettes apart, so none can be held out"
Key = tuple[str, str, str]  # goal, framing, speaker


@dataclass
class Errors:
    """Mean squared errors of one fit, collected over the folds."""

    n: int = 0
    suspect: int = 0
    mse: list[float] = field(default_factory=list)
    prior: list[float] = field(default_factory=list)
    prior_mean: list[float] = field(default_factory=list)
    counting: list[float] = field(default_factory=list)


def hold_out(settings: FitRecipe, choices: Mapping[str, Path], semantics: Path) -> pl.DataFrame:
    """Cross-validate one checkpoint: a row of errors for each goal, framing and speaker variant.

    `settings` is the recipe heldout/{model}.json, `choices` the production choices by goal,
    `semantics` the yes/no choices.
    """
    said = {goal: pl.read_parquet(path) for goal, path in choices.items()}
    truths = pl.read_parquet(semantics)
    vignettes = sorted(set[str]().union(*(frame["vignette"].unique() for frame in said.values())))
    folds = deal(vignettes, settings.folds, settings.domain.seed)
    found: dict[Key, Errors] = {}
    for number, fold in enumerate(folds):
        _add_fold(found, settings, said, truths, fold, number)
    rows = [_row(key, errors, len(folds), len(vignettes)) for key, errors in found.items()]
    return pl.DataFrame(rows, schema=HELDOUT)


def of_recorded(settings: FitRecipe, counts: Mapping[str, Path]) -> pl.DataFrame:
    """Rows that say that nothing can be held out where counts do not tell vignettes apart."""
    rows = []
    for goal, path in counts.items():
        frame = pl.read_parquet(path)
        answers = frame.unique(["framing", "state"]).group_by("framing", maintain_order=True)
        for framing, n in answers.agg(pl.col("n_valid").sum()).iter_rows():
            for name in settings.fit.speakers:
                row = {"goal": goal, "framing": framing, "speaker": name, "semantics": "fixed"}
                rows.append({**row, "folds": 0, "n": n, "suspect": 0, "note": NO_VIGNETTES})
    return pl.DataFrame(rows, schema=HELDOUT)


def _add_fold(
    found: dict[Key, Errors],
    settings: FitRecipe,
    said: Mapping[str, pl.DataFrame],
    truths: pl.DataFrame,
    fold: Sequence[str],
    number: int,
) -> None:
    """Fit to all vignettes but the fold's, and add the errors of predicting those."""
    states, utterances = settings.domain.states, settings.domain.utterances
    out = pl.col("vignette").is_in(list(fold))
    known = add_up(truths.filter(~out), states, utterances)
    seen = {goal: count(frame.filter(~out), states, utterances) for goal, frame in said.items()}
    left = {goal: count(frame.filter(out), states, utterances) for goal, frame in said.items()}
    corrects = settings.fit.position == "estimate"
    shown, hidden = (
        {goal: order_counts.count(f.filter(w), utterances) for goal, f in said.items() if corrects}
        for w in (~out, out)
    )
    prior = {
        one.name: _prior(settings, one, known, number)
        for one in speakers(settings.fit.speakers, cost=settings.fit.cost)
    }
    for goals, sampling in _together(settings, list(said), number):
        fits = posteriors(sampling, {goal: seen[goal] for goal in goals}, known, shown)
        for names, sampled in fits:
            p = sampled.predict(1000).mean(axis=0)
            for goal, predicted in zip(goals, p, strict=True):
                for framing in names:
                    errors = found.setdefault((goal, framing, sampled.speaker.name), Errors())
                    errors.suspect += sampled.diagnostics.verdict == "suspect"
                    mine = _left_out(left[goal].filter(pl.col("framing") == framing), states)
                    if corrects:
                        mine = _corrected(mine, shown[goal], hidden[goal], framing, states)
                    _compare(errors, mine, predicted, prior[sampled.speaker.name])


def _together(
    settings: FitRecipe, goals: list[str], fold: int
) -> Iterator[tuple[list[str], FitRecipe]]:
    """Goals that are fitted at once, with how: the seed is the fold's own."""
    seed = digests.digest([settings.domain.seed, fold])
    how = settings.changed(seed, **SAMPLING)
    for group in settings.together(goals):
        yield group, how


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Answers that were left out under a goal and a framing: how many could be read, weights of
    each state [state], shares and, of answers in words, what counting so few adds to a squared
    error [state, utterance].
    """

    n: int
    weights: Array
    shares: Array
    counting: Array | None


def _left_out(counts: pl.DataFrame, states: Sequence[int]) -> LeftOut:
    """The answers of a frame of counts of one framing as they are."""
    weights = counts["weight"].to_numpy().reshape(len(states), -1)
    totals = weights.sum(axis=1)
    shares = weights / np.maximum(totals, 1e-300)[:, None]
    words = np.array_equal(weights, weights.round())  # of probabilities there is no count
    spread = shares * (1 - shares) / np.maximum(totals - 1, 1)[:, None]
    n = int(counts.unique("state")["n_valid"].sum())
    return LeftOut(n, totals, shares, spread if words else None)


def _corrected(
    found: LeftOut, shown: pl.DataFrame, hidden: pl.DataFrame, framing: str, states: Sequence[int]
) -> LeftOut:
    """The same without the bias of place that the answers of the fit show; both by order."""
    names = sorted({*shown["vignette"], *hidden["vignette"]})
    seen, mine = (choices_by_order(orders, states, names, framing) for orders in (shown, hidden))
    if seen is None or mine is None:
        return found
    each, spread = position_bias.given(mine, position_bias.fit(seen).gamma)
    part = np.bincount(mine.cell, mine.n) / np.maximum(found.weights, 1e-300)[mine.state]
    shares, variance = np.zeros(found.shares.shape), np.zeros(found.shares.shape)
    np.add.at(shares, mine.state, part[:, None] * each)
    np.add.at(variance, mine.state, part[:, None] ** 2 * spread)
    few = found.weights / np.maximum(found.weights - 1, 1)
    counting = None if found.counting is None else variance * few[:, None]
    return LeftOut(found.n, found.weights, shares, counting)


def _compare(errors: Errors, left: LeftOut, predicted: Array, prior: Array) -> None:
    """Add the errors of one fold: predicted [state, utterance], prior [draw, state, utterance]."""
    heard = left.weights > 0
    if not heard.any():
        return
    shares = left.shares[heard]
    errors.n += left.n
    errors.mse.append(float(((predicted[heard] - shares) ** 2).mean()))
    errors.prior.append(float(((prior[:, heard] - shares) ** 2).mean()))
    errors.prior_mean.append(float(((prior[:, heard].mean(axis=0) - shares) ** 2).mean()))
    if left.counting is not None:
        errors.counting.append(float(left.counting[heard].mean()))


def _prior(settings: FitRecipe, known: SpeakerModel, truths: pl.DataFrame, fold: int) -> Array:
    """p(u|s) [draw, state, utterance] of speakers drawn from the prior."""
    domain = settings.domain
    rng = np.random.default_rng([domain.seed, fold])
    drawn = speaker_coordinates.draw_prior(rng, known, 1, (PRIOR_DRAWS,))
    theta = truths["theta"].to_numpy().reshape(len(domain.utterances), -1)
    values = np.array(domain.worth, float)
    return np.exp(known.log_speaker(drawn, theta, values, domain.negated)[:, 0])


def _row(key: Key, errors: Errors, folds: int, vignettes: int) -> dict[str, Any]:
    goal, framing, name = key
    said = "" if errors.n else "no answer could be read"
    words = len(errors.counting) == len(errors.mse)
    return {
        **{"goal": goal, "framing": framing, "speaker": name, "semantics": "fixed"},
        **{"folds": folds, "vignettes": vignettes, "n": errors.n},
        "mse": _mean(errors.mse),
        "mse_prior": _mean(errors.prior),
        "mse_prior_mean": _mean(errors.prior_mean),
        "mse_counting": _mean(errors.counting) if words else None,
        "suspect": errors.suspect,
        "note": said,
    }


def _mean(x: Sequence[float]) -> float | None:
    return float(np.mean(x)) if x else None


def run(given: Namespace) -> None:
    """Predict the answers about vignettes that are held out, of one checkpoint."""
    settings = fit_recipe.read(given.settings)
    if given.choices:
        goals = {path.stem: path for path in given.choices}
        frame = hold_out(settings, goals, goals.pop(SEMANTICS))
    else:
        frame = of_recorded(settings, {path.stem: path for path in given.counts})
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
