"""`tactometer read`: a CSV file of replies comes back with what each is read as."""

import csv
from pathlib import Path

import pytest

from tactometer.cli.parser import main
from wordings import DATA


def read(*arguments: object) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(["read", *map(str, arguments)])
    return ended.value.code


def write(path: Path, *rows: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_each_reply_comes_back_with_its_columns_and_its_reading(tmp_path: Path) -> None:
    given = write(
        tmp_path / "replies.csv",
        ["id", "text", "options"],
        ["1", "Sure, B.", "good|not bad"],
        ["2", 'I\'d say:\n\n"It wasn’t that bad."', "good|not bad"],
        ["3", "No, he doesn't.", "yes|no"],
        ["4", "", "yes|no"],
        ["5", "A or B", "yes|no"],
    )
    assert not read(given, "--out", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert rows[1]["text"] == 'I\'d say:\n\n"It wasn’t that bad."'
    assert [(row["read"], row["method"], row["reason"]) for row in rows] == [
        ("not bad", "letter", ""),
        ("not bad", "phrase", ""),
        ("no", "phrase", ""),
        ("invalid", "invalid", "empty"),
        ("invalid", "invalid", "several"),
    ]


def test_a_file_that_was_read_once_is_read_anew(tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert not read(DATA / "replies_shared.csv", "--out", first)
    assert not read(first, "--out", second)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"text\nC\n", "no column options"),
        (b"options\na|b\n", "no column text"),
        (b"", "no column text"),
        (b"text,options\nC\n", "line 2"),
        (b"text,options\nC,a|b,c\n", "line 2"),
        (b"text,options\nC,a||b\n", "line 2, column options"),
        (b"text,options\nC,a|a\n", "line 2, column options"),
        (b"text,options\n\xff,a|b\n", "UTF-8"),
        (b'text,options\n"C,a|b\n', "no CSV file"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_told_in_a_sentence(
    content: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "replies.csv"
    given.write_bytes(content)
    assert read(given, "--out", tmp_path / "out.csv") == 1
    said = capsys.readouterr().err
    assert said.startswith(f"tactometer: {given}") and told in said and said.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()


def test_a_missing_file_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read(tmp_path / "none.csv", "--out", tmp_path / "out.csv") == 1
    assert "none.csv: No such file" in capsys.readouterr().err
