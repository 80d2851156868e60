"""What predicts vignettes that were left out: a speaker where there is one, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from behaviours import DOMAIN
from seeds import seed
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.best_fit import best_fit
from tactometer.inference.misfits import said
from tactometer.inference.rivals import (
    ANSWERED,
    CEILING,
    FLOOR,
    REGRESSION,
    Predict,
    rivals,
    scores,
    sizes,
)
from tactometer.speaker_model.variants import speaker

NAMES = ("s2", "s1", "s2-lapse", "s2-inf-pre")
SPEAKERS = [speaker(name) for name in NAMES]
VIGNETTES, EACH = 13, 40


def asked(p: np.ndarray, own: int = 1) -> tuple[np.ndarray, Behaviour]:
    """Choices [vignette, state, utterance] drawn from p [state, utterance], and the behaviour."""
    rng = np.random.default_rng(seed(own))
    by = np.array([[rng.multinomial(EACH, row) for row in p] for _ in range(VIGNETTES)], float)
    yes = rng.binomial(52, DOMAIN.literal).astype(float)
    states = tuple(f"{v:g}" for v in DOMAIN.values)
    n = np.full(yes.shape, 52.0)
    return by, Behaviour(
        by.sum(axis=0)[None], yes, n, DOMAIN.values, None, ("g",), states, DOMAIN.utterances
    )


def mean_scores(p: np.ndarray) -> dict[str, float]:
    by, behaviour = asked(p)
    return {
        name if words != ANSWERED else f"{name}, own words": float(scores(by, one).mean())
        for name, words, one in rivals(behaviour, SPEAKERS)
    }


def predictors(behaviour: Behaviour) -> dict[str, Predict]:
    return {name: one for name, words, one in rivals(behaviour, SPEAKERS) if words != ANSWERED}


SOFT = said(DOMAIN.literal, DOMAIN, alpha=4.0, phi=0.4, omega=np.array([0.3, 0.2, 0.5]))


def test_a_speaker_predicts_its_own_choices_as_well_as_their_shares_do() -> None:
    found = mean_scores(SOFT)
    assert found["s2"] > found[FLOOR] + 0.1 and found["s2"] > found[REGRESSION] + 0.02
    assert found["s2"] > found[CEILING] - 0.005
    assert found["s2, own words"] > found["s2"] - 0.06
    assert found["s2"] == pytest.approx(float((SOFT * np.log(SOFT)).sum(axis=1).mean()), abs=0.05)


def test_what_is_no_speaker_is_predicted_by_its_shares_and_not_by_s2() -> None:
    """A speaker that calls the bad good and the good bad."""
    exact = said(DOMAIN.literal, DOMAIN, alpha=6.0, phi=0.9, omega=np.array([0.9, 0.05, 0.05]))
    found = mean_scores(exact[::-1])
    assert found[CEILING] > max(found[f"{name}, own words"] for name in NAMES) + 0.3
    assert found["s2"] > found["s2, own words"] + 0.3, "words that bend hide it"


def test_a_regression_predicts_what_is_linear_in_the_state_and_a_rate_what_is_the_same() -> None:
    rng = np.random.default_rng(seed(3))
    slopes, rates = rng.normal(0, 1.5, 8), rng.normal(0, 1, 8)
    z = (DOMAIN.values - 3) / np.std(DOMAIN.values)
    linear = mean_scores(special.softmax(rates + z[:, None] * slopes, axis=1))
    assert linear[REGRESSION] > max(linear["s2"], linear[FLOOR]) + 0.02
    same = mean_scores(np.tile(special.softmax(rates), (5, 1)))
    assert same[FLOOR] > max(value for name, value in same.items() if name != FLOOR) - 0.005


def test_a_score_is_the_mean_log_probability_of_answers_that_were_not_seen() -> None:
    by, behaviour = asked(SOFT)
    floor = predictors(behaviour)[FLOOR]
    seen = by[1:].sum(axis=0)
    n, rate = seen.sum(axis=1, keepdims=True), seen.sum(axis=0) / seen.sum()
    p = (n * rate + 1 / 8) / (n + 1)
    assert scores(by, floor)[0] == pytest.approx((by[0] * np.log(p)).sum() / by[0].sum())
    by[0] = 0
    assert np.isnan(scores(by, floor)[0])


def test_one_step_from_the_whole_fit_is_as_good_as_the_fit_to_the_others() -> None:
    by, behaviour = asked(SOFT, own=4)
    s2 = predictors(behaviour)["s2"]
    seen = by.sum(axis=0) - by[0]
    start = {"alpha": 4.0, "phi": 0.4, "omega": (0.3, 0.2, 0.5)}
    given = {name: np.asarray(value) for name, value in start.items()} | {"theta": behaviour.theta}
    others = Behaviour(
        seen[None], behaviour.yes, behaviour.n, behaviour.values, None, ("g",),
        behaviour.states, behaviour.utterances,
    )  # fmt: skip
    fitted = best_fit(others, 0, SPEAKERS[0], given).p
    assert (seen * np.log(s2(seen) / fitted)).sum() > -0.5, "log likelihood lost, in nats"


def test_no_speaker_model_fits_worse_than_one_that_it_holds() -> None:
    """Near a corner of the weights, where a start of its own stays in a worse place."""
    p = said(DOMAIN.literal, DOMAIN, alpha=4.5, phi=0.2, omega=np.array([0.02, 0.03, 0.95]))
    by, behaviour = asked(p)
    found = predictors(behaviour)
    fits = {name: (by.sum(axis=0) * np.log(found[name](by.sum(axis=0)))).sum() for name in NAMES}
    assert fits["s2"] > fits["s2-inf-pre"] - 1 and fits["s2-lapse"] > fits["s2"] - 1


def test_sizes_count_what_the_choices_tell() -> None:
    _, behaviour = asked(SOFT)
    assert sizes(behaviour, SPEAKERS) == {
        FLOOR: 7, REGRESSION: 14, "s2": 4, "s1": 2, "s2-lapse": 5, "s2-inf-pre": 3, CEILING: 35,
    }  # fmt: skip
