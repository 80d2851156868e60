"""Ability beside values: what a fixed text costs each checkpoint, in bits a character."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from tactometer.tables.fit_selection import checkpoint_order

MORE = 0.1
"""By which share a text may cost more than at the first checkpoint of its model."""
SCHEMA = {
    **dict.fromkeys(["model", "checkpoint", "check"], pl.String),
    **dict.fromkeys(["value", "limit"], pl.Float64),
    "flagged": pl.Boolean,
    "note": pl.String,
}


def checks(asked: pl.DataFrame) -> pl.DataFrame:
    """A row for each checkpoint that the fixed text was read by; `asked` is the table of that name.

    `ability`: the bits that a character costs, flagged where they are more than MORE above those of
    the first checkpoint of its model: what moved since then may be the language, not values.
    """
    return pl.DataFrame(list(_rows(asked)), schema=SCHEMA)


def _rows(asked: pl.DataFrame) -> Iterator[dict[str, Any]]:
    told = asked.drop_nulls("bits_per_character")
    for (model,), mine in told.group_by("model", maintain_order=True):
        bits = dict(mine.select("checkpoint", "bits_per_character").iter_rows())
        first, *later = checkpoint_order(mine)
        for checkpoint in (first, *later):
            value, least = bits[checkpoint], bits[first]
            note = "bits a character of a fixed English text"
            if checkpoint != first:
                note += f", {value / least - 1:+.0%} beside checkpoint {first}"
            yield {
                "model": model,
                "checkpoint": checkpoint,
                "check": "ability",
                "value": value,
                "limit": (1 + MORE) * least if later else None,
                "flagged": value > (1 + MORE) * least,
                "note": note,
            }
