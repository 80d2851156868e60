"""The design effect: by how much answers of one vignette hang together.

Answers to prompts of one vignette resemble each other, whatever names and framings lie inside, so a
hundred and thirty of them say less than as many independent ones. The effective number of answers
is their number over the design effect (Kish 1965, Survey Sampling), here estimated twice, and the
larger one taken:

- from the choices alone, as the overdispersion of counts by vignette within each state: Pearson's
  chi-squared over its degrees of freedom (McCullagh and Nelder 1989, section 4.5);
- from what each vignette does to the speaker's parameters, their sandwich variance over the one of
  independent answers, which sees what persists from one state to the next (the magnitude
  adjustment of Ribatet, Cooley and Davison 2012).
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import special

from tactometer.inference.behaviour import Behaviour, DesignEffects
from tactometer.inference.best_fit import Likelihood, best_fit
from tactometer.inference.vignettes import Vignettes, yes_no
from tactometer.speaker_model.semantics import Semantics
from tactometer.speaker_model.variants import SpeakerModel
from tactometer.utils.arrays import Array

COVERS = 0.975  # of the t distribution that a few clusters ask for, beside the normal one
PRIOR = 1e-3  # information of a coordinate's prior: what nothing is known of stays finite
STARTS = ((0.5, (1 / 3, 1 / 3, 1 / 3)), (0.2, (0.1, 0.2, 0.7)), (0.8, (0.7, 0.1, 0.2)))
ALPHA, EXTRA = 3.0, 0.05  # of a start; an extra lies low within its bounds


def design_effects(
    behaviour: Behaviour, vignettes: Vignettes, speaker: SpeakerModel, semantics: Semantics
) -> DesignEffects:
    """The design effects of a behaviour, for a speaker whose words enter in this way."""
    known = semantics == "fixed"
    answers = _yes_no(vignettes.yes, vignettes.n)
    words = overdispersion(answers)
    found = []
    for goal, cells in enumerate(vignettes.counts):
        effect = overdispersion(cells)
        if _clusters(cells) > 1:
            likelihood = Likelihood(behaviour, goal, speaker, behaviour.theta if known else None)
            x = likelihood.coordinates(usual_fit(behaviour, goal, speaker))
            choices, of_words = likelihood.information(x)
            back = influence(choices, of_words, cut=semantics == "cut")
            own = of_choices(back, of_words, cut=semantics == "cut")
            pulls = scores(cells, likelihood, x)
            effect = max(effect, projected(pulls, own @ choices @ own.T, own))
            if not known and _clusters(answers) > 1:
                back = back[:, -of_words.size :]
                pulls = answers[..., 0] - answers.sum(axis=2) * behaviour.theta.ravel()
                words = max(words, projected(pulls, (back * of_words) @ back.T, back))
        found.append(for_few(effect, _clusters(cells)))
    return DesignEffects(tuple(found), for_few(words, _clusters(answers)))


def of_yes_no(truths: pl.DataFrame) -> float | None:
    """The design effect of a file of yes/no counts by itself, whatever speaker they belong to; None
    where it does not tell vignettes apart.
    """
    by_vignette = yes_no(truths)
    if by_vignette is None:
        return None
    answers = _yes_no(*by_vignette)
    return for_few(overdispersion(answers), _clusters(answers))


def _yes_no(yes: Array, n: Array) -> Array:
    """Answers as counts of yes and of no [vignette, cell, 2]."""
    answers = np.stack([yes, n - yes], axis=-1)
    return answers.reshape(len(answers), -1, 2)


def _clusters(cells: Array) -> int:
    return int((cells.sum(axis=(1, 2)) > 0).sum())


def overdispersion(cells: Array) -> float:
    """Pearson's chi-squared of weights [vignette, state, utterance] within each state, over its
    degrees of freedom; 1 where there are none.
    """
    whole = cells.sum(axis=0)
    shares = np.divide(
        whole, whole.sum(axis=1, keepdims=True), out=np.zeros(whole.shape), where=whole > 0
    )
    expected = cells.sum(axis=2, keepdims=True) * shares
    square = (cells - expected) ** 2
    ratio = np.divide(square, expected, out=np.zeros(cells.shape), where=expected > 0)
    asked = (cells.sum(axis=2) > 0).sum(axis=0)
    used = (shares > 0).sum(axis=1)
    freedom = int(np.sum(np.maximum(asked - 1, 0) * np.maximum(used - 1, 0)))
    return float(ratio.sum() / freedom) if freedom else 1.0


def projected(pulls: Array, expected: Array, back: Array) -> float:
    """The variance of a speaker's coordinates by what each vignette pulls at [vignette,
    coordinate], over the `expected` one [speaker's coordinate, same] of independent answers.

    `back` is how far a pull moves them. A mean over the directions that the answers tell of, 1
    where there are none.
    """
    moved = (pulls - pulls.mean(axis=0)) @ back.T
    seen = moved.T @ moved * len(pulls) / (len(pulls) - 1)
    values, vectors = np.linalg.eigh(expected)
    kept = values > 1e-9 * values[-1]
    if not kept.any():
        return 1.0
    within = vectors[:, kept].T @ seen @ vectors[:, kept]
    return float(np.mean(np.diag(within) / values[kept]))


def scores(cells: Array, likelihood: Likelihood, x: Array) -> Array:
    """What each vignette's choices pull the coordinates x [coordinate] by: the derivatives
    [vignette, coordinate] of its log-likelihood.
    """
    p, derivatives = likelihood.derivatives(x)
    surprise = cells - cells.sum(axis=2, keepdims=True) * p
    return np.asarray(np.einsum("vsu,suc->vc", surprise, derivatives))


def influence(choices: Array, words: Array, *, cut: bool) -> Array:
    """How far a pull moves the speaker's own coordinates [speaker's coordinate, coordinate]: their
    rows of the inverse of the information of choices and words (`Likelihood.information`). Of a
    `cut` posterior the words move first, by their own information, and the speaker after them.
    """
    speaker = len(choices) - len(words)
    if cut:
        own = np.linalg.inv(choices[:speaker, :speaker] + PRIOR * np.eye(speaker))
        return np.hstack([own, -own @ choices[:speaker, speaker:] / words])
    whole = choices + np.diag([*np.full(speaker, PRIOR), *words])
    return np.asarray(np.linalg.inv(whole)[:speaker])


def of_choices(back: Array, words: Array, *, cut: bool) -> Array:
    """The `influence` of choices alone: words of a `cut` posterior do not heed them."""
    own = back.copy()
    if cut:
        own[:, back.shape[1] - len(words) :] = 0.0
    return own


def for_few(effect: float, clusters: int) -> float:
    """An estimate of at least 1, with what goes beyond raised for the few clusters it is from."""
    if clusters < 2:
        return 1.0
    few = float(special.stdtrit(clusters - 1, COVERS) / special.ndtri(COVERS)) ** 2
    return 1 + max(effect - 1, 0.0) * few


def usual_fit(behaviour: Behaviour, goal: int, speaker: SpeakerModel) -> dict[str, Array]:
    """The natural parameters that fit the choices under a goal best, of a few usual starts, where
    words mean what the yes/no answers say.
    """
    starts = _starts(behaviour, speaker)
    fits = [best_fit(behaviour, goal, speaker, start, held=True) for start in starts]
    held = Likelihood(behaviour, goal, speaker, behaviour.theta)
    return held.natural(min(fits, key=lambda fit: fit.deviance).x)


def _starts(behaviour: Behaviour, speaker: SpeakerModel) -> list[dict[str, Array]]:
    extras = {name: speaker.prior(name).bounds for name in speaker.extras}
    low = {name: np.array(a + EXTRA * (b - a)) for name, (a, b) in extras.items()}
    return [
        {
            "alpha": np.array(ALPHA),
            "phi": np.array(phi),
            "omega": np.array(omega),
            "theta": behaviour.theta,
            **low,
        }
        for phi, omega in STARTS
    ]
