"""What a simulated speaker answers hangs on what it is, and on nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from seeds import seed
from tactometer.providers.provider import Ask
from tactometer.providers.simulated.provider import Provider

DECLARED: dict[str, Any] = {
    "checkpoint": {"alpha": 3.0, "phi": 0.5, "omega": {"inf": 0.3, "soc": 0.3, "pre": 0.4}},
    "literal": {"terrible": [0.9, 0.1], "amazing": [0.1, 0.9]},
    "values": [0, 1],
    "seed": seed(1),
    "simulator": "1",
}
ROW = {
    "request": "r",
    "prompt_set": "default",
    "state": 0,
    "goal": "default",
    "options": ["terrible", "amazing"],
}


def texts(declared: dict[str, Any], key: str = "", **row: Any) -> list[str]:
    """Its answers to 40 samples of a request; the keys differ as those of another version would."""
    asks = [Ask(f"{key}{i}", {**ROW, **row}, i) for i in range(40)]
    return [line.text for lines in Provider(declared, {}).answer(asks) for line in lines]


def test_another_version_and_so_other_keys_do_not_change_its_luck() -> None:
    first = texts(DECLARED)
    assert len(set(first)) > 5
    assert texts(DECLARED | {"simulator": "2"}, "other ") == first


@pytest.mark.parametrize(
    "change", [{"seed": seed(2)}, {"checkpoint": DECLARED["checkpoint"] | {"alpha": 3.000001}}]
)
def test_a_seed_or_a_parameter_changes_it(change: dict[str, Any]) -> None:
    assert texts(DECLARED | change) != texts(DECLARED)


def test_so_does_a_request() -> None:
    assert texts(DECLARED, request="another") != texts(DECLARED)
