"""The data dictionary: what every column of every table means."""

from argparse import Namespace
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from tactometer.study import analyses
from tactometer.utils import atomic_files
from tactometer.utils.paths import PACKAGE

SCHEMA = {"table": pl.String, "column": pl.String, "type": pl.String, "meaning": pl.String}
_FILE = Path(__file__).with_name("dictionary.yaml")
UNKNOWN = "not described"


def describe(schemas: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    """Say what the columns of some tables mean: columns `SCHEMA`, one row a column.

    `schemas` has the polars type of each column of each table. A column that nobody described is
    said to be `UNKNOWN`; a test finds it before a run does.
    """
    known = _known()
    rows = [
        (table, column, str(kind), _meaning(known, table, column))
        for table, columns in schemas.items()
        for column, kind in columns.items()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@cache
def _known() -> dict[str, Any]:
    """`columns` that mean the same in every table, and `tables` with their own."""
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text())
    for name in analyses.names():
        own = PACKAGE / "analyses" / name / "columns.yaml"
        found["tables"][name] = yaml.safe_load(own.read_text())
    return found


def _meaning(known: Mapping[str, Any], table: str, column: str) -> str:
    own = known["tables"].get(table, {})
    return str(own.get(column, known["columns"].get(column, UNKNOWN)))


def about(table: str) -> str:
    """What a table holds, in a sentence."""
    return str(_known()["tables"][table]["about"])


def run(given: Namespace) -> None:
    """Write the data dictionary of some tables, as Parquet and CSV."""
    frame = describe({path.stem: pl.read_parquet_schema(path) for path in given.tables})
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
    with atomic_files.atomic(given.out.with_suffix(".csv")) as temporary:
        frame.write_csv(temporary)
