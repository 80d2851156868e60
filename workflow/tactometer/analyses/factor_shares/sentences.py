"""How much of what differs from prompt to prompt is wording, and what else it is."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.factor_shares.computation import CHOICES, TOGETHER
from tactometer.analyses.phrases import Sentence, listed
from tactometer.tables.cells import interval, number
from tactometer.tables.fit_selection import FIT


def sentences(frame: pl.DataFrame) -> list[str]:
    """How much of what choices differ in each source accounts for, over all conditions."""
    chosen = frame.filter(pl.col("of") == CHOICES, pl.col("source") != TOGETHER)
    rows = chosen.drop_nulls("share")
    if rows.is_empty():
        return []
    sources = rows["source"].unique(maintain_order=True)
    each = [f"{source} {_told(rows.filter(source=source))}" for source in sources]
    whose, whole = (x.select(FIT).unique().height for x in (rows, chosen))
    return [
        Sentence(
            "Of what choices differ in from prompt to prompt, beside state and goal and without the"
            f" noise of answers, the shares are {listed(each)}, over the {whose:,} of {whole:,}"
            " models, checkpoints and goals whose choices surely differ."
        )
    ]


def _told(rows: pl.DataFrame) -> str:
    if rows.height == 1:
        (row,) = rows.to_dicts()
        return f"{number(row['share'])} {interval(row['share_low'], row['share_high'])}"
    found = rows["share"].sort()
    return f"{number(found[0])} to {number(found[-1])}"
