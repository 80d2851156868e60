"""What one more answer would do to a posterior mean, as fits of more answers have it."""

from dataclasses import replace

import numpy as np
import pytest

from behaviours import spoken
from seeds import seed
from tactometer.inference.misfits import S2
from tactometer.inference.predictive import MOVED, predictive
from tactometer.inference.sampled import Sampled
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.summaries import scalars

pytestmark = pytest.mark.xdist_group("cut")
MORE = 4.0  # answers a state, of 130


def test_answers_move_each_mean_by_their_influence_to_first_order() -> None:
    """Of each state, as what the speaker says of the third one."""
    told, moved = np.array([_told_and_moved(own) for own in range(4)]).swapaxes(0, 1)
    assert np.abs(told).max() > 0.15, told
    slope = float((told * moved).sum() / (told**2).sum())
    assert 0.6 < slope < 1.6 and np.corrcoef(told.ravel(), moved.ravel())[0, 1] > 0.8, (told, moved)


def _told_and_moved(own: int) -> list[list[float]]:
    """What influence says that more answers do to each mean, and what they do, in sds."""
    behaviour = spoken(own=20 + own)
    settings = SamplingSettings(semantics="fixed", warmup=200, draws=4000, seed=seed(3))
    before = sample(behaviour, S2, settings)
    rows, _ = predictive(before, 0, np.random.default_rng(seed(1)))
    shape = behaviour.counts.shape[1:]
    assert {row["effective"] for row in rows} == {130.0}
    said = np.array([row["p_mean"] for row in rows]).reshape(shape)[2]
    more = MORE * np.broadcast_to(said, shape)
    after = sample(replace(behaviour, counts=behaviour.counts + more), S2, settings)
    sds, found = _sds(before), []
    for name in MOVED:
        influence = np.array([row[f"{name}_influence"] for row in rows]).reshape(shape)
        moved = (_means(after)[name] - _means(before)[name]) / sds[name]
        found.append([float((more * influence).sum() / sds[name]), moved])
    return [list(each) for each in zip(*found, strict=True)]


def _means(sampled: Sampled) -> dict[str, float]:
    return {name: float(x.mean()) for (name, _), x in scalars(sampled.draws, ("social",)).items()}


def _sds(sampled: Sampled) -> dict[str, float]:
    return {name: float(x.std()) for (name, _), x in scalars(sampled.draws, ("social",)).items()}
