"""Whether a model understands what it is told: the shares of the comprehension check."""

from __future__ import annotations

import polars as pl

from tactometer.reading.counts import POOLED
from tactometer.study.comprehension import GOAL, OPINION
from tactometer.tables.proportions import wilson

LEAST = 0.75
"""Share of right answers below which a model does not understand what it is told."""
WHAT = {OPINION: "the opinion that the scene states", GOAL: "the goal that it was given"}


def checks(read: pl.DataFrame) -> pl.DataFrame:
    """A row for each prompt set of the check, by model and checkpoint.

    `opinion_read_back` and `goal_read_back`: the share of prompts answered rightly, with Wilson's
    95% interval (several answers to a prompt count as one), flagged where it is below `LEAST`.
    `read` is the table comprehension; no rows for a study without the check.
    """
    added = read.group_by("model", "checkpoint", "prompt_set", maintain_order=True).agg(
        pl.col("prompts", "right", "answers", "invalid").sum()
    )
    share = (added["right"] / added["prompts"]).to_numpy()
    low, high = wilson(share, added["prompts"].to_numpy())
    unread = pl.format(" ({} of {} answers could not be read)", "invalid", "answers")
    found = added.with_columns(value=pl.Series(share), low=pl.Series(low), high=pl.Series(high))
    return found.select(
        "model",
        "checkpoint",
        "value",
        "low",
        "high",
        check="prompt_set",
        framing=pl.lit(POOLED),
        n="prompts",
        limit=pl.lit(LEAST),
        flagged=pl.col("value") < LEAST,
        note=pl.format(
            "reads back {}{}",
            pl.col("prompt_set").replace_strict(WHAT, return_dtype=pl.String),
            pl.when(pl.col("invalid") > 0).then(unread).otherwise(pl.lit("")),
        ),
    )
