"""What was cut, filtered, refused or failed is no answer; a cap of one token is no cut."""

import math
from typing import Any

import polars as pl
import pytest

from tactometer.elicitation.requests import SCHEMA
from tactometer.journal.answer_keys import answer_key
from tactometer.reading import choices, judge
from tactometer.study.option_labels import LABELS

UTTERANCES = ("terrible", "bad", "good", "amazing")


def parsed(**line: Any) -> dict[str, Any]:
    """One answer to one production prompt, as it is read."""
    blank = dict.fromkeys(SCHEMA)
    row = blank | {"request": "r", "goal": "social", "options": list(UTTERANCES), "messages": []}
    requests = pl.DataFrame([row], schema=SCHEMA)
    held = {"text": None, "logprobs": None, "finish_reason": "stop", "usage": {}, **line}
    answers = {answer_key("who", "r", 0): held}
    return choices.parse(requests, answers, "who", 1, UTTERANCES).row(0, named=True)


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("length", "cut"),
        ("MAX_TOKENS", "cut"),
        ("content_filter", "filtered"),
        ("SAFETY", "filtered"),
        ("refusal", "refused"),
        ("error", "error"),
    ],
)
def test_a_reply_that_the_model_did_not_end_is_invalid_and_says_why(
    finish: str, reason: str
) -> None:
    read = parsed(text="(A) terrible", finish_reason=finish, usage={"completion_tokens": 12})
    assert (read["choice"], read["method"], read["reason"]) == (None, "invalid", reason)
    ended = parsed(text="(A) terrible", finish_reason="stop")
    assert (ended["choice"], ended["method"], ended["reason"]) == ("terrible", "letter", None)


def test_one_token_and_label_probabilities_end_with_their_cap_by_nature() -> None:
    assert parsed(text="C", finish_reason="length", usage={"completion_tokens": 1})["choice"] == (
        "good"
    )
    found = {label: math.log(p) for label, p in zip(LABELS, (0.1, 0.2, 0.6, 0.1), strict=False)}
    read = parsed(text="C", logprobs=found, finish_reason="length")
    assert (read["choice"], read["method"], read["reason"]) == ("good", "logprob", None)


@pytest.mark.parametrize("odd", [-9999.0, -math.inf, math.nan])
def test_a_log_probability_that_is_none_has_no_mass_and_stops_nothing(odd: float) -> None:
    read = parsed(text="A", logprobs={"A": math.log(0.5), "B": odd}, finish_reason="stop")
    assert read["choice"] == "terrible" and read["label_mass"] == pytest.approx(0.5)
    assert parsed(text="A", logprobs={"A": odd})["method"] == "invalid"


def test_no_judge_is_asked_what_a_cut_reply_would_have_said() -> None:
    columns = {"request": ["a", "b"], "sample": [0, 0], "text": ["I would", "Hm."]}
    read = pl.DataFrame(
        {
            **columns,
            "method": ["invalid", "invalid"],
            "reason": ["cut", "undecided"],
            "options": [list(UTTERANCES)] * 2,
        }
    )
    assert judge.build(read, "{}", {"kind": "samples"})["of"].to_list() == ["b"]


def test_a_thought_that_was_cut_before_its_label_is_no_answer() -> None:
    """A local model's label is read behind a thought that is closed for it; an API's is its own."""
    found = {"A": math.log(0.9)}
    usage = {"completion_tokens": 40}
    cut = {"logprobs": found, "finish_reason": "length", "usage": usage}
    assert parsed(text="A", thinking="Hm, the cake", **cut)["reason"] == "cut"
    assert parsed(text="A because it", thinking="Hm, the cake.", **cut)["choice"] == "terrible"
    ended = {**cut, "finish_reason": "stop"}
    assert parsed(text="A", thinking="Hm, the cake.", **ended)["choice"] == "terrible"


def test_a_filtered_reply_with_log_probabilities_is_no_answer() -> None:
    found = {"A": math.log(0.9)}
    assert parsed(text="A", logprobs=found, finish_reason="content_filter")["reason"] == "filtered"


def test_a_mass_above_one_is_no_answer_but_for_rounding() -> None:
    """One is an odd reply; `ask` stops where most of them are (tests/elicitation)."""
    odd = parsed(text="A", logprobs={"A": 0.5, "B": 0.3})
    assert (odd["method"], odd["reason"], odd["probs"]) == ("invalid", "error", None)
    assert parsed(text="A", logprobs={"A": 0.0001, "B": -9.0})["choice"] == "terrible"
