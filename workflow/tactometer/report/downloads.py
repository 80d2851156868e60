"""Embed each figure's data in the page as a file to download, without network."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tactometer.study.analyses import names as analysis_names
from tactometer.tables.reader import pooled_counts, representative
from tactometer.utils import spreadsheets

LARGE = 100_000  # bytes of CSV beyond which the file in the page is compressed
DRAWN = {**{name: name for name in (*analysis_names(), "comparison")}, "efforts": "profiles"}
"""The table that each figure of an analysis draws; it may be without rows."""
_WEIGHTS = ["omega_inf", "omega_soc", "omega_pre"]
_PARAMETERS = {"answer": ["phi", *_WEIGHTS], "phi": ["phi"], "weights": _WEIGHTS}


@dataclass(frozen=True)
class Download:
    """A file in a link: its name, what it is, and its content as a data URI."""

    name: str
    about: str
    href: str


def applies(name: str, frames: Mapping[str, pl.DataFrame]) -> bool:
    """Whether a figure has something to show: the figures of an analysis may not."""
    if name == "efforts":
        name = "mixed_effects"  # which is without rows where there are no two efforts
    return name not in DRAWN or not frames[DRAWN[name]].is_empty()


def download(name: str, frames: Mapping[str, pl.DataFrame]) -> Download:
    """The rows that a figure draws, as CSV."""
    rows = _rows(name, frames)
    text = spreadsheets.escaped(rows).write_csv(float_precision=5).encode() if rows.width else b""
    about = f"{rows.height:,} rows"
    if len(text) <= LARGE:
        uri = "data:text/csv;base64," + base64.b64encode(text).decode()
        return Download(f"{name}.csv", f"CSV, {about}", uri)
    small = gzip.compress(text, mtime=0)
    uri = "data:application/gzip;base64," + base64.b64encode(small).decode()
    return Download(f"{name}.csv.gz", f"CSV compressed with gzip, {about}", uri)


def _rows(name: str, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    if name in _PARAMETERS:
        estimates = frames["estimates"]
        if estimates.is_empty():
            return estimates
        return representative(estimates).filter(pl.col("parameter").is_in(_PARAMETERS[name]))
    if name == "responses":
        return pooled_counts(frames["counts"]) if frames["counts"].height else frames["counts"]
    frame = frames[DRAWN.get(name, name)]
    return representative(frame) if name == "predictive" and frame.height else frame
