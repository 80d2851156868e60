"""What a model wrote is no formula in a spreadsheet."""

import csv
from pathlib import Path

import polars as pl
import pytest

from tactometer.tables.tabulate import tabulate


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t"])
def test_a_text_that_begins_like_a_formula_is_marked_in_csv_and_verbatim_in_parquet(
    tmp_path: Path, begin: str
) -> None:
    text = f"{begin}HYPERLINK(1)"
    folder = tmp_path / "models/m"
    folder.mkdir(parents=True)
    frame = pl.DataFrame({"text": [text, "fine", None], "mean": [-1.5, 2.0, None]})
    frame.write_parquet(folder / "replies.parquet")
    tabulate(["m"], ["replies"], tmp_path)
    with (tmp_path / "replies.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == [f"'{text}", "fine", ""]
    assert [row["mean"] for row in rows] == ["-1.5", "2.0", ""]
    assert pl.read_parquet(tmp_path / "replies.parquet").equals(frame)
