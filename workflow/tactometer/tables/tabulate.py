"""Tabulate: the tables of all models put together, as Parquet and CSV."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from tactometer.utils import atomic_files


def tabulate(parts: Mapping[str, Sequence[Path]], out: Path) -> None:
    """Write out/{table}.parquet and .csv from the Parquet files of each table, one a model."""
    for name, paths in parts.items():
        frame = pl.concat([pl.read_parquet(path) for path in paths], how="vertical_relaxed")
        with atomic_files.atomic(out / f"{name}.parquet") as path:
            frame.write_parquet(path)
        with atomic_files.atomic(out / f"{name}.csv") as path:
            frame.write_csv(path)


def run(given: Namespace) -> None:
    """Put the tables of all models together."""
    parts: dict[str, list[Path]] = {}
    for path in given.parts:
        parts.setdefault(path.stem, []).append(path)
    tabulate(parts, given.out)
