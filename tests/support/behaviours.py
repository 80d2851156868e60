"""Behaviours that tests fit: made by hand, or answers of a speaker of the prior."""

from pathlib import Path

import numpy as np

from seeds import seed
from tactometer.inference import calibrated, calibration
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.settings import SamplingSettings
from tactometer.speaker_model import speaker_coordinates
from tactometer.speaker_model.variants import speaker
from tactometer.study import domain

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"
VALUES = np.arange(1.0, 6.0)
FIXED = SamplingSettings(semantics="fixed", seed=seed(1))


def make(counts: np.ndarray, yes: np.ndarray, n: np.ndarray | float = 52.0) -> Behaviour:
    """A behaviour of one goal without costs."""
    goals, states, utterances = counts.shape
    return Behaviour(
        counts=counts,
        yes=yes,
        n=np.broadcast_to(np.asarray(n, float), yes.shape),
        values=VALUES[:states],
        negated=None,
        goals=tuple(f"goal{g}" for g in range(goals)),
        states=tuple(str(s) for s in range(states)),
        utterances=tuple(f"u{u}" for u in range(utterances)),
    )


def of_the_prior(number: int) -> Behaviour:
    """The answers of a speaker that the calibration draws from the prior."""
    words = domain.load(ROOT / "resources" / "polite_speech")
    values, literal = np.array(words.states, float), np.array(words.literal)
    known = calibration.Domain(values, tuple(words.utterances), literal)
    return calibration.simulate(calibrated.PROGRAMS["s2_fixed"], known, number).behaviours["alone"]


def entries(alpha: float, phi: float, *omega: float) -> np.ndarray:
    """The cone's entries of natural parameters."""
    natural = speaker_coordinates.Natural(np.array(alpha), np.array([phi]), np.array([omega]))
    return speaker_coordinates.entries(natural, speaker("s2"))
