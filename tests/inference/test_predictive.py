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
    behaviour = spoken()
    settings = SamplingSettings(semantics="fixed", warmup=200, draws=4000, seed=seed(3))
    before = sample(behaviour, S2, settings)
    rows, _ = predictive(before, 0, np.random.default_rng(seed(1)))
    shape = behaviour.counts.shape[1:]
    assert {row["effective"] for row in rows} == {130.0}
    said = np.array([row["p_mean"] for row in rows]).reshape(shape)[2]
    more = MORE * np.broadcast_to(said, shape)
    after = sample(replace(behaviour, counts=behaviour.counts + more), S2, settings)
    sds, moved, told = _sds(before), {}, {}
    for name in MOVED:
        influence = np.array([row[f"{name}_influence"] for row in rows]).reshape(shape)
        told[name] = float((more * influence).sum() / sds[name])
        moved[name] = (_means(after)[name] - _means(before)[name]) / sds[name]
    assert max(map(abs, told.values())) > 0.3, told
    assert list(moved.values()) == pytest.approx(list(told.values()), abs=0.2)


def _means(sampled: Sampled) -> dict[str, float]:
    return {name: float(x.mean()) for (name, _), x in scalars(sampled.draws, ("social",)).items()}


def _sds(sampled: Sampled) -> dict[str, float]:
    return {name: float(x.std()) for (name, _), x in scalars(sampled.draws, ("social",)).items()}
