"""Efforts and goals against each other over families and framings, by both models."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.effects import OUT, readable_first
from tactometer.figures.forest import forest, marked, parameters, place
from tactometer.figures.style import Drawing
from tactometer.figures.text import Text
from tactometer.tables.reader import Tables

TEXT = Text(
    "What does an effort or a goal change, over families and framings?",
    "Right of the line the first of the two named has more of the parameter. The classical model"
    " takes posterior means for data; the Bayesian one carries their uncertainty. Both let an"
    " effort do more in one family than in another: with few families intervals are wide.",
    "Mixed models with random effects of family, framing and slopes: REML, and Stan with"
    " measurement error.",
    "Effects of efforts and goals on phi and the weights by two mixed models.",
)


def plot(tables: Tables) -> Drawing:
    """Each two levels over families and framings, by both models, of fits that are described.

    Where no two levels are described, all fits are drawn, marked as not to be read.
    """
    rows = tables.read("mixed_effects")
    if not rows.is_empty():
        rows = rows.drop_nulls("against").filter(pl.col("parameter") != "alpha")
        same = ["factor", "goal", "effort", "parameter", "term", "against"]
        rows = readable_first(rows, same)
    if rows.is_empty():
        return style.empty("This study has no two efforts, and no two families.")
    each = [
        rows.select(
            *["factor", "goal", "effort", "parameter", "term", "against", "found", "verdict"],
            how=pl.lit(how),
            mean=pl.col(name),
            low=pl.col(f"{name}_low"),
            high=pl.col(f"{name}_high"),
        )
        for how, name in (("Bayesian", "bayes"), ("classical", "classical"))
    ]
    both = parameters(marked(pl.concat(each).drop_nulls("mean")))
    within = pl.coalesce("goal", "effort", pl.lit("no effort"))
    both = both.with_columns(within=within, named=pl.format("{} − {}", "term", "against"))
    order = pl.col("how").cast(pl.Enum(["Bayesian", "classical"]))
    both = both.sort("factor", "within", "named", order, maintain_order=True)
    both = place(both, ["within", "named", "how"])
    subtitle = (
        "Random effects of family, framing and slopes; Bayesian: mean and 95% HDI, with each"
        f" fit's uncertainty;\nclassical: REML and 95% interval of the posterior means; {OUT}"
    )
    return forest(both, subtitle, "difference")
