"""Tabulate: the tables of all models put together, as Parquet and CSV."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tactometer.study import study
from tactometer.tables import table_files


def tabulate(models: Sequence[str], tables: Sequence[str], folder: Path) -> None:
    """Write folder/{table}.parquet and .csv from folder/models/{model}/{table}.parquet."""
    for name in tables:
        parts = [folder / "models" / model / f"{name}.parquet" for model in models]
        frame = pl.concat([pl.read_parquet(part) for part in parts], how="vertical_relaxed")
        table_files.write(frame, folder, name)


def run(given: Namespace) -> None:
    """Put these tables of all models of the study together."""
    tabulate(list(study.read(given.study).models), given.tables, given.out)
