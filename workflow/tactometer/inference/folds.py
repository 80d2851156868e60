"""Cross-validation folds of vignettes, and the columns of `tables/heldout`."""

from collections.abc import Sequence

import numpy as np
import polars as pl

HELDOUT = {
    **dict.fromkeys(["goal", "framing", "speaker", "semantics"], pl.String),
    **dict.fromkeys(["folds", "vignettes", "n"], pl.Int64),
    **dict.fromkeys(["mse", "mse_prior", "mse_prior_mean", "mse_counting"], pl.Float64),
    "suspect": pl.Int64,
    "note": pl.String,
}


def deal(vignettes: Sequence[str], folds: int, seed: int) -> list[list[str]]:
    """Split vignettes at random into folds of about the same size.

    With fewer vignettes than folds, each vignette is a fold.
    """
    order = np.random.default_rng(seed).permutation(sorted(vignettes))
    parts = np.array_split(order, min(folds, len(order)))
    return [[str(name) for name in part] for part in parts]
