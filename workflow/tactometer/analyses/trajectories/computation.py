"""Trajectories: each parameter over the course of training."""

from __future__ import annotations

import numpy as np
import polars as pl

from tactometer.analyses.evidence import (
    LABEL_TYPES,
    NAMES,
    ONE_FIT,
    PARAMETERS,
    Evidence,
    Posterior,
)
from tactometer.inference.intervals import hdi

SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "parameter": pl.String,
    **dict.fromkeys(["mean", "median", "hdi_low", "hdi_high", "half_low", "half_high"], pl.Float64),
    "verdict": pl.String,
}


def courses(evidence: Evidence) -> Posterior:
    """The fits of models with at least two points of training, each model in order of progress."""
    several = pl.col("progress").n_unique().over("model", "goal") > 1
    return evidence.models.where(pl.col("progress").is_not_null(), several)


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal, parameter): its mean, median and 95% interval, those
    of `tables/estimates`, and its 50% interval.
    """
    found = courses(evidence)
    if found.fits.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    x = np.swapaxes(found.draws, 1, 2).reshape(-1, found.draws.shape[1])
    half_low, half_high = hdi(x, 0.5)
    whole = ("mean", "median", "hdi_low", "hdi_high")
    told = evidence.tables["estimates"].select(*ONE_FIT, "parameter", *whole).collect()
    rows = found.fits.join(
        pl.DataFrame({"parameter": PARAMETERS}), how="cross", maintain_order="left_right"
    ).with_columns(
        study=pl.lit(evidence.study),
        half_low=pl.Series(half_low),
        half_high=pl.Series(half_high),
    )
    rows = rows.join(told, on=[*ONE_FIT, "parameter"], how="left", maintain_order="left")
    return rows.sort("model", "goal", "parameter", "progress", maintain_order=True)
