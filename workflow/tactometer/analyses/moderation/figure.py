"""Effects of goals and efforts over the levels of factors, and how far they differ."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.forest import forest, parameters, place, untested
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "How much of an effect is wording, or who listens?",
    "Near 0 an effect of a goal or an effort is the same at all levels of the factor, near 1 it"
    " averages out over them.",
    "Share of the mean square of the effects at the levels of a factor that differs between levels,"
    " the noise of the fits taken out, with the 95% HDI.",
    "Shares of effects of goals and efforts that differ between levels of factors.",
)


def plot(tables: Tables) -> Drawing:
    """Shares of effects that differ between levels: one row an effect, one panel a parameter."""
    rows = tables.read("moderation")
    if not rows.is_empty():
        rows = rows.drop_nulls("share").filter(pl.col("parameter") != "alpha")
    if rows.is_empty():
        return style.empty("This study has no effect that was surely seen at levels of a factor.")
    shares = {"mean": "share", "low": "share_low", "high": "share_high"}
    rows = parameters(untested(rows)).with_columns(**{k: pl.col(v) for k, v in shares.items()})
    rows = rows.with_columns(named=pl.format("by {}", "factor"))
    rows = place(rows, ["model", "checkpoint", "goal", "named"])
    return forest(rows, "Posterior mean and 95% HDI", "share that differs")
