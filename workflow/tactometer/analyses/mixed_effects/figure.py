"""Efforts against the least one over families and framings, by both models."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.effects import OUT
from tactometer.figures.forest import forest, marked, parameters, place
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "What does an effort change, over families and framings?",
    "Right of the line an effort has more of the parameter than the least one. The classical"
    " model takes posterior means for data; the Bayesian one carries their uncertainty. An"
    " effort is taken to do the same to every family.",
    "Mixed models with random effects of family and framing: REML, and Stan with"
    " measurement error.",
    "Effects of effort on phi and the weights by a Bayesian and a classical mixed model.",
)


def plot(tables: Tables) -> Drawing:
    """Efforts against the least one over families and framings, by both models."""
    title = "What does an effort change, over families and framings?"
    rows = tables.read("mixed_effects")
    if not rows.is_empty():
        rows = rows.drop_nulls("against")
    if rows.is_empty():
        return style.empty(title, "This study has no two efforts.")
    each = [
        rows.select(
            *["goal", "parameter", "term", "against", "found", "verdict"],
            how=pl.lit(how),
            mean=pl.col(name),
            low=pl.col(f"{name}_low"),
            high=pl.col(f"{name}_high"),
        )
        for how, name in (("Bayesian", "bayes"), ("classical", "classical"))
    ]
    both = parameters(marked(pl.concat(each).drop_nulls("mean")))
    both = both.with_columns(named=pl.format("{} − {}", "term", "against"))
    order = pl.col("how").cast(pl.Enum(["Bayesian", "classical"]))
    both = place(both.sort("goal", "named", order, maintain_order=True), ["goal", "named", "how"])
    subtitle = (
        "Effort with random effects of family and framing; Bayesian: mean and 95% HDI, with each"
        f" fit's uncertainty;\nclassical: REML and 95% interval of the posterior means; {OUT}"
    )
    return forest(both, title, subtitle, "difference")
