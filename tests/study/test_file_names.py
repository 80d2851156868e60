"""Names that a file system cannot hold, or takes for one, stop a run in a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from snakemake.io import PeriodicityDetector

import nocase
from asking import ROOT, STUDY

CHECK = """
import sys
from pathlib import Path
from tactometer.study import file_names, study
from tactometer.utils.errors import UserError
folder = Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
try:
    file_names.check(study.load([Path(sys.argv[1])]), folder)
except UserError as error:
    print(error)
"""
SPEAKER = {"alpha": 4.0, "phi": 0.8, "omega": {"inf": 0.7, "soc": 0.1, "pre": 0.2}}


def said(folder: Path, results: Path, *models: str, checkpoints: tuple[str, ...] = ("0",)) -> str:
    """What the check says of a study with these names, where `folded` does not tell case."""
    own = {"provider": "simulated", "checkpoints": dict.fromkeys(checkpoints, SPEAKER)}
    (folder / "s.yaml").write_text(yaml.safe_dump({**STUDY, "models": dict.fromkeys(models, own)}))
    env = {**os.environ, **nocase.build(folder), "PYTHONPATH": str(ROOT / "workflow")}
    command = [sys.executable, "-c", CHECK, str(folder / "s.yaml"), str(results)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("models", "checkpoints", "told"),
    [
        (("Kind", "kind"), ("0",), "models: Kind and kind differ in case alone"),
        (("kind",), ("LOW", "low"), "models.kind.checkpoints: LOW and low differ in case alone"),
    ],
)
def test_names_that_differ_in_case_alone_stop_where_the_file_system_takes_them_for_one(
    tmp_path: Path, models: tuple[str, ...], checkpoints: tuple[str, ...], told: str
) -> None:
    folded = said(tmp_path, tmp_path / "folded/asked", *models, checkpoints=checkpoints)
    assert told in folded and "rename one" in folded and "s.yaml" in folded
    assert said(tmp_path, tmp_path / "results/asked", *models, checkpoints=checkpoints) == ""


def test_a_study_that_differs_from_another_in_case_alone_does_not_write_into_its_results(
    tmp_path: Path,
) -> None:
    (tmp_path / "folded/asked").mkdir(parents=True)
    told = said(tmp_path, tmp_path / "folded/Asked", "kind")
    assert "takes the study Asked for asked, whose results are there" in told
    assert said(tmp_path, tmp_path / "folded/asked", "kind") == ""


def test_a_name_of_200_characters_is_held_and_one_that_is_not_stops_in_a_sentence(
    tmp_path: Path,
) -> None:
    results = tmp_path / "results/asked"
    long = "".join(f"{i:03}" for i in range(80))
    assert said(tmp_path, results, long[:200], checkpoints=(long[:200],)) == ""
    told = said(tmp_path, results, "m", checkpoints=(long,))
    assert "models.m.checkpoints: the name 000001" in told and "240 characters" in told


def test_a_name_that_snakemake_takes_for_a_circle_stops_in_a_sentence(tmp_path: Path) -> None:
    for end in ("0", "ab"):
        name = f"step-{end * 20}"
        assert PeriodicityDetector().is_periodic(name), "it does not refuse it any more"
        told = said(tmp_path, tmp_path / "results/asked", "m", checkpoints=(name,))
        assert (
            f"models.m.checkpoints: the name {name[:40]} ends" in told and f"with '{end}'" in told
        )
    assert said(tmp_path, tmp_path / "results/asked", "m", checkpoints=("step-" + "0" * 19,)) == ""
