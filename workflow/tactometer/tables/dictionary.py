"""The data dictionary: what every column of every table means."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from tactometer.utils import atomic_files

SCHEMA = {"table": pl.String, "column": pl.String, "type": pl.String, "meaning": pl.String}
_FILE = Path(__file__).with_name("dictionary.yaml")


def describe(schemas: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    """Say what the columns of some tables mean: columns `SCHEMA`, one row a column.

    `schemas` has the polars type of each column of each table. Raises KeyError for a column that
    tables.yaml does not know: whoever adds one says what it is.
    """
    known = yaml.safe_load(_FILE.read_text())
    rows = [
        (table, column, str(kind), _meaning(known, table, column))
        for table, columns in schemas.items()
        for column, kind in columns.items()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _meaning(known: Mapping[str, Any], table: str, column: str) -> str:
    own = known["tables"].get(table, {})
    found = own.get(column, known["columns"].get(column))
    if found is None:
        raise KeyError(f"{_FILE.name} does not say what {column} of the table {table} means")
    return str(found)


def about(table: str) -> str:
    """What a table holds, in a sentence."""
    return str(yaml.safe_load(_FILE.read_text())["tables"][table]["about"])


def run(given: Namespace) -> None:
    """Write the data dictionary of some tables, as Parquet and CSV."""
    frame = describe({path.stem: pl.read_parquet_schema(path) for path in given.tables})
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
    with atomic_files.atomic(given.out.with_suffix(".csv")) as temporary:
        frame.write_csv(temporary)
