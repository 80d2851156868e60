"""Thought tokens by effort: means and intervals over vignettes, and efforts that think no more."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import stub
from asking import inside, job, model, tables
from evidences import evidence, fit
from seeds import seed
from tactometer.analyses.efforts.computation import analyse
from tactometer.analyses.efforts.sentences import sentences
from tactometer.tables.thought_tokens import THOUGHTS, by_vignette, tokens_of

VIGNETTES = 13


def thoughts(rng: np.random.Generator, model: str = "m", **means: float) -> pl.DataFrame:
    """Thought tokens of each effort round its mean: what a vignette adds is common to all."""
    own = rng.normal(0, 60, VIGNETTES)
    rows = [
        {"study": "s", "model": model, "checkpoint": effort, "goal": "default", "vignette": f"v{v}"}
        | {"n": 10, "thought": 10 if mean else 0, "estimated": 0}
        | {"tokens": float(mean + own[v] + rng.normal(0, 10)) if mean else 0.0}
        for effort, mean in means.items()
        for v in range(VIGNETTES)
    ]
    return pl.DataFrame(rows, schema=THOUGHTS)


def table_of(frame: pl.DataFrame) -> dict[str, dict[str, Any]]:
    found = analyse(evidence(fit("m", "low"), thoughts=frame))
    return {row["checkpoint"]: row for row in found.to_dicts()}


def test_efforts_stand_in_their_order_and_the_one_that_thinks_no_more_is_flagged() -> None:
    frame = thoughts(np.random.default_rng(seed(1)), medium=500.0, none=0.0, high=700.0, low=500.0)
    found = table_of(frame)
    assert list(found) == ["none", "low", "medium", "high"]
    assert [row["less"] for row in found.values()] == [None, "none", "low", "medium"]
    assert not found["low"]["flagged"] and not found["high"]["flagged"]
    assert found["none"]["tokens"] == 0.0 and found["none"]["thinking"] == 0.0
    assert found["high"]["difference"] == pytest.approx(200, abs=25)


def test_intervals_hold_over_vignettes() -> None:
    """Of means and of differences, at their nominal rate; few vignettes, much between them. 400
    models, each with vignettes of its own, stand in one table.
    """
    rng = np.random.default_rng(seed(2))
    held = np.zeros(2)
    flags = 0
    models = [thoughts(rng, f"m{i}", low=500.0, medium=500.0) for i in range(400)]
    rows = analyse(evidence(fit("m0", "low"), thoughts=pl.concat(models))).to_dicts()
    medium = [row for row in rows if row["checkpoint"] == "medium"]
    assert len(rows) == 2 * len(medium) == 800
    for row in medium:
        held += (row["low"] <= 500 <= row["high"],
                 row["difference_low"] <= 0 <= row["difference_high"])  # fmt: skip
        flags += row["flagged"]
    # within 4.5 standard errors of 95%; the same thought is taken for more in 2.5% of studies
    assert np.all(held / 400 > 0.90) and np.all(held / 400 < 0.9975)
    assert flags / 400 > 0.94


def test_the_sentence_says_which_effort_thinks_no_more() -> None:
    frame = thoughts(np.random.default_rng(seed(3)), low=500.0, medium=420.0)
    said = sentences(analyse(evidence(fit("m", "low"), thoughts=frame)))
    assert len(said) == 1 and said[0].startswith("m: with medium it thinks less than with low")


def test_one_vignette_gives_a_mean_without_an_interval_and_is_flagged() -> None:
    frame = thoughts(np.random.default_rng(seed(4)), low=500.0, medium=900.0)
    found = table_of(frame.filter(pl.col("vignette") == "v0"))
    assert found["medium"]["low"] is None and found["medium"]["flagged"]


def test_a_model_that_tells_of_no_thought_has_no_rows() -> None:
    assert analyse(evidence(fit("m", "0"))).is_empty()


def test_tokens_are_those_reported_else_those_of_the_text() -> None:
    assert tokens_of({"usage": {"reasoning_tokens": 12}, "thinking": "x" * 380}) == (12.0, False)
    assert tokens_of({"usage": {}, "thinking": "x" * 380}) == (100, True)
    assert tokens_of({"usage": {"reasoning_tokens": 0}, "thinking": "x" * 380}) == (100, True)
    assert tokens_of({"usage": {"reasoning_tokens": 0}, "thinking": None}) == (0.0, False)
    assert tokens_of({"usage": {}, "thinking": None}) == (None, False)


def test_thoughts_are_counted_from_a_journal_that_a_server_filled(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--reasoning", "let me see") as base:
        asked = job(tmp_path / "run", model(base), rows=65, goals=["default"])
        assert inside(asked).returncode == 0
    choices = tmp_path / "default.parquet"
    tables(asked).filter(pl.col("goal") == "default").write_parquet(choices)
    rows = by_vignette([choices], asked.journal, json.loads(asked.done.read_text())["digest"])
    assert len(rows) == VIGNETTES and sum(row["n"] for row in rows) == 65
    assert {row["tokens"] for row in rows} == {3.0} and {row["thought"] for row in rows} == {5}
