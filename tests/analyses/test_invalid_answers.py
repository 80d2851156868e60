"""What invalid answers could have done: bounds that fits anew keep, where their share hangs on the
state or the goal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2

from evidences import UTTERANCES, evidence, fit, moved
from tactometer.analyses.analyse import analyse
from tactometer.analyses.evidence import READ
from tactometer.analyses.invalid_answers.sentences import sentences

PUSH = (-4e-3, 3e-3, 1e-3)  # of one more answer `bad`, `good`, `not bad`
SAID = {1: (0.8, 0.1, 0.1), 2: (0.1, 0.8, 0.1)}
HARSH, KIND = (float(np.dot(PUSH, SAID[state])) for state in (1, 2))
VALID, EFFECT = 65, 1.3


def study(
    *invalid: tuple[int, int], phi: float = 0.56, **fitted: Any
) -> tuple[pl.DataFrame, list[str]]:
    """The table of a model whose goals have so many invalid answers at the two states, and what is
    said of it.
    """
    goals = ("default", "social")[: len(invalid)]
    fits = [fit("m", "0", moved(phi), goal=g, sd=0.02, **fitted) for g in goals]
    keys = ("model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics")
    cells = [
        {**{k: f[k] for k in keys}, "state": s, "utterance": u, "p_mean": p,
         "effective": VALID / EFFECT,
         **{f"{name}_influence": x for name in READ},
         "n_valid": VALID, "n_invalid": lost}
        for f, goal in zip(fits, invalid, strict=True)
        for s, lost in zip((1, 2), goal, strict=True)
        for u, x, p in zip(UTTERANCES, PUSH, SAID[s], strict=True)
    ]  # fmt: skip
    table = analyse(
        "invalid_answers",
        evidence(*fits, counts=pl.DataFrame(cells), predictive=pl.DataFrame(cells)),
    )
    return table, sentences(table)


def test_a_mean_lies_where_invalid_answers_as_of_the_worst_or_the_best_state_would_put_it() -> None:
    table, _ = study((2, 6), phi=0.6)
    row = table.row(by_predicate=pl.col("parameter") == "phi", named=True)
    assert (row["n"], row["n_invalid"]) == (2 * VALID + 8, 8)
    assert (row["least"], row["greatest"]) == (pytest.approx(2 / 67), pytest.approx(6 / 71))
    assert row["low"] - row["mean"] == pytest.approx(HARSH * 8 / EFFECT)
    assert row["high"] - row["mean"] == pytest.approx(KIND * 8 / EFFECT)
    assert row["hdi_low"] == pytest.approx(row["low"] - 0.04)
    assert not row["changes"], ".60 [.56, .64] goes to .54 at least"


def test_what_hangs_on_the_state_and_could_take_an_interval_over_the_even_value_is_named() -> None:
    table, told = study((0, 7), phi=0.55)
    row = table.row(by_predicate=pl.col("parameter") == "phi", named=True)
    assert row["changes"] and row["state_p"] < 0.05 / 2
    assert told[0].startswith("1 fit that may be read has invalid answers") and "in 1 " in told[0]
    assert told[1].startswith("What they could have changed: φ* of m (0), goal default (0 to 10%")
    _, still = study((0, 7), phi=0.8)
    assert still[1].startswith("Had those answers been like what the model says")


def test_what_is_invalid_alike_everywhere_bends_nothing_and_is_not_named() -> None:
    table, told = study((6, 6), (6, 6))
    assert table["state_p"].to_list() == pytest.approx([1.0] * table.height)
    assert table["goal_p"].to_list() == pytest.approx([1.0] * table.height)
    (only,) = told
    assert "2 fits that may be read have" in only and "in none " in only


def test_a_share_that_hangs_on_the_goal_alone_is_seen_and_the_test_counts_effective_answers() -> (
    None
):
    table, told = study((1, 1), (9, 9))
    seen = np.array([[2, 2 * VALID], [18, 2 * VALID]], dtype=float)
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0) / seen.sum()
    square = ((seen - expected) ** 2 / expected).sum() / EFFECT
    assert table["goal_p"].unique().to_list() == [pytest.approx(chi2.sf(square, 1))]
    assert "in 2 " in told[0]


def test_too_many_invalid_answers_have_no_bounds_and_are_said_to() -> None:
    table, told = study((0, 30))
    assert table["low"].null_count() == table.height and table["changes"].null_count()
    assert "anything of m (0), goal default, as 32% of the answers about one state" in told[1]


def test_without_invalid_answers_there_is_no_row_and_nothing_is_said() -> None:
    table, told = study((0, 0))
    assert table.is_empty() and told == []


def test_of_what_no_speaker_describes_nothing_is_said() -> None:
    table, told = study((0, 7), described="no", told=False)
    assert table.height == 4 and told == []


def test_of_a_further_estimator_of_a_model_nothing_is_said() -> None:
    fits = [fit("m", "0", goal="social"), fit("m.samples", "0", goal="social")]
    found = replace(evidence(*fits), also={"m.samples": "m"})
    assert found.sampled_fits["model"].to_list() == ["m"]
