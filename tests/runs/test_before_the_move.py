"""A study that was asked before the package was laid out anew goes on, and nothing is asked again.

tests/data/before holds its journals (two API models, one of them with log-probabilities, and a
judge) and the choices that were read of them then. Its server is gone: whoever asks fails.
"""

import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import graph

BEFORE = graph.ROOT / "tests" / "data" / "before"
OLD = ("request", "sample", "choice", "method", "text", "label_mass", "p_yes", "probs")


def test_a_study_asked_before_the_move_is_read_on_and_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = graph.lay_out(tmp_path / "run", (BEFORE / "config.yaml").read_text())
    shutil.copytree(BEFORE / "words", run / "words")
    shutil.copytree(BEFORE / "results", run / "results" / "before")
    journals = {path: path.read_bytes() for path in run.glob("results/before/*/**/*.jsonl")}
    assert len(journals) == 3 + 2 * 3
    found = run.glob("results/before/choices/*/*/*.parquet")
    read = {path: pl.read_parquet(path) for path in found}
    for path in read:
        path.unlink()
    monkeypatch.setenv("TEST_API_KEY", "sk-no-key-is-needed")
    graph.snakemake(run, *(str(path.relative_to(run)) for path in read))
    for path, content in journals.items():
        assert path.read_bytes() == content, path
    for path, before in read.items():
        assert_frame_equal(pl.read_parquet(path).select(OLD), before.select(OLD))
