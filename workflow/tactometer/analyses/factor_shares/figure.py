"""What differs from prompt to prompt, by source: one row a source, one panel a quantity."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.factor_shares.computation import CHOICES
from tactometer.figures import style
from tactometer.figures.forest import forest, place, untested
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "What makes answers differ from prompt to prompt?",
    "The further right, the more of what differs is framing, a factor of the scene, the creation,"
    " or the names; shares of a panel and condition add up to 1.",
    "Variance components from products of answers to different prompts, with 95% t intervals over"
    " vignettes left out one by one.",
    "Shares of the variance of choices and parameters by framing, factor, vignette and names.",
)


def plot(tables: Tables) -> Drawing:
    """Shares of variance: one row a source, one panel for choices and each parameter."""
    rows = tables.read("factor_shares")
    if rows.is_empty() or rows["share"].null_count() == rows.height:
        return style.empty("This study has no factor in its scenes by which answers surely differ.")
    rows = rows.drop_nulls("share")
    short = {CHOICES: CHOICES} | {
        p: style.parameter_label(p).split(":")[0] for p in style.PARAMETERS
    }
    kept = rows.filter(pl.col("of").is_in(list(short)))
    panel = pl.col("of").replace_strict(short, return_dtype=pl.Enum(list(short.values())))
    kept = untested(kept).with_columns(
        panel=panel, mean="share", low="share_low", high="share_high", named="source"
    )
    kept = place(kept, ["model", "checkpoint", "goal", "named"])
    return forest(kept, "Share and 95% interval", "share of the variance", columns=3)
