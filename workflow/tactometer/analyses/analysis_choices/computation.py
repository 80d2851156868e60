"""Analysis choices: what fitting the same choices in another way does to each parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from tactometer.analyses.evidence import NAMES, READ, Evidence
from tactometer.tables.fit_selection import FIT, PASSED, judged, representative

_FITTED = ("framing", "speaker", "semantics", "mean", "hdi_low", "hdi_high", "verdict")
_KINDS = {
    **dict.fromkeys(["framing", "speaker", "semantics"], pl.String),
    **dict.fromkeys(["mean", "hdi_low", "hdi_high"], pl.Float64),
    "verdict": pl.String,
}
SCHEMA = {
    **NAMES,
    "parameter": pl.String,
    "fit": pl.String,
    **_KINDS,
    "headline": pl.String,
    **{f"headline_{name}": kind for name, kind in _KINDS.items()},
    "difference": pl.Float64,
    "apart": pl.Boolean,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal), parameter, and fit beside the headline.

    `apart` says whether the two 95% intervals have nothing in common; null where one of the two
    fits may not be read. Each fit is stood for as the headline is: by its average over framings
    where it has one. Nothing of what models say by a further estimator.
    """
    parts = [pl.DataFrame(schema=SCHEMA)]
    if "further" in evidence.tables:
        headline = _standing(evidence.tables["estimates"].collect(), evidence)
        further = evidence.tables["further"].collect()
        for _, rows in further.group_by("fit", maintain_order=True):
            parts += _beside(headline, _standing(rows, evidence), evidence.study)
    return pl.concat(parts)


def _standing(estimates: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """The fit of one name that stands for each (model, checkpoint, goal), a row a parameter."""
    mine = estimates.filter(~pl.col("model").is_in(list(evidence.also)))
    found = representative(judged(mine)) if mine.height else mine
    return found.filter(pl.col("parameter").is_in(READ))


def _beside(headline: pl.DataFrame, other: pl.DataFrame, study: str) -> Iterator[pl.DataFrame]:
    keys = [*FIT, "parameter"]
    theirs: dict[str, Any] = {f"headline_{name}": pl.col(name) for name in _FITTED}
    both = other.join(
        headline.select(*keys, headline=pl.col("fit"), **theirs),
        on=keys,
        maintain_order="left",
    )
    read = pl.col("verdict").is_in(PASSED) & pl.col("headline_verdict").is_in(PASSED)
    above = pl.col("hdi_low") > pl.col("headline_hdi_high")
    below = pl.col("hdi_high") < pl.col("headline_hdi_low")
    told = both.with_columns(
        study=pl.lit(study),
        difference=pl.col("mean") - pl.col("headline_mean"),
        apart=pl.when(read).then(above | below),
    )
    yield told.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
