"""How well the fitted speakers predict answers about vignettes that their fits have not seen."""

from __future__ import annotations

import polars as pl

from tactometer.tables.cells import Table, cell, number
from tactometer.tables.fit_selection import representative

COLUMNS = ["model", "checkpoint", "goal", "framing", "speaker", "answers predicted"]
COLUMNS += ["error", "from the prior", "of counting", "suspect fits", "note"]


def table(frame: pl.DataFrame | None) -> Table:
    """The errors of every fit; no row where no vignette was held out."""
    rows = [
        [
            *(str(row[name]) for name in COLUMNS[:5]),
            cell(row["n"] if row["folds"] else 0, ",d"),
            cell(row["mse"], ".4f"),
            cell(row["mse_prior"], ".4f"),
            cell(row["mse_counting"], ".4f"),
            cell(row["suspect"], "d"),
            str(row["note"] or ""),
        ]
        for row in ([] if frame is None else frame.iter_rows(named=True))
    ]
    return Table("Mean squared error of shares among unseen vignettes", COLUMNS, rows)


def sentence(frame: pl.DataFrame | None) -> str:
    """What all fits together come to, one for each (model, checkpoint, goal)."""
    known = None if frame is None else representative(frame).filter(pl.col("mse").is_not_null())
    if known is None or known.is_empty():
        return ""
    error, prior = (float(known[name].mean()) for name in ("mse", "mse_prior"))  # type: ignore[arg-type]
    better = known.filter(pl.col("mse") < pl.col("mse_prior")).height
    silent = "" if frame is None else _silent(frame)
    return (
        f"Over {known.height} fits, shares among vignettes that a fit had not seen are predicted "
        f"with a mean squared error of {number(error, '.4f')}; speakers drawn from the prior come "
        f"to {number(prior, '.4f')}, and {better} of the fits do better than they.{silent}"
    )


def _silent(frame: pl.DataFrame) -> str:
    names = frame.filter(pl.col("folds") == 0)["model"].unique(maintain_order=True).to_list()
    return f" Recorded counts tell no vignettes apart: {', '.join(names)}." if names else ""
