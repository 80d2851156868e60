"""CSV for spreadsheets: text that a program would take for a formula is marked as text."""

from pathlib import Path

import polars as pl

FORMULA = r"^[=+\-@\t\r]"
"""How a text begins that spreadsheets calculate with, or lose the beginning of."""
MARK = "'"
"""What spreadsheets take as "this is text"; it stands before such a text in CSV, not in Parquet."""


def escaped(frame: pl.DataFrame) -> pl.DataFrame:
    """A table whose texts no spreadsheet takes for a formula; numbers stay numbers."""
    text = pl.col(pl.String)
    marked = pl.when(text.str.contains(FORMULA)).then(pl.lit(MARK) + text)
    return frame.with_columns(marked.otherwise(text).name.keep())


def text(value: str | None) -> str | None:
    """The same for one text."""
    return MARK + value if value and value[0] in "=+-@\t\r" else value


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write a table as CSV."""
    escaped(frame).write_csv(path)
