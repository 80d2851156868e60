"""Calibration behind a bias of place: what it takes to hold, and that a speaker is simulated so."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from seeds import seed
from tactometer.inference import position_bias, position_calibration
from tactometer.inference.calibration import Domain
from tactometer.inference.misfits import said
from tactometer.study import domain as domains

WORDS = domains.load(Path("resources/polite_speech"))
DOMAIN = Domain(
    np.array(WORDS.states, float), tuple(WORDS.utterances), np.array(WORDS.literal, float)
)


def frame(**changes: Any) -> pl.DataFrame:
    """Intervals that hold in 19 of 20 speakers, all told behind 4 nats, but for `changes` of the
    corrected ones, by column.
    """
    rows = [
        {"nats": nats, "rho": 0.0, "seed": i, "position": how, "parameter": "phi", "of_place": 0.1}
        | {"of_state": 0.2, "loss": 1.0, "size": 1.0, "truth": 0.5, "mean": 0.5, "sd": 0.1}
        | {"low": 0.3 if i else 0.6, "high": 0.7, "outweighs": nats == 4, "told": nats == 4}
        | {"verdict": "ok"}
        | (changes if how == "estimate" else {})
        for nats in position_calibration.NATS
        for how in position_calibration.HOW
        for i in range(20)
    ]
    return pl.DataFrame(rows, schema=position_calibration.COLUMNS)


@pytest.mark.parametrize(
    ("changes", "holds"),
    [({}, True), ({"high": 0.4}, False), ({"high": 0.9}, False), ({"told": False}, False)],
)
def test_it_holds_where_intervals_hold_cost_little_and_the_lost_are_told(
    changes: dict[str, Any], holds: bool
) -> None:
    assert position_calibration.judge(frame(**changes))["holds"] is holds


def test_answers_are_those_of_a_speaker_behind_the_bias() -> None:
    """Of many speakers' answers: the first place gains what was said, the others nothing."""
    rng = np.random.default_rng(seed(1))
    p = np.maximum(said(DOMAIN.literal, DOMAIN, alpha=2.0, phi=0.5, omega=np.full(3, 1 / 3)), 1e-6)
    found = [
        position_bias.fit(position_calibration.answers(p, 2.0, 0.0, rng, DOMAIN)).gamma
        for _ in range(12)
    ]
    gamma = np.mean(found, axis=0)
    assert gamma[0] - gamma[1:].mean() == pytest.approx(2.0, abs=0.2)
    assert np.abs(gamma[1:] - gamma[1:].mean()).max() < 0.25


@pytest.mark.long
def test_a_speaker_is_fitted_with_and_without_the_correction(tmp_path: Path) -> None:
    rows = position_calibration.check_one((4.0, 0.0, 1), DOMAIN)
    assert len(rows) == 2 * len(position_calibration.PARAMETERS)
    sizes = {row["position"]: row["size"] for row in rows}
    assert sizes["estimate"] > sizes["ignore"] and all(row["told"] for row in rows)
