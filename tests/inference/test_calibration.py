"""Simulation-based calibration: that it passes, that it can fail, and that its band is a band."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from seeds import seed
from tactometer.cli import parser
from tactometer.inference import calibration
from tactometer.study import domain
from tactometer.utils import paths

SPEAKERS = 24


@pytest.fixture(scope="module")
def words() -> calibration.Domain:
    found = domain.load(Path("resources/polite_speech"))
    assert found.literal is not None
    values = np.array(found.states, float)
    return calibration.Domain(values, tuple(found.utterances), np.array(found.literal))


@pytest.mark.long
def test_the_fits_are_calibrated(words: calibration.Domain, tmp_path: Path) -> None:
    """A reduced `make calibrate`."""
    assert calibration.run(["s2_fixed"], SPEAKERS, words, tmp_path, first=seed(0))
    told = json.loads((tmp_path / "calibration.json").read_text())
    assert {row["speakers"] for row in told["parameters"]} == {SPEAKERS}
    assert sum(row["len"] for row in told["fits"]) == SPEAKERS
    suspect = sum(row["len"] for row in told["fits"] if row["verdict"] == "suspect")
    assert suspect <= SPEAKERS // 3  # alpha up to 20: some speakers leave hardly a choice open


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--speakers", "0"], "--speakers: 0"),
        (["--cores", "-1"], "--cores: -1"),
        (["--programs", "s3"], "no program 's3'"),
    ],
)
def test_wrong_options_are_one_sentence_and_nothing_is_lost(
    wrong: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.main(["calibrate", "--out", str(tmp_path), *wrong])
    assert ended.value.code == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_record_names_the_commands_that_made_each_program(
    words: calibration.Domain, tmp_path: Path
) -> None:
    for name, count in (("s1", 1), ("s2_fixed", 2)):
        calibration.run([name], count, words, tmp_path)
    report = json.loads((tmp_path / "calibration.json").read_text())
    first, second = report["command"].split(" && ")
    assert first.endswith("--speakers 1 --programs s1")
    assert second.endswith("--speakers 2 --programs s2_fixed")


def test_a_run_that_was_stopped_goes_on_and_another_program_begins_anew(
    words: calibration.Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, fitted = seed(0), list[int]()
    one = calibration.check_one

    def counted(name: str, domain: calibration.Domain, number: int) -> list[dict[str, object]]:
        fitted.append(number)
        return one(name, domain, number)

    class Here(ThreadPoolExecutor):  # the fits are real; a process would not tell which it made
        def __init__(self, *_: object) -> None:
            super().__init__(1)

    monkeypatch.setattr(calibration, "check_one", counted)
    monkeypatch.setattr(calibration, "ProcessPoolExecutor", Here)
    monkeypatch.setattr(calibration, "take_programs", lambda stan: None)
    calibration.run(["s1"], 2, words, tmp_path, first=begun)
    whole = (tmp_path / "s1.csv").read_text()
    calibration.run(["s1"], 3, words, tmp_path, first=begun)
    assert fitted == [begun, begun + 1, begun + 2]
    assert (tmp_path / "s1.csv").read_text().startswith(whole)
    other = pl.read_csv(tmp_path / "s1.csv").with_columns(stan=pl.lit("another"))
    other.write_csv(tmp_path / "s1.csv")
    calibration.run(["s1"], 1, words, tmp_path, first=begun)
    assert fitted[3:] == [begun]
    assert calibration.ranks_in(tmp_path / "s1.csv")["draw"].unique().to_list() == [begun]


@pytest.mark.long
def test_a_fault_in_a_program_is_found(
    words: calibration.Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kindness that counts three times as much as it should; no C++ half, so the fits are slow."""
    stan = tmp_path / "stan"
    shutil.copytree(paths.STAN, stan, ignore=shutil.ignore_patterns("native"))
    program = stan / "include" / "s2.stan"
    right = "(alpha * omega[2]) * value1"
    assert program.read_text().count(right) == 1
    program.write_text(program.read_text().replace(right, f"3 * {right}"))
    monkeypatch.setattr(paths, "STAN", stan)
    assert not calibration.run(["s2_fixed"], 8, words, tmp_path / "out", first=seed(0))
    told = json.loads((tmp_path / "out" / "calibration.json").read_text())
    assert "omega_soc" in {row["parameter"] for row in told["parameters"] if not row["holds"]}


def _judged(rank: np.ndarray, covered: np.ndarray) -> dict[str, bool]:
    n = rank.size
    frame = pl.DataFrame(
        {"program": ["s1"] * n, "draw": range(n), "parameter": ["phi"] * n, "truth": [0.5] * n,
         "rank": rank, "covered": covered, "verdict": ["ok"] * n, "stan": ["s"] * n},
        schema=calibration.ROW,
    )  # fmt: skip
    return {row["parameter"]: row["holds"] for row in calibration.judge(frame)}


@pytest.mark.long
def test_the_band_holds_uniform_ranks_and_neither_biased_nor_overconfident_ones() -> None:
    rng = np.random.default_rng(seed(4))
    held = rng.uniform(size=200) < 0.95
    passed = [_judged(rng.integers(0, 100, 200), held)["phi"] for _ in range(40)]
    assert sum(passed) >= 38
    assert not _judged((100 * rng.beta(2, 1, 200)).astype(int), held)["phi"]  # biased
    assert not _judged((100 * rng.beta(0.4, 0.4, 200)).astype(int), held)["phi"]  # overconfident
    assert not _judged(rng.integers(0, 100, 200), rng.uniform(size=200) < 0.8)["all"]


def test_the_band_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(seed(5))
    inside = calibration.extremes(rng.integers(0, 100, (1000, 60))) >= calibration.gamma(60, 0.9)
    assert inside.mean() == pytest.approx(0.9, abs=0.03)
