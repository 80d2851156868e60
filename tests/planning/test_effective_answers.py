"""A plan says what answers that hang together are worth, and what earlier fits found."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from asking import ROOT
from tactometer.planning.effective_answers import told
from tactometer.study.study import Study, load

DEMO = (ROOT / "config/config.yaml").read_text()
DEMO = DEMO.replace("framings: [third]", "framings: [first, second, third]")
DEMO = DEMO.replace("{name_pairs: 29,", "{name_pairs: 10,")


def study(folder: Path, *changes: tuple[str, str]) -> Study:
    text = DEMO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "s.yaml").write_text(text)
    return load([folder / "s.yaml"])


def test_answers_count_for_fewer_as_those_of_a_vignette_resemble_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (line,) = told(study(tmp_path), tmp_path)
    assert "390 answers a state (130 in each framing) to 13 vignettes" in line
    assert (
        f"for {390 / (1 + 29 * 0.1):.0f} with 0.1, for {390 / (1 + 29 * 0.3):.0f} with 0.3" in line
    )


def test_models_of_other_sizes_have_lines_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    more = "estimator: {kind: samples, k: 2}\n    provider: simulated"
    both = told(study(tmp_path, ("provider: simulated", more)), tmp_path)
    assert len(both) == 2 and "a fit of honest-friend stands on 780" in both[0]
    assert "390" in both[1] and "honest-friend" not in both[1]


def test_where_fits_are_there_their_design_effect_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    found = pl.DataFrame({"design_effect": [1.0, 1.4, 3.0, None]})
    found.write_parquet(tmp_path / "diagnostics.parquet")
    assert (
        "the 3 fits so far have a design effect of 1.4 in the median, 3.0 at most"
        in told(study(tmp_path), tmp_path)[1]
    )


def test_nothing_is_said_where_answers_are_taken_as_independent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    plain = ("fit: {", "fit: {design_effect: ignore, ")
    assert told(study(tmp_path, plain), tmp_path) == []
    assert told(load([ROOT / "config/studies/human.yaml"]), tmp_path) == []


def test_a_level_of_a_factor_with_few_answers_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Path(shutil.copytree(ROOT / "resources/polite_speech", tmp_path / "world"))
    text = (world / "domain.yaml").read_text()
    (world / "domain.yaml").write_text(text + "factors: {relation: [friend, rival, guest]}\n")
    prompts = (world / "prompts.yaml").read_text()
    for old in ("a friend of {listener},", "My friend", "Your friend"):
        prompts = prompts.replace(old, old.replace("friend", "{relation}"))
    (world / "prompts.yaml").write_text(prompts)
    monkeypatch.chdir(ROOT)
    own = ("domain: resources/polite_speech\n", f"domain: {world}\n")
    crossed = told(study(tmp_path, own), tmp_path)
    assert len(crossed) == 1 and "stands on 1,170 answers a state" in crossed[0]
    sample = ("{name_pairs: 10,", "{factors: drawn, name_pairs: 4,")
    drawn = told(study(tmp_path, own, sample), tmp_path)
    assert "stands on 156 answers a state" in drawn[0]
    assert "the factor relation has 52 answers a state at each level; below 65" in drawn[1]
