"""Competing explanations: a row for each rival, and what the sentence counts."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from evidences import SEMANTICS, answered, evidence, fit
from tactometer.analyses.analyse import analyse
from tactometer.analyses.competing.sentences import sentences
from tactometer.analyses.evidence import Evidence

WORDS = SEMANTICS.with_columns(n=pl.lit(50.0), yes=50.0 * pl.col("theta"))


def asked(answers: pl.DataFrame) -> Evidence:
    given = evidence(fit("m", "0", goal="social"), answers=answers, semantics=WORDS)
    return replace(given, worth=(1.0, 2.0), negated=(False, False, True))


def test_what_is_said_whatever_the_state_is_predicted_by_its_rate_alone() -> None:
    table = analyse("competing", asked(answered()))
    assert dict(table.select("rival", "words").rows()) == {
        "floor": "none", "regression": "none", "ceiling": "none",
        "s2": "answered", "s1": "answered", "s2-lapse": "answered",
    }  # fmt: skip
    floor = table.row(by_predicate=pl.col("rival") == "floor", named=True)
    assert floor["gain"] == 0 and floor["n"] == 240 and floor["vignettes"] == 3
    assert table["of_ceiling"].null_count() == table.height, "the shares gain nothing"
    assert floor["score"] == pytest.approx(-0.95, abs=0.06)  # entropy of .6, .2, .2


def test_shares_that_follow_the_state_gain_and_the_sentence_counts_it() -> None:
    even = pl.col("state") == 1
    follow = answered().with_columns(
        shares=pl.when(even).then(pl.lit([0.85, 0.1, 0.05])).otherwise(pl.lit([0.1, 0.85, 0.05]))
    )
    table = analyse("competing", asked(follow))
    ceiling = table.row(by_predicate=pl.col("rival") == "ceiling", named=True)
    assert ceiling["of_ceiling"] == 1 and ceiling["gain_low"] > 0.2
    (told,) = sentences(table)
    assert "of 1 condition the speaker s2 predicts them better than each" in told
    assert "better than each utterance's own rate in 1 and worse in 0" in told


def test_two_vignettes_say_nothing_of_others() -> None:
    table = analyse("competing", asked(answered().filter(pl.col("vignette") != "song")))
    assert table.is_empty() and sentences(table) == []
