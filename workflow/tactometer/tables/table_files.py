"""A table as files: Parquet and CSV, which say the same, and HTML for the report of Snakemake."""

from html import escape
from pathlib import Path

import polars as pl

from tactometer.utils import atomic_files, spreadsheets

VERBATIM = ("text",)  # a reply may be empty
MOST = 1_000  # rows of the HTML; Parquet and CSV have all
STYLE = (
    ":root{color-scheme:light dark}body{font:14px/1.4 system-ui,Arial,sans-serif;margin:1rem}"
    "table{border-collapse:collapse;font-size:12px;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;vertical-align:top;padding:.15rem .7rem .15rem 0;white-space:nowrap}"
    "tbody tr{border-bottom:1px solid #8886}"
    "thead th{position:sticky;top:0;background:Canvas;border-bottom:2px solid;white-space:nowrap}"
    ".n{text-align:right}.l{white-space:pre-wrap;overflow-wrap:anywhere;min-width:24rem}"
)


def write(frame: pl.DataFrame, folder: Path, name: str) -> None:
    """Write {folder}/{name}.parquet, .csv and .html. An empty text is null: CSV has no other."""
    frame = frame.with_columns(pl.col(pl.String).exclude(*VERBATIM).replace("", None))
    with atomic_files.atomic(folder / f"{name}.parquet") as path:
        frame.write_parquet(path)
    with atomic_files.atomic(folder / f"{name}.csv") as path:
        spreadsheets.write(frame, path)
    with atomic_files.atomic(folder / f"{name}.html") as path:
        path.write_text(page(frame, name), encoding="utf-8")


def page(frame: pl.DataFrame, name: str) -> str:
    """A table to look at: without the columns that are empty, and at most `MOST` rows."""
    shown = frame.head(MOST)
    filled = [c for c in frame.columns if frame[c].null_count() < frame.height or frame.is_empty()]
    kinds = [' class="n"' if frame.schema[c].is_numeric() else "" for c in filled]
    heads = "".join(f"<th{k}>{escape(c)}</th>" for c, k in zip(filled, kinds, strict=True))
    rows = [
        "".join(f"<td{_long(v) or k}>{_cell(v)}</td>" for v, k in zip(row, kinds, strict=True))
        for row in shown.select(filled).iter_rows()
    ]
    rest = f", of which these are the first {MOST:,}" if frame.height > MOST else ""
    bare = len(frame.columns) - len(filled)
    left = f" Columns without any value are left out: {bare}." if bare else ""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(name)}</h1><p>{frame.height:,} rows{rest}."
        f"{left} The whole table: tables/{escape(name)}.csv and .parquet of the results; what its "
        f"columns mean: tables/dictionary.csv.</p><table><thead><tr>{heads}</tr></thead><tbody>"
        + "".join(f"<tr>{row}</tr>" for row in rows)
        + "</tbody></table></body></html>"
    )


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else escape(str(value))


def _long(value: object) -> str:
    return ' class="l"' if isinstance(value, str) and len(value) > 40 else ""
