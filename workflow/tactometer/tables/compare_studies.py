"""Compare the estimates of two studies, or of one study at two commits."""

from __future__ import annotations

from typing import Final

import polars as pl

from tactometer.tables.proportions import Z

FIT: Final = ("model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics", "parameter")
NEEDED: Final = (*FIT, "mean", "sd", "verdict")
MOVED: Final = {
    **dict.fromkeys(FIT, pl.String),
    **dict.fromkeys(["mean_a", "mean_b", "difference", "low", "high"], pl.Float64),
    "verdict_a": pl.String,
    "verdict_b": pl.String,
    "what": pl.String,
}


def compare(a: pl.DataFrame, b: pl.DataFrame) -> pl.DataFrame:
    """Set the `estimates` of A and B side by side: columns `MOVED`, what moved most first.

    `difference` is b - a; `low` and `high` are its 95% interval in normal approximation, as of two
    independent posteriors. `what` is `moved` (the interval leaves out 0), `same` (it does not),
    `unread` (a fit of the two is suspect), `only a` or `only b`. Two fits of the same answers are
    not independent: between them the interval is too wide, and `moved` says more than 95%.
    """
    keep = list(NEEDED)
    both = a.select(keep).join(
        b.select(keep), on=FIT, how="full", suffix="_b", coalesce=True, nulls_equal=True
    )
    sd = (pl.col("sd").pow(2) + pl.col("sd_b").pow(2)).sqrt()
    told = both.rename({"mean": "mean_a", "verdict": "verdict_a"}).with_columns(
        difference=pl.col("mean_b") - pl.col("mean_a"), spread=Z * sd
    )
    told = told.with_columns(
        low=pl.col("difference") - pl.col("spread"), high=pl.col("difference") + pl.col("spread")
    ).with_columns(what=_what())
    by = (pl.col("difference").abs() / pl.col("spread")).fill_nan(0)
    return told.sort(by, descending=True, nulls_last=True, maintain_order=True).select(*MOVED)


def _what() -> pl.Expr:
    suspect = (pl.col("verdict_a") == "suspect") | (pl.col("verdict_b") == "suspect")
    return (
        pl.when(pl.col("verdict_b").is_null())
        .then(pl.lit("only a"))
        .when(pl.col("verdict_a").is_null())
        .then(pl.lit("only b"))
        .when(suspect)
        .then(pl.lit("unread"))
        .when((pl.col("low") > 0) | (pl.col("high") < 0))
        .then(pl.lit("moved"))
        .otherwise(pl.lit("same"))
    )
