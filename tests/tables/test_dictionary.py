"""The dictionary of a study's tables is true of them, and programs read the types that it gives."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from tactometer import api
from tactometer.tables import dictionary
from tactometer.tables.table_files import VERBATIM
from tactometer.utils.errors import UserError


def faults(tables: dict[str, pl.DataFrame]) -> list[str]:
    """What the dictionary says of some tables and is not true of them."""
    found = []
    told = dictionary.describe({name: frame.schema for name, frame in tables.items()})
    for (name,), columns in told.group_by(["table"], maintain_order=True):
        frame, key = tables[str(name)], columns.filter("key")["column"].to_list()
        if not key or frame.select(key).is_duplicated().any():
            found.append(f"{name}: rows are alike by {key}")
        for row in columns.iter_rows(named=True):
            values = frame[row["column"]]
            if row["meaning"] == dictionary.UNKNOWN:
                found.append(f"{name}.{row['column']}: not described")
            if row["null"] is None and values.null_count():
                found.append(f"{name}.{row['column']}: null")
            if row["column"] not in VERBATIM and (values.cast(pl.String) == "").any():
                found.append(f"{name}.{row['column']}: empty, which no CSV file tells from null")
            held = values.drop_nulls()
            if row["least"] is not None and (held < row["least"] - 1e-9).any():
                found.append(f"{name}.{row['column']}: below {row['least']}")
            if row["greatest"] is not None and (held > row["greatest"] + 1e-9).any():
                found.append(f"{name}.{row['column']}: above {row['greatest']}")
    return found


@pytest.fixture(scope="module")
def tables(finished: Path) -> dict[str, pl.DataFrame]:
    found = api.read_tables(finished / "results/small/tables")
    assert {"estimates", "diagnostics", "counts", "profiles"} <= set(found)
    return found


def test_keys_ranges_and_nulls_are_as_the_dictionary_says(tables: dict[str, pl.DataFrame]) -> None:
    assert not faults(tables)


def test_what_is_not_true_of_a_table_is_found(tables: dict[str, pl.DataFrame]) -> None:
    frame = tables["estimates"]
    for wrong, said in (
        (pl.concat([frame, frame.head(1)]), "rows are alike"),
        (frame.with_columns(mean=pl.lit(None, pl.Float64)), "mean: null"),
        (frame.with_columns(contraction=pl.lit(1.5)), "contraction: above 1"),
        (frame.with_columns(sd=-pl.col("sd")), "sd: below 0"),
        (frame.with_columns(sorcery=pl.lit(1)), "sorcery: not described"),
    ):
        assert [said in each for each in faults({"estimates": wrong})] == [True]


def test_a_copy_of_the_csv_files_is_read_with_the_same_types(
    finished: Path, tmp_path: Path
) -> None:
    """A checkpoint is text in every table, though in this study each looks like a number."""
    for path in (finished / "results/small/tables").glob("*"):
        if path.suffix in (".csv", ".json"):
            shutil.copy(path, tmp_path)
    verbatim, copied = (api.read_tables(f) for f in (finished / "results/small/tables", tmp_path))
    assert verbatim.keys() == copied.keys()
    joined = copied["estimates"]
    for name, frame in copied.items():
        mine = {
            k: pl.Int64 if kind.is_integer() else kind for k, kind in verbatim[name].schema.items()
        }
        assert frame.schema == mine, name
        assert frame.height == verbatim[name].height
        on = [k for k in ("model", "checkpoint", "goal") if k in frame.columns]
        if on and frame.height:
            joined = joined.join(frame.select(on).unique(), on=on, how="left")
    assert joined.height == copied["estimates"].height
    assert set(copied["estimates"]["checkpoint"]) <= set(copied["counts"]["checkpoint"])
    with pytest.raises(UserError, match=r"schema\.json"):
        api.read_tables(tmp_path / "none")


def test_the_schema_is_a_frictionless_data_package(finished: Path) -> None:
    told = json.loads((finished / "results/small/tables/schema.json").read_text())
    assert told["profile"] == "tabular-data-package"
    estimates = next(each for each in told["resources"] if each["name"] == "estimates")
    fields = {field["name"]: field for field in estimates["schema"]["fields"]}
    assert fields["checkpoint"]["type"] == "string" and fields["mean"]["type"] == "number"
    assert fields["contraction"]["constraints"] == {"maximum": 1.0, "required": True}
    assert {"model", "checkpoint", "goal", "parameter"} <= set(estimates["schema"]["primaryKey"])
