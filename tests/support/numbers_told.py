"""The estimates with intervals that a page prints, and those that tables hold, as printed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import polars.selectors as cs

from tactometer.tables.cells import number

NUMBER = r"[+−]?\d+(?:\.\d+)?"
PRINTED = re.compile(rf"({NUMBER})%? \[({NUMBER})%?, ({NUMBER})%?\]")
FORMS = (  # factor and form of the estimate, and of the ends of its interval
    (1, ".2f", 1, ".2f"),
    (1, ",.0f", 1, ",.0f"),
    (100, ".0f", 1, ".2f"),  # a share in percent, its interval as a share
    (100, ".1f", 100, ".2f"),  # points
)
Triple = tuple[str, str, str]


def visible(page: str) -> str:
    """The text of a page, its elements apart, without scripts and embedded files."""
    bare = re.sub(r"<script.*?</script>|(?:src|href)=\"[^\"]*\"", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def printed(text: str) -> list[Triple]:
    """Every estimate with an interval in a text: "0.60 [0.52, 0.66]", a plus sign left out."""
    found = PRINTED.findall(text)
    return [tuple(part.removeprefix("+") for part in parts) for parts in found]  # type: ignore[misc]


def held(frames: Iterable[pl.DataFrame]) -> set[Triple]:
    """Every (estimate, low, high) of a row of tables, in each of the FORMS that it may have."""
    rows = {
        row
        for frame in frames
        for columns in _columns(frame.select(cs.numeric()).columns)
        for row in frame.select(columns).drop_nulls().unique().iter_rows()
    }
    return {
        (number(by * one, form), number(of_ends * low, ends), number(of_ends * high, ends))
        for one, low, high in rows
        for by, form, of_ends, ends in FORMS
    }


def read(folder: Path) -> dict[str, pl.DataFrame]:
    """The tables of a study by name, from their CSVs where there are any."""
    found = {p.stem: p for p in [*folder.glob("*.parquet"), *folder.glob("*.csv")]}
    return {
        name: pl.read_csv(path, infer_schema_length=None)
        if path.suffix == ".csv"
        else pl.read_parquet(path)
        for name, path in found.items()
    }


def _columns(names: list[str]) -> set[tuple[str, str, str]]:
    """Columns of an estimate with those of its interval."""
    found = {("mean", "hdi_low", "hdi_high")}
    found |= {(name, "low", "high") for name in ("mean", "effect", "value", "total_variation")}
    for name in names:
        stem = name.removesuffix("_mean")
        found |= {(name, f"{x}_low", f"{x}_high") for x in (name, stem, f"{stem}_hdi")}
    return {columns for columns in found if set(columns) <= set(names)}
