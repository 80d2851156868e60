"""Which claims hang on how the choices are fitted: one sentence."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import MOST, PARAMETERS, SIGN, Row, listed, several
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """How many claims that are sure under the headline are as sure under every other way."""
    if frame.is_empty():
        return []
    headline = frame["headline"][0]
    p = pl.col("probability")
    mine = frame.filter(pl.col("fit") == headline, (p >= SIGN) | (p <= 1 - SIGN))
    others = frame.filter(pl.col("fit") != headline)
    ways = others["fit"].unique(maintain_order=True).to_list()
    if mine.is_empty() or not ways:
        return []
    keys = ["claim", "parameter", "term", "against"]
    other = others.join(mine.select(keys), on=keys, how="semi", nulls_equal=True)
    same = pl.col("same").fill_null(False)
    doubted = other.filter(~same)
    whole = other.group_by(keys).agg(held=(same.sum() == len(ways)))
    text = (
        f"Of {several(mine.height, 'claim')} that {headline} is sure of (a mean effect over models,"
        f" or a claim on training), {whole['held'].sum():,} are as sure and of the same direction"
        f" when the same choices are fitted as {listed(ways)}"
    )
    shown = [_told(row) for row in doubted.head(MOST).iter_rows(named=True)]
    rest = f", {doubted.height - MOST:,} more in the table" if doubted.height > MOST else ""
    return [f"{text}{f'; not so {listed(shown)}{rest}' if shown else ''}."]


def _told(row: Row) -> str:
    name = PARAMETERS.get(row["parameter"], row["parameter"])
    against = f" against {row['against']}" if row["against"] else ""
    mine = f"{number(row['mean'], '+.2f')} {interval(row['low'], row['high'])}"
    theirs = number(row["headline_mean"], "+.2f")
    return f"{name} of {row['term']}{against} under {row['fit']} ({mine}; there {theirs})"
