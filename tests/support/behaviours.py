"""Behaviours that tests fit: made by hand, or answers of a speaker of the prior."""

from pathlib import Path

import numpy as np
import polars as pl

from seeds import seed
from tactometer.inference import calibrated, calibration
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.misfits import said
from tactometer.inference.settings import SamplingSettings
from tactometer.speaker_model import speaker_coordinates
from tactometer.speaker_model.variants import speaker
from tactometer.study import domain

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"
VALUES = np.arange(1.0, 6.0)
FIXED = SamplingSettings(semantics="fixed", seed=seed(1))
DATA = ROOT / "tests/data/misfit"
RECORDED = sorted(path.name.split(".")[0] for path in DATA.glob("*.production.csv"))
WORDS = domain.load(ROOT / "resources" / "polite_speech")
ASKED = 13.0
DOMAIN = calibration.Domain(
    np.array(WORDS.states, float), tuple(WORDS.utterances), np.array(WORDS.literal, float)
)


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


def spoken(goal: str = "social", phi: float = 0.6, own: int = 1) -> Behaviour:
    """What a speaker says whose words are asked for 13 times a cell."""
    rng = np.random.default_rng(seed(own))
    yes = np.random.default_rng(seed(5)).binomial(int(ASKED), DOMAIN.literal).astype(float)
    p = said(DOMAIN.literal, DOMAIN, alpha=4.0, phi=phi, omega=np.array([0.4, 0.2, 0.4]))
    counts = np.array([[rng.multinomial(130, row / row.sum()) for row in p]], float)
    n = np.full(yes.shape, ASKED)
    states = tuple(f"{v:g}" for v in DOMAIN.values)
    return Behaviour(counts, yes, n, DOMAIN.values, None, (goal,), states, DOMAIN.utterances)


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


def recorded(name: str) -> Behaviour:
    """A behaviour of tests/data/misfit (shared/cases/README.md says what each is)."""
    spoken = pl.read_csv(DATA / f"{name}.production.csv")
    yes_no = pl.read_csv(DATA / f"{name}.semantics.csv")
    states = sorted(spoken["state"].unique())

    def cells(frame: pl.DataFrame, column: str) -> np.ndarray:
        found = {(r["utterance"], r["state"]): r[column] for r in frame.to_dicts()}
        return np.array([[found[u, s] for s in states] for u in WORDS.utterances], float)

    return Behaviour(
        counts=cells(spoken, "count").T[None],
        yes=cells(yes_no, "yes"),
        n=cells(yes_no, "n"),
        values=np.array(states, float),
        negated=None,
        goals=("both",),
        states=tuple(map(str, states)),
        utterances=tuple(WORDS.utterances),
    )
