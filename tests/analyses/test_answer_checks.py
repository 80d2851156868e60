"""A set that a model refuses is told as a finding, and samples that are no samples are seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from evidences import evidence, fit
from seeds import seed
from tactometer.analyses.analyse import analyse
from tactometer.analyses.checks.sentences import sentences
from tactometer.tables.answer_quality import PROMPT_SETS, invalid, of_prompt_set, repeats

WORDS = ["good", "bad", "not bad"]
COUNTS = pl.DataFrame(
    [
        {"model": "m", "checkpoint": "0", "goal": "default", "framing": "pooled", "state": 1,
         "utterance": w, "weight": 10.0, "n_valid": 30, "n_invalid": 0, "label_mass": None}
        for w in WORDS
    ],
    schema_overrides={"label_mass": pl.Float64},
)  # fmt: skip
DIAGNOSED = pl.DataFrame(
    [
        {"model": "m", "checkpoint": "0", "goal": "default", "framing": "pooled",
         "fit": "main", "speaker": "s2", "semantics": "joint",
         "rhat_worst": 1.0, "divergences": 0, "ess_least": 900.0, "verdict": "ok",
         "described": "yes", "predictive_p": 0.5, "reason": "", "design_effect": 1.0}
    ]
)  # fmt: skip


def answered(chosen: list[list[str | None]], texts: list[list[str]] | None = None) -> pl.DataFrame:
    """Choices: k samples of each prompt; each text as chosen, where none are given."""
    rows = [
        {"request": f"r{i}", "sample": k, "framing": "third", "state": 1 + i % 2, "utterance": None,
         "choice": choice, "probs": None, "method": "invalid" if choice is None else "letter",
         "reason": "refused" if choice is None else None,
         "text": str(choice) if texts is None else texts[i][k]}
        for i, each in enumerate(chosen)
        for k, choice in enumerate(each)
    ]  # fmt: skip
    schema = {"utterance": pl.String, "choice": pl.String, "reason": pl.String}
    return pl.DataFrame(rows, schema_overrides={**schema, "probs": pl.List(pl.Float64)})


def checked(
    choices: pl.DataFrame,
    stop: dict[str, Any] | None = None,
    estimator: str = "label_logprob",
    counts: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The table of checks of a study with these answers."""
    names = {"study": "s", "model": "m", "checkpoint": "0", "prompt_set": "default"}
    row = dict.fromkeys(PROMPT_SETS) | names | of_prompt_set(choices, stop)
    sets = pl.DataFrame([row], schema=PROMPT_SETS)
    tables = {
        "counts": COUNTS if counts is None else counts,
        "diagnostics": DIAGNOSED,
        "prompt_sets": sets,
    }
    study = evidence(fit("m", "0"), **tables)
    study.tables["estimates"].collect()
    told = {"contraction": pl.lit(0.9), "estimator": pl.lit(estimator)}
    estimates = study.tables["estimates"].with_columns(**told)
    tabled = {**study.tables, "estimates": estimates}
    return analyse("checks", type(study)(**{**vars_of(study), "tables": tabled}))


def vars_of(study: Any) -> dict[str, Any]:
    return {name: getattr(study, name) for name in study.__dataclass_fields__}


def drawn(prompts: int, k: int, sharp: float) -> list[list[str | None]]:
    """Independent samples: each prompt has a favourite, which it takes with this probability."""
    rng = np.random.default_rng(seed(3))
    found: list[list[str | None]] = []
    for _ in range(prompts):
        favourite = rng.choice(WORDS)
        found.append(
            [str(favourite if rng.random() < sharp else rng.choice(WORDS)) for _ in range(k)]
        )
    return found


def test_invalid_answers_are_counted_by_state_and_reason() -> None:
    found = invalid(answered([["good"], [None], ["bad"], [None], ["bad"]]))
    assert found.to_dicts() == [
        {"state": 2, "reason": "refused", "n": 2, "answers": 2, "share": 1.0}
    ]


def test_a_refused_set_is_flagged_with_its_interval_and_told() -> None:
    choices = answered([[None]] * 45 + [["good"]] * 5)
    found = checked(choices, {"wanted": 1560})
    refused = found.filter(check="refused").row(0, named=True)
    assert refused["flagged"] and refused["value"] == 0.9 and refused["low"] < 0.9
    stopped = found.filter(check="stopped").row(0, named=True)
    assert stopped["note"] == "stopped after 50 of 1560 answers: 45 refused"
    assert found["check"][0] == "stopped"
    told = sentences(found)
    assert len(told) == 1 and "it refuses 90%" in told[0] and "default" in told[0]
    fine = checked(answered([[None]] * 5 + [["good"]] * 45))
    assert fine.filter(pl.col("check").is_in(["refused", "stopped"])).is_empty()
    assert not sentences(fine)


def test_a_small_mass_is_flagged_of_labels_and_told_of_utterances() -> None:
    """Nobody has offered the utterances: that they are rarely said is no fault of the answers."""
    small, some = COUNTS.with_columns(label_mass=pl.lit(0.01)), answered([["good"]] * 5)
    for estimator, flagged in (("label_logprob", True), ("utterance_logprob-pmi", False)):
        found = checked(some, estimator=estimator, counts=small).filter(check="label_mass")
        assert found.height and set(found["flagged"]) == {flagged}
        assert set(found["value"]) == {0.01}
        assert found["limit"].null_count() == (0 if flagged else found.height)


def test_samples_that_are_always_alike_are_told_and_independent_ones_are_not() -> None:
    once = [each[0] for each in drawn(60, 1, 0.5)]
    cached = checked(answered([[choice] * 5 for choice in once]))
    row = cached.filter(check="identical").row(0, named=True)
    assert row["flagged"] and row["value"] == 1.0 and row["limit"] < 0.2
    assert "caches" in sentences(cached)[0]
    for sharp in (0.0, 0.5, 0.9):
        fair = checked(answered(drawn(60, 5, sharp)))
        assert not fair.filter(check="identical")["flagged"][0], sharp


def test_alike_is_word_for_word_and_a_model_that_says_one_thing_is_no_server_that_caches() -> None:
    worded = [["good"] * 3, ["bad"] * 3] * 30
    texts = [[f"{c}{'!' * k}" for k, c in enumerate(each)] for each in worded]
    assert repeats(answered(worded, texts))["alike"] == 0.0
    one = checked(answered([["good"] * 5] * 60))
    assert not one.filter(check="identical")["flagged"][0]
    assert repeats(answered([["good"]] * 60)) == {}


def test_the_expected_share_is_that_of_independent_samples() -> None:
    """With every prompt alike in its shares, what is expected is what is seen."""
    seen = repeats(answered(drawn(4000, 3, 0.0)))
    assert seen["alike_expected"] == pytest.approx(seen["alike"], abs=0.03)
    assert seen["alike"] == pytest.approx(1 / 9, abs=0.02)
    assert seen["entropy"] == pytest.approx(np.log(3), abs=0.01)
