"""The data dictionary: what every column of every table means, for readers and for programs."""

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from tactometer.study import analyses
from tactometer.tables import folder_guide
from tactometer.utils import atomic_files
from tactometer.utils.paths import PACKAGE

SCHEMA = {
    "table": pl.String,
    "column": pl.String,
    "type": pl.String,
    "meaning": pl.String,
    "key": pl.Boolean,
    "unit": pl.String,
    "least": pl.Float64,
    "greatest": pl.Float64,
    "null": pl.String,
}
TYPES = {"String": "string", "Boolean": "boolean", "Float64": "number"}  # the rest are integers
UNKNOWN = "not described"
_HERE = Path(__file__)
_SECTIONS = ("about", "key", "units", "ranges", "nulls")  # of columns.yaml; the rest are columns


def describe(schemas: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
    """Say what the columns of some tables mean: columns `SCHEMA`, one row a column.

    `schemas` has the polars type of each column of each table. `key`: whether it is one of those by
    which rows are told apart; `least` and `greatest`: the ends of its range; `null`: what null
    means, null where the column never is. A column that nobody described is said to be `UNKNOWN`; a
    test finds it before a run does.
    """
    return pl.DataFrame(list(_rows(schemas)), schema=SCHEMA, orient="row")


def _rows(schemas: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    meanings, fields = _known()
    for table, columns in schemas.items():
        own, common = fields["tables"].get(table, {}), fields["columns"]
        for column, kind in columns.items():
            unit, ends, null = (
                own.get(what, {}).get(column, common[what].get(column))
                for what in ("units", "ranges", "nulls")
            )
            yield (
                table,
                column,
                str(kind),
                _meaning(meanings, table, column),
                column in own.get("key", ()),
                unit,
                *(ends or (None, None)),
                null,
            )


@cache
def _known() -> tuple[dict[str, Any], dict[str, Any]]:
    """What columns mean, and what their types leave open: each `columns`, what holds for every
    table, and `tables` with their own.
    """
    meanings, fields = (
        yaml.safe_load(_HERE.with_name(name).read_text())
        for name in ("dictionary.yaml", "fields.yaml")
    )
    for name in analyses.names():
        own = yaml.safe_load((PACKAGE / "analyses" / name / "columns.yaml").read_text())
        fields["tables"][name] = {k: own.pop(k) for k in _SECTIONS[1:] if k in own}
        meanings["tables"][name] = own
    return meanings, fields


def _meaning(known: Mapping[str, Any], table: str, column: str) -> str:
    own = known["tables"].get(table, {})
    return str(own.get(column, known["columns"].get(column, UNKNOWN)))


def about(table: str) -> str:
    """What a table holds, in a sentence."""
    return str(_known()[0]["tables"][table]["about"])


def data_package(columns: pl.DataFrame) -> dict[str, Any]:
    """The same for programs: a Frictionless Data Package, a Table Schema for each CSV file.

    Source: https://specs.frictionlessdata.io/table-schema/
    """
    return {
        "profile": "tabular-data-package",
        "resources": [
            {
                "name": table,
                "path": f"{table}.csv",
                "profile": "tabular-data-resource",
                "description": about(str(table)),
                "schema": {
                    "fields": [_field(row) for row in part.iter_rows(named=True)],
                    "missingValues": [""],
                    "primaryKey": part.filter("key")["column"].to_list(),
                },
            }
            for (table,), part in columns.group_by(["table"], maintain_order=True)
        ],
    }


def _field(row: Mapping[str, Any]) -> dict[str, Any]:
    """A column in the words of Table Schema."""
    ends = {"minimum": row["least"], "maximum": row["greatest"]}
    found = {
        "name": row["column"],
        "type": TYPES.get(row["type"], "integer"),
        "description": row["meaning"],
        "constraints": {k: v for k, v in ends.items() if v is not None}
        | ({"required": True} if row["null"] is None else {}),
    }
    return found | {k: row[k] for k in ("unit", "null") if row[k] is not None}


def run(given: Namespace) -> None:
    """Write the data dictionary of some tables, as Parquet, as CSV and as schema.json; and the
    guide to the study's folder.
    """
    frame = describe({path.stem: pl.read_parquet_schema(path) for path in given.tables})
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
    with atomic_files.atomic(given.out.with_suffix(".csv")) as temporary:
        frame.write_csv(temporary)
    with atomic_files.atomic(given.out.with_name("schema.json")) as temporary:
        temporary.write_text(json.dumps(data_package(frame), indent=1) + "\n")
    with atomic_files.atomic(given.guide) as temporary:
        temporary.write_text(folder_guide.text(given.guide.parent.name), encoding="utf-8")
