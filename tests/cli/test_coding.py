"""A sample for human coders is blind and drawn at random; kappa is Cohen's."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tactometer.cli.parser import main
from tactometer.reading.human_coding import cohen

OPTIONS = ["good", "bad", "not bad"]
Run = Callable[..., str]


def results(folder: Path) -> Path:
    """Choices of two models: letters, a label probability, a cut reply, and one unreadable."""
    rows = [
        {"request": f"r{i}", "sample": 0, "options": OPTIONS, "text": f"({'ABC'[i % 3]})",
         "choice": OPTIONS[i % 3], "method": "letter", "reason": None}
        for i in range(40)
    ]  # fmt: skip
    rows[0] |= {"method": "logprob"}
    rows[1] |= {"method": "invalid", "reason": "cut", "choice": None}
    rows[2] |= {"method": "invalid", "reason": "undecided", "choice": None, "text": "It depends."}
    for model in ("secretive", "other"):
        path = folder / "results/s/choices" / model / "0"
        path.mkdir(parents=True)
        pl.DataFrame(rows).with_columns(state=1).write_parquet(path / "social.parquet")
    return folder / "results/s"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    home = results(tmp_path)

    def call(*arguments: object, status: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["answers", str(home), *map(str, arguments)])
        found = capsys.readouterr()
        assert (ended.value.code or 0) == status, found.err
        return found.err if status else found.out

    return call


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_the_sample_is_blind_random_and_the_same_for_a_seed(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / f"{i}.csv" for i in range(3)]
    for path, seed in zip(files, (1, 1, 2), strict=True):
        run("--export-for-coding", 60, "--out", path, "--seed", seed)
    first, again, other = map(read, files)
    assert first == again and first != other
    assert set(first[0]) == {"id", "text", "options", "choice"}
    assert len({row["id"] for row in first}) == 60
    text = files[0].read_text()
    assert "secretive" not in text and "social" not in text and ",\n" in text
    assert not any(row["choice"] for row in first)
    every = tmp_path / "every.csv"
    run("--export-for-coding", 76, "--out", every)  # neither label probabilities nor cut ones
    assert [row["text"] for row in read(every)].count("It depends.") == 2
    assert "76 answers in words" in run("--export-for-coding", 77, "--out", every, status=1)


def test_kappa_of_coders_with_each_other_and_with_the_reader(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "sample.csv"
    run("--export-for-coding", 76, "--out", out)
    rows = read(out)
    letters = [{**r, "choice": r["text"][1] if r["text"][0] == "(" else "none"} for r in rows]
    a = write(tmp_path / "a.csv", letters)
    words = [
        {**r, "choice": OPTIONS["ABC".index(r["choice"])] if r["choice"] in "ABC" else "None"}
        for r in letters
    ]
    for row in words[:19]:
        row["choice"] = "not bad"
    words[75]["choice"] = ""
    b = write(tmp_path / "b.csv", words)
    said = run("--coded", a, b).splitlines()
    assert len(said) == 3
    assert "a.csv and the reader: kappa 1.00 [1.00, 1.00], 100.0% alike of 76 replies" in said[1]
    assert "of 75 replies" in said[0] and "kappa 1.00" not in said[0]
    alike = sum(r["choice"] == "C" for r in letters[:19]) + 75 - 19
    assert f"{alike / 75:.1%} alike" in said[0]
    letters[3]["choice"] = "goood"
    wrong = write(tmp_path / "c.csv", letters)
    assert "c.csv, line 5, column choice: 'goood'" in run("--coded", a, wrong, status=1)
    letters[3] = {**letters[3], "choice": "A", "id": "nobody"}
    strange = write(tmp_path / "c.csv", letters)
    assert "nobody" in run("--coded", a, strange, status=1)
    assert "lost.csv does not exist" in run("--coded", a, tmp_path / "lost.csv", status=1)


def test_kappa_is_cohens() -> None:
    """Fleiss' textbook table: 20, 5, 10 and 15 of 50 give .4; none is told where all is alike."""
    a = np.repeat([0, 0, 1, 1], [20, 5, 10, 15])
    b = np.repeat([0, 1, 0, 1], [20, 5, 10, 15])
    assert cohen(a, b) == pytest.approx(0.4)
    assert cohen(a, a) == pytest.approx(1.0) and cohen(a, 1 - a) < 0
    assert cohen(np.zeros(5, int), np.zeros(5, int)) is None


def test_an_export_without_a_file_is_one_sentence(run: Run) -> None:
    assert "--out FILE.csv" in run("--export-for-coding", 5, status=1)
