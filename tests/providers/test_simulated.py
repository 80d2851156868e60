"""What a simulated speaker answers hangs on what it is, and on nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from seeds import seed
from tactometer.providers.provider import Ask
from tactometer.providers.simulated.provider import Provider
from tactometer.providers.simulated.settings import SimulatedCheckpoint
from tactometer.study.fields import plain, read

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


LETTER = DECLARED | {"checkpoint": DECLARED["checkpoint"] | {"behaviour": "letter"}}


@pytest.mark.parametrize("options", [["terrible", "amazing"], ["amazing", "terrible"]])
def test_a_letter_takes_the_first_option_whatever_it_says(options: list[str]) -> None:
    assert set(texts(LETTER, options=options)) == {"A"}
    yes_no = {"goal": None, "utterance": "terrible", "options": ["no", "yes"]}
    assert set(texts(LETTER, **yes_no)) == {"A"}


@pytest.mark.parametrize("state", [0, 1])
def test_half_of_the_choices_of_a_mixture_are_meant_of_the_opposite_state(state: int) -> None:
    blunt = {"alpha": 15.0, "phi": 0.9, "omega": {"inf": 0.9, "soc": 0.1, "pre": 0.0}}

    def amazing(checkpoint: dict[str, Any]) -> int:
        """How many of 1,000 answers call a creation amazing, by letter or by word."""
        declared = DECLARED | {"checkpoint": checkpoint}
        asks = [Ask(f"{i}", {**ROW, "state": state}, i) for i in range(1000)]
        said = [line.text for lines in Provider(declared, {}).answer(asks) for line in lines]
        return sum("amazing" in text or "B" in text for text in said)

    assert amazing(blunt) < 50 if state == 0 else amazing(blunt) > 950
    assert abs(amazing(blunt | {"behaviour": "mixture"}) - 500) < 4 * (1000 / 4) ** 0.5


def test_a_study_that_names_no_behaviour_has_the_keys_that_it_had() -> None:
    """A journal from before there were behaviours: nothing of it is asked again."""
    written = plain(read(DECLARED["checkpoint"], SimulatedCheckpoint))
    assert written == DECLARED["checkpoint"]
    assert Provider(DECLARED | {"checkpoint": written}, {}).identity() == DECLARED


def test_so_does_a_request() -> None:
    assert texts(DECLARED, request="another") != texts(DECLARED)


def test_a_level_of_a_factor_changes_the_speaker_where_it_says_so_and_there_alone() -> None:
    kind = {"omega": {"inf": 0.0, "soc": 1.0, "pre": 0.0}, "alpha": 20.0}
    varied = DECLARED["checkpoint"] | {"factors": {"relation": {"boss": kind}}}
    declared = DECLARED | {"checkpoint": varied}
    boss, friend = (texts(declared, relation=level, wording="1") for level in ("boss", "friend"))
    bad = [[bool(re.search(r"terrible|\bA\b", said)) for said in one] for one in (boss, friend)]
    assert sum(bad[0]) < 8 and sum(bad[1]) > 12
