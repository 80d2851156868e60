"""The cut posterior: what is not known of the words is carried over, and no choice bends them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from behaviours import recorded, spoken
from seeds import seed
from tactometer.inference import cut, mode_search
from tactometer.inference.misfits import S2
from tactometer.inference.predictive import predictive
from tactometer.inference.sampled import Sampled
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings

pytestmark = pytest.mark.xdist_group("cut")  # what they look at is made once

CUT = SamplingSettings(semantics="cut", warmup=200, seed=seed(1))


@pytest.fixture(scope="module")
def drawn() -> Sampled:
    """With twenty draws for each theta."""
    return sample(spoken(), S2, replace(CUT, draws=5000))


def test_each_theta_has_the_speakers_that_chains_find_there(drawn: Sampled) -> None:
    """Chains at ten of the thetas, each plugged in as if asked for ten million times."""
    behaviour, z = drawn.behaviour, []
    theta = drawn.draws["theta"].reshape(cut.THETAS, 20, *behaviour.yes.shape)[:, 0]
    many = np.full(behaviour.yes.shape, 1e7)
    for number in range(0, cut.THETAS, cut.THETAS // 10):
        known = replace(behaviour, yes=theta[number] * (many + 2) - 1, n=many)
        settings = replace(CUT, semantics="fixed", seed=seed(number + 1))
        there = sample(known, S2, settings)
        for name in ("alpha", "phi"):
            found = drawn.draws[name].reshape(cut.THETAS, -1)[number]
            right = there.draws[name].reshape(-1)
            z.append((found.mean() - right.mean()) / (right.std() / np.sqrt(found.size / 4)))
    # twenty draws of which some are alike: a chance below one in 100,000
    assert float(np.square(z).sum()) < stats.chi2.isf(1e-5, len(z))
    assert drawn.diagnostics.verdict in ("ok", "refit")


def test_intervals_are_wider_than_with_theta_plugged_in(drawn: Sampled) -> None:
    """Twice as wide on the mean; of one speaker in ten by a twentieth alone, so three are taken."""
    wider = []
    for found in (drawn, *(sample(spoken(own=own), S2, CUT) for own in (2, 3))):
        usual = sample(found.behaviour, S2, replace(CUT, semantics="fixed"))
        for name, x in usual.draws.items():
            wider += list(np.ravel(found.draws[name].std(axis=(0, 1)) / x.std(axis=(0, 1))))
    assert np.mean(wider) > 1.05


def test_choices_that_no_speaker_makes_do_not_bend_theta() -> None:
    odd = recorded("off-cell")
    told = (odd.yes + 1) / (odd.n + 2)
    spread = np.sqrt(told * (1 - told) / (odd.n + 3))

    def bent(how: str) -> float:
        few = {"draws": 250, "chains": 2} if how == "joint" else {}  # a minute otherwise
        found = sample(odd, S2, replace(CUT, semantics=how, **few))  # type: ignore[arg-type]
        theta = found.draws["theta"].reshape(-1, *told.shape).mean(axis=0)
        return float(np.abs((theta - told) / spread).max())

    assert bent("cut") < 0.25 < 1.5 < bent("joint")  # of 1,000 draws: .25 is eight of its errors


def test_goals_of_a_checkpoint_have_the_same_thetas(drawn: Sampled) -> None:
    other = sample(spoken("informative", phi=0.3, own=2), S2, CUT)
    theta = other.draws["theta"].reshape(cut.THETAS, 4, *other.behaviour.yes.shape)
    mine = drawn.draws["theta"].reshape(cut.THETAS, 20, *other.behaviour.yes.shape)
    assert np.array_equal(theta[:, 0], mine[:, 0]) and np.array_equal(theta[:, 0], theta[:, 3])


def test_where_draws_do_not_reach_the_speakers_of_other_thetas_the_fit_is_suspect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    climb = mode_search.climb

    def astray(problem: mode_search.Problem, v: np.ndarray, **how: float) -> tuple:  # type: ignore[type-arg]
        u, value, information = climb(problem, v, **how)
        return (u + 1.0 if isinstance(problem, cut.Imputed) else u), value, information

    monkeypatch.setattr(mode_search, "climb", astray)
    found = sample(spoken(), S2, CUT)
    assert found.diagnostics.verdict == "suspect"
    assert "of the thetas lie where no chain was" in "; ".join(found.diagnostics.notes)


def test_few_draws_still_tell_what_an_answer_does_within_a_theta() -> None:
    few = sample(spoken(), S2, replace(CUT, chains=2, draws=150))
    assert few.draws["alpha"].size == 2 * cut.THETAS
    rows, _ = predictive(few, 0, np.random.default_rng(seed(1)))
    found = [row["phi_influence"] for row in rows]
    assert np.ptp(found) > 0 and np.isfinite(found).all()
