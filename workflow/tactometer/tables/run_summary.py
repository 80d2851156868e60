"""A plain-text summary of a finished run: verdicts of its fits, and files to open."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from tactometer.tables.fit_selection import sampled


def lines(results: Path) -> Iterator[str]:
    """Say how the fits stand and which files to open; `results` is results/{study}."""
    tables = results / "tables"
    diagnostics = sampled(pl.read_parquet(tables / "diagnostics.parquet"))
    suspect = diagnostics.filter(pl.col("verdict") == "suspect")
    yield f"{len(diagnostics)} fits, {len(suspect)} of them suspect" + (
        ": read them with care, the report lists them first." if len(suspect) else "."
    )
    recovery = pl.read_parquet(tables / "recovery.parquet")
    if len(recovery):
        held = recovery["covered"].sum()
        yield (
            f"Simulated speakers: the truth lies within the 95% HDI for {held} of {len(recovery)} "
            f"parameters ({held / len(recovery):.0%})."
        )
    yield "Open:"
    opened = {
        "report.html": "the findings, on one page",
        "report.zip": "Snakemake's report: unpack it and open report.html in it",
        "figures/answer.png": "who weighs what, and wants to look like what, beside people",
        "tables/estimates.csv": "every posterior in numbers",
        "tables/diagnostics.csv": "which of them to trust",
    }
    for name, what in opened.items():
        if (results / name).exists():
            yield f"  {results / name}  {what}"
