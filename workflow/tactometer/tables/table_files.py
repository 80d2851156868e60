"""A table as files: Parquet and CSV, of which both say the same."""

from pathlib import Path

import polars as pl

from tactometer.utils import atomic_files, spreadsheets

VERBATIM = ("text",)  # a reply may be empty


def write(frame: pl.DataFrame, folder: Path, name: str) -> None:
    """Write {folder}/{name}.parquet and .csv. An empty text is null: CSV has no other."""
    frame = frame.with_columns(pl.col(pl.String).exclude(*VERBATIM).replace("", None))
    with atomic_files.atomic(folder / f"{name}.parquet") as path:
        frame.write_parquet(path)
    with atomic_files.atomic(folder / f"{name}.csv") as path:
        spreadsheets.write(frame, path)
