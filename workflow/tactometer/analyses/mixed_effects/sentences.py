"""What an effort or a goal does over all families."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.mixed_effects.computation import ALL, DESCRIBED
from tactometer.analyses.phrases import (
    PARAMETERS,
    Row,
    several,
    some,
    standing,
)
from tactometer.tables.cells import interval, number

WHAT = {**PARAMETERS, "alpha": "the logarithm of α"}
SAME = ["factor", "goal", "effort", "parameter", "term", "against"]


def sentences(frame: pl.DataFrame) -> list[str]:
    """The differences that stand out among fits that a speaker describes, each beside all fits."""
    pairs = frame.filter(pl.col("against").is_not_null())
    kept = pairs.filter(which=DESCRIBED)
    rest = pairs.filter(which=ALL).select(*SAME, *(pl.col(c).alias(f"all_{c}") for c in BESIDE))
    rows = standing(kept.with_columns(effect="bayes", sd="bayes_sd", mean="bayes"))
    rows = rows.join(rest, on=SAME, how="left", nulls_equal=True, maintain_order="left")
    return some(kept, rows, _tell, "effects of efforts and goals over families")


BESIDE = ("fits", "bayes", "bayes_low", "bayes_high")


def _tell(row: Row) -> str:
    change = f"{number(row['bayes'], '+.2f')} {interval(row['bayes_low'], row['bayes_high'])}"
    over = several(row["families"], "family", "families")
    held = f"goal {row['goal']}" if row["factor"] == "effort" else f"effort {row['effort']}"
    if row["factor"] == "goal" and row["effort"] is None:
        held = "without an effort"
    told = (
        f"Over {over} and {several(row['framings'], 'framing')}, {row['factor']} {row['term']}"
        f" against {row['against']} moves {WHAT[row['parameter']]} by {change} ({held}; mixed"
        f" model of {several(row['fits'], 'fit')}"
    )
    if not row["left_out"]:
        return f"{told})."
    with_all = interval(row["all_bayes_low"], row["all_bayes_high"])
    return (
        f"{told}; with the {row['left_out']:,} that no speaker describes or that did not pass,"
        f" {number(row['all_bayes'], '+.2f')} {with_all})."
    )
