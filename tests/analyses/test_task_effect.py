"""The effect of a task on the same models: none of a speaker planted alike in both."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from seeds import seed
from tactometer.analyses.evidence import PARAMETERS, Posterior
from tactometer.analyses.task_effect import Asked, effect
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.calibration import Domain
from tactometer.inference.misfits import said
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.summaries import scalars
from tactometer.speaker_model.variants import speaker
from tactometer.study import domain
from tactometer.utils.errors import UserError
from tactometer.utils.paths import ROOT

SPEAKER = {"alpha": 4.0, "phi": 0.5, "omega": np.array([0.4, 0.2, 0.4])}
TASKS = ("resources/polite_speech", "resources/polite_speech_matched/on_stars.yaml")
GOALS = ("informative", "social")


def fitted(task: str, number: int, phi: float = 0.5) -> Posterior:
    """The posteriors of a speaker in a task, from 390 answers a state, a goal each."""
    world = domain.load(ROOT / task)
    known = Domain(np.array(world.values), tuple(world.utterances), np.array(world.literal))
    p = said(known.literal, known, alpha=4.0, phi=phi, omega=SPEAKER["omega"])
    rng = np.random.default_rng([seed(number), len(task)])
    draws = []
    for goal in GOALS:
        counts = np.array([[rng.multinomial(390, row / row.sum()) for row in p]], float)
        n = np.full(known.literal.shape, 1e5)
        behaviour = Behaviour(
            counts, n * known.literal, n, known.values, None, (goal,),
            tuple(map(str, world.states)), known.utterances,
        )  # fmt: skip
        how = SamplingSettings(semantics="fixed", chains=2, warmup=300, draws=500, seed=number)
        found = scalars(sample(behaviour, speaker("s2"), how).draws, (goal,))
        mine = {name: x.reshape(-1)[:1000] for (name, _), x in found.items()}
        draws.append(np.stack([mine[name] for name in PARAMETERS], axis=1))
    return Posterior(_fits(len(GOALS)), np.stack(draws))


def _fits(count: int, **changes: object) -> pl.DataFrame:
    named = {"model": "m", "checkpoint": "0", "verdict": "ok", "values": "1-5", "speaker": "s2",
             "semantics": "joint", "cost": False, **changes}  # fmt: skip
    return pl.DataFrame([{**named, "goal": goal} for goal in GOALS[:count]])


@pytest.mark.long
def test_a_speaker_planted_alike_in_both_tasks_shows_no_effect_of_the_task() -> None:
    """24 of them had 92% of 0 in 95% intervals, and a mean of .01: 16 may miss it four times."""
    held, total = 0, 0.0
    for number in range(16):
        one, other = (Asked(task, fitted(task, number)) for task in TASKS)
        phi = effect(one, other).row(0, named=True)
        assert (phi["parameter"], phi["fits"], phi["models"]) == ("phi", 2, 1)
        held += phi["hdi_low"] <= 0 <= phi["hdi_high"]
        total += phi["mean"]
    assert held >= 12 and abs(total / 16) < 0.04


@pytest.mark.long
def test_a_task_that_changes_the_speaker_is_seen() -> None:
    one = Asked("a", fitted(TASKS[0], 1))
    other = Asked("b", fitted(TASKS[1], 1, phi=0.2))
    phi = effect(one, other).row(0, named=True)
    assert phi["hdi_high"] < 0 and phi["mean"] == pytest.approx(-0.3, abs=0.12)


def drawn(shift: float = 0.0, own: int = 1, **changes: object) -> Asked:
    rng = np.random.default_rng(seed(own))
    common = rng.normal(0, 0.1, 400)  # what both goals share
    x = [np.stack([0.5 + shift + common + rng.normal(0, 0.01, 400)] * 4, axis=1) for _ in GOALS]
    return Asked("x", Posterior(_fits(2, **changes), np.stack(x)))


def test_what_the_goals_of_a_checkpoint_share_is_paid_for_once() -> None:
    """Both goals err together: their mean is no surer than each, and sqrt 2 of that over tasks."""
    told = effect(drawn(), drawn(own=2)).row(0, named=True)
    assert told["sd"] == pytest.approx(0.1 * 2**0.5, rel=0.15)


def test_draws_of_two_studies_are_not_paired_by_their_number() -> None:
    """The same draws on both sides are two independent posteriors, not no difference at all."""
    told = effect(drawn(), drawn()).row(0, named=True)
    assert told["sd"] == pytest.approx(0.1 * 2**0.5, rel=0.15)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"values": "0-3"}, "values of m is 1-5 in the one and 0-3 in the other.*on_stars"),
        ({"cost": True}, "cost of m is .*fit both in the same way"),
        ({"model": "n"}, "no model, checkpoint and goal in common"),
        ({"verdict": "suspect"}, "none may be read in both"),
    ],
)
def test_what_does_not_compare_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        effect(drawn(), drawn(**changes))


def test_on_stars_is_the_matched_domain_with_other_values_alone() -> None:
    folder = Path(ROOT, "resources/polite_speech_matched")
    one, other = (domain.load(folder / name).content() for name in ("domain.yaml", "on_stars.yaml"))
    assert {key for key in one if one[key] != other[key]} == {"path", "values"}
    assert (other["values"][0], other["values"][-1]) == (1, 5)
    assert np.allclose(np.diff(other["values"]), 4 / 3)
