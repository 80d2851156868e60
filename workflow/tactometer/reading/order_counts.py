"""Choice counts by the order of options, from which a bias of place is estimated."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from tactometer.study import study
from tactometer.utils import atomic_files

ORDERS: Final[dict[str, Any]] = {
    "framing": pl.String,
    "state": pl.Int64,
    "vignette": pl.String,
    "places": pl.List(pl.UInt8),
    "weights": pl.List(pl.Float64),
}


def count(choices: pl.DataFrame, utterances: Sequence[str]) -> pl.DataFrame:
    """Add up valid choices of a goal to one row per (framing, state, vignette, order of options).

    `places` says of each utterance where it was shown, from 0, `weights` how often each was chosen:
    whole numbers for answers in words, real ones for probabilities.
    """
    valid = choices.filter((pl.col("method") != "invalid") & (pl.col("options").list.len() > 0))
    chosen = pl.concat_list((pl.col("choice") == u).cast(pl.Float64) for u in utterances)
    words = pl.when(pl.col("choice").is_not_null()).then(chosen)
    shown = [
        pl.col("options").list.eval(pl.element() == u).list.arg_max().cast(pl.UInt8)
        for u in utterances
    ]
    each = valid.select(
        pl.col("framing").cast(pl.String),
        pl.col("state").cast(pl.Int64),
        pl.col("vignette").cast(pl.String),
        places=pl.concat_list(shown),
        weights=pl.coalesce(pl.col("probs").cast(pl.List(pl.Float64)), words),
    ).drop_nulls("weights")
    cell = ["framing", "state", "vignette", "places"]
    whole = pl.concat_list(pl.col("weights").list.get(u).sum() for u in range(len(utterances)))
    added = each.group_by(cell, maintain_order=True).agg(weights=whole)
    return added.sort("framing", "state", "vignette", maintain_order=True).cast(ORDERS)  # type: ignore[arg-type]


def run(given: Namespace) -> None:
    """Add up the choices of one goal by order."""
    sweep = study.read(given.study)
    utterances = sweep.domain_of(sweep.models[given.model].domain).utterances
    frame = count(pl.read_parquet(given.choices), utterances)
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
