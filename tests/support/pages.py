"""A report of made-up tables, with names and replies that try to be code."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import synthetic
from tactometer.figures.draw import draw
from tactometer.report.page import build
from tactometer.report.stages import World
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
    _held_out().write_parquet(tables / "heldout.parquet")
    return render(folder, tables)


def _held_out() -> pl.DataFrame:
    """One fit that predicts vignettes which it has not seen, and recorded counts, which cannot."""
    at = {"study": "demo", "checkpoint": "0", "goal": "social", "framing": "pooled"}
    at |= {"speaker": "s2", "semantics": "fixed", "suspect": 0}
    asked = {"model": "honest-friend", "n": 650, "folds": 5, "vignettes": 13, "mse": 0.0021}
    asked |= {"mse_prior": 0.0253, "mse_prior_mean": 0.0172, "mse_counting": 0.0019, "note": ""}
    people = {"model": "human", "n": 650, "folds": 0, "vignettes": 0, "note": "no vignettes"}
    return pl.DataFrame([at | asked, at | people])


def _world(states: list[int], unit: str) -> World:
    """A domain as the explorer sees it."""
    return {
        "states": states,
        "values": [float(state) for state in states],
        "unit": [unit, f"{unit}s"],
        "utterances": synthetic.UTTERANCES,
        "negated": [word.startswith("not") for word in synthetic.UTTERANCES],
    }


def worlds(tables: Path) -> dict[str, World]:
    """The world of each model of some tables: people's is of hearts."""
    names = pl.read_parquet(tables / "counts.parquet")["model"].unique()
    people, asked = _world([0, 1, 2, 3], "heart"), _world([1, 2, 3, 4, 5], "star")
    return {name: people if name == "human" else asked for name in names}


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
        methods=METHODS | {"heldout": (tables / "heldout.parquet").exists()},
        provenance={"Tactometer": "0.1.0", "asked": EVIL},
        worlds=worlds(tables),
    )
    return folder / "report.html"
