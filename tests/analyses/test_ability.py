"""Ability beside values: a checkpoint that is worse at plain English than the first is told."""

import polars as pl

from tactometer.analyses.checks import ability, sentences

ASKED = pl.DataFrame(
    {
        "model": ["runs"] * 3 + ["alone", "hosted"],
        "checkpoint": ["0", "20", "100", "main", "main"],
        "bits_per_character": [1.2, 1.25, 1.8, 3.0, None],
    }
)


def test_what_costs_a_tenth_more_than_at_the_first_checkpoint_is_flagged() -> None:
    found = ability.checks(ASKED.reverse()).sort("model", "value")
    flagged = found.filter("flagged").select("model", "checkpoint").rows()
    assert flagged == [("runs", "100")]
    assert found.height == 4, "nothing is known of weights that are elsewhere"
    assert found.filter(model="alone")["limit"].to_list() == [None]


def test_the_page_says_that_it_may_be_the_language_that_went() -> None:
    checks = ability.checks(ASKED).with_columns(goal=pl.lit(None, pl.String))
    (said,) = sentences.sentences(checks)
    assert said == (
        "runs (100) is worse at plain English than its first checkpoint: a character of a fixed "
        "text costs it 1.80 bits, 50% more. What moved since then may be the language, and not "
        "values."
    )
