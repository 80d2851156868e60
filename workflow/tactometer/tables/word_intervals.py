"""Intervals of theta from yes/no answers, by their effective number: the table `semantics`."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import special

from tactometer.inference.design_effect import of_yes_no

HDI = 0.95


def with_intervals(frame: pl.DataFrame, *, weighed: bool) -> pl.DataFrame:
    """Yes/no counts of some checkpoints with `design_effect`, null unless they are `weighed` and
    tell vignettes apart, and `hdi_low`, `hdi_high`; without `by_vignette`.
    """
    effects = {
        name: of_yes_no(rows) if weighed else None
        for (name,), rows in frame.group_by(["checkpoint"], maintain_order=True)
    }
    known = pl.DataFrame(
        {"checkpoint": list(effects), "design_effect": list(effects.values())},
        schema={"checkpoint": pl.String, "design_effect": pl.Float64},
    )
    frame = frame.drop("by_vignette").join(known, on="checkpoint", maintain_order="left")
    cells = frame.select("yes", "n", "design_effect").unique(maintain_order=True)
    worth = cells["design_effect"].fill_null(1.0).to_numpy()
    yes, n = cells["yes"].to_numpy() / worth, cells["n"].to_numpy() / worth
    low, high = beta_hdi(yes + 1, n - yes + 1)
    intervals = cells.with_columns(hdi_low=pl.Series(low), hdi_high=pl.Series(high))
    return frame.join(
        intervals, on=cells.columns, how="left", maintain_order="left", nulls_equal=True
    )


def beta_hdi(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shortest 95% intervals of Beta(a, b) posteriors: [cell], [cell]."""
    tails = np.linspace(0, 1 - HDI, 201)[:, None]
    low, high = special.betaincinv(a, b, tails), special.betaincinv(a, b, tails + HDI)
    best = np.argmin(high - low, axis=0)
    cells = np.arange(len(a))
    return low[best, cells], high[best, cells]
