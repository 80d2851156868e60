"""Tables as files: one to look at beside the two to compute with."""

from pathlib import Path

import polars as pl

from tactometer.tables import table_files


def test_a_table_is_a_page_without_empty_columns_and_with_text_as_text(tmp_path: Path) -> None:
    frame = pl.DataFrame({
        "model": ["<script>alert(1)</script>"] * 1001, "mean": [1 / 3] * 1001,
        "note": [""] * 1001, "n": [7, *[None] * 1000],
    })  # fmt: skip
    table_files.write(frame, tmp_path, "estimates")
    page = (tmp_path / "estimates.html").read_text()
    assert page.count("<tr>") == 1 + table_files.MOST and "1,001 rows, of which" in page
    assert "<script" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<td class="n">0.3333</td><td class="n">7</td>' in page
    assert ">note<" not in page and "without any value are left out: 1." in page
    assert pl.read_csv(tmp_path / "estimates.csv").columns == frame.columns
    table_files.write(frame.clear(), tmp_path, "none")
    assert "0 rows" in (tmp_path / "none.html").read_text()
