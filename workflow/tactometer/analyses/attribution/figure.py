"""How much of the shift in φ each part of the prompt makes: size beside chance."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.effects import OUT
from tactometer.figures.forest import forest, marked, place
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "Which part of the prompt moves φ*?",
    "The farther a mark lies beyond the upright bar, the more that part of the prompt moves"
    " φ*; near the bar, it is noise.",
    "Shapley values over all subsets of goal, framing, names and vignette; root mean"
    " square over prompts.",
    "How much each part of a prompt moves phi, beside chance.",
)


def plot(tables: Tables) -> Drawing:
    """How much of the shift in φ each part of the prompt makes: size beside chance."""
    rows = tables.read("attribution")
    if not rows.is_empty():
        rows = rows.filter(pl.col("part") != "all")
    if rows.is_empty():
        return style.empty("This study has no goal beside default to be explained.")
    rows = marked(rows).with_columns(
        panel=pl.col("part").cast(pl.Enum(["goal", "framing", "name", "vignette"])),
        mean="size",
        low="size_low",
        high="size_high",
        by_chance="size_by_chance",
    )
    rows = place(rows, ["model", "checkpoint", "goal"])
    subtitle = (
        "Shapley values over all subsets of parts: root mean square over prompts, and 95% HDI where"
        f" posteriors give one;\nupright bar: what noise alone would give; {OUT}"
    )
    return forest(rows, subtitle, "how much it moves φ* from prompt to prompt")
