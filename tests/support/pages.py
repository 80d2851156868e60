"""A report of made-up tables, with names and replies that try to be code."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import synthetic
from tactometer.figures.draw import draw
from tactometer.report.page import build
from tactometer.study.figures import names as figure_names

EVIL = "<script>alert(1)</script>"
METHODS = {
    **{"asked": True, "framings": ["first", "second"], "goals": ["social"], "name_pairs": 10},
    **{"vignettes": 13, "states": "1 to 5 stars", "utterances": 8, "cost_of_negation": False},
    **{
        "yardstick": None,
        "how": ["joint"],
        "level": 0.05,
        "chains": "4",
        "draws": "1,000",
        "warmup": "500",
    },
}


def write(folder: Path) -> Path:
    """Write tables, figures and report.html below a folder; the sycophant is named `EVIL`."""
    tables = synthetic.write(folder / "tables", rename={"sycophant": EVIL})
    path = tables / "diagnostics.parquet"
    noted = pl.read_parquet(path).with_columns(note=pl.col("note") + EVIL)
    noted.write_parquet(path)
    return render(folder, tables)


def render(folder: Path, tables: Path) -> Path:
    """Draw the figures of some tables and write the page below a folder."""
    for name in figure_names():
        draw(
            name,
            tables,
            folder / "figures" / name,
            goals=synthetic.GOALS,
            utterances=synthetic.UTTERANCES,
            baseline=["human"],
        )
    build(
        tables,
        folder / "figures",
        folder / "report.html",
        study="demo",
        goals=synthetic.GOALS,
        baseline=["human"],
        methods=METHODS,
        provenance={"Tactometer": "0.1.0", "asked": EVIL},
    )
    return folder / "report.html"
