"""Which behaviours are speakers: the sentences that open the page."""

from typing import Any

import polars as pl

import synthetic
from tactometer.report import methods, speakers_found


def row(model: str, **criticism: Any) -> dict[str, Any]:
    named = {"model": model, "checkpoint": "0", "goal": "both", "framing": "pooled"}
    named |= {"fit": "main", "speaker": "s2", "semantics": "joint", "verdict": "ok"}
    return {**named, **synthetic.CRITICISM, **criticism}


def test_each_doubt_has_its_sentence_and_the_worst_comes_first() -> None:
    odd = "says “amazing” of state 1 in 92% of answers, where the nearest speaker does in 17%"
    frame = pl.DataFrame(
        [
            row("plain"),
            row("even", choices="even"),
            row("deaf", words="unknown"),
            row("rough", described="roughly", reason="too few answers to tell: only ..."),
            row("same", choices="alike"),
            row("odd", described="no", reason=odd),
            row("stuck", verdict="suspect", described="no", reason=odd),
        ]
    )
    told = speakers_found.sentences(frame)
    assert told[0] == (
        "Of 6 behaviours the speaker model describes 2, 1 only roughly, 1 not at all; "
        "of 2 nothing can be said."
    )
    assert told[1] == f"odd (0), goal both: no speaker of this kind; it {odd}."
    by_model = {sentence.split(" ")[0]: sentence for sentence in told[1:]}
    assert "no parameter is told" in by_model["even"] and "no parameter is told" in by_model["deaf"]
    assert by_model["rough"].startswith("rough (0), goal both: described only roughly; too few")
    assert by_model["same"] == "same (0), goal both: says the same whatever the state."
    assert "plain" not in by_model and "stuck" not in by_model
    assert [r[0] for r in speakers_found.table(frame).rows][:2] == ["odd", "stuck"]


def test_many_doubts_are_counted_and_none_is_nothing() -> None:
    many = pl.DataFrame([row(f"m{i}", choices="even") for i in range(20)])
    told = speakers_found.sentences(many)
    assert len(told) == speakers_found.MOST + 2 and told[-1].startswith("12 more behaviours")
    assert speakers_found.sentences(pl.DataFrame()) == []
    assert speakers_found.sentences(pl.DataFrame([row("plain")])) == [
        "Of 1 behaviour the speaker model describes 1."
    ]


def test_framings_that_differ_are_told_together() -> None:
    checks = pl.DataFrame(
        [
            {"check": "framings", **row("m"), "value": 0.31, "flagged": True},
            {"check": "framings", **row("n"), "value": 0.02, "flagged": False},
            {"check": "fit", **row("o"), "value": 0.5, "flagged": True},
        ]
    )
    told = speakers_found.of_mixtures(checks)
    assert len(told) == 1 and "m (0), goal both (0.31). A pooled" in told[0]
    assert (
        "n (0)" not in told[0]
        and speakers_found.of_mixtures(checks.filter(~pl.col("flagged"))) == []
    )


def test_a_variant_that_saves_a_description_is_named() -> None:
    poor = row("m", described="roughly", reason="says “good” of state 2 in 60% of answers, ...")
    frame = pl.DataFrame(
        [poor, {**row("m"), "speaker": "s2-lapse"}, {**row("m"), "speaker": "s2-soc"}]
    )
    told = speakers_found.sentences(frame)
    assert told[1].endswith("Described better by s2-lapse (yes).") and "s2-soc" not in told[1]


def test_words_that_are_plugged_in_are_told_by_model_and_others_are_not() -> None:
    fits = pl.DataFrame([row("a"), row("b", semantics="fixed"), row("c", semantics="cut")])
    (told,) = speakers_found.of_plugged_in(fits)
    assert told.startswith("The words of b are plugged in") and "too narrow" in told
    assert speakers_found.of_plugged_in(fits.filter(pl.col("model") != "b")) == []


def test_the_design_effect_that_methods_tell_is_of_fits_that_tell_of_a_parameter() -> None:
    """Choices that say nothing have none: it came to 117,383 answers for one."""
    rows = [row("plain", design_effect=1.2), row("deaf", words="unknown", design_effect=9e4)]
    told = methods._fits(pl.DataFrame(rows))
    assert (told["weighed"], told["weighed_most"], told["unweighed"]) == ("1.2", "1.2", 0)
    assert methods._fits(pl.DataFrame(rows[1:]))["weighed"] is None


def test_methods_say_why_production_answers_were_lost_and_nothing_of_other_prompts() -> None:
    """Replies to yes/no prompts, and to those that ask a model to read back, are none of them."""
    lost = [("social", "cut", 3), ("social", "undecided", 40), ("default", "cut", 2),
            ("semantics", "empty", 9), ("opinion_read_back", "several", 9)]  # fmt: skip
    rows = [{"prompt_set": s, "method": "invalid", "reason": r, "n": n} for s, r, n in lost]
    rows.append({"prompt_set": "social", "method": "letter", "reason": None, "n": 600})
    told = methods._reasons(pl.DataFrame(rows), {"social", "default"})
    assert told == "40 undecided, 5 cut"
