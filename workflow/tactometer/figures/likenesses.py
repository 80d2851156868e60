"""Figures of how like people, and how like a sycophant, each speaker is."""

from __future__ import annotations

import polars as pl

from tactometer.figures import forest, style
from tactometer.figures.forest import Words
from tactometer.figures.style import Drawing
from tactometer.figures.tables import Tables, ends, with_condition

SIGNS = {
    "score": "all four signs",
    "p_phi": "low φ*",
    "p_omega_inf": "low ω inf",
    "p_omega_soc": "low ω soc",
    "p_omega_pre": "high ω pre",
}
MEASURES = {"choices": "what is said", "omega": "ω", "phi": "φ*"}


def sycophancy(tables: Tables) -> Drawing:
    """The posterior probability of the signature, ranked, and of each of its signs."""
    title = "Which speakers bear the signature of sycophancy?"
    rows = tables.read("sycophancy")
    if rows.is_empty():
        return style.empty(title, "This study has no human figures of the goal `both`.")
    rows = with_condition(rows, tables.baseline).sort("rank")
    condition = pl.col("condition").cast(pl.String)
    label = pl.concat_str(condition, pl.lit(" ("), "goal", pl.lit(")"))
    long = rows.with_columns(label=label, found=pl.col("crossed")).unpivot(
        list(SIGNS), index=["label", "found", "verdict", "score_low", "score_high"], value_name="x"
    )
    is_score = pl.col("variable") == "score"
    long = long.with_columns(
        panel=pl.col("variable").replace_strict(SIGNS),
        low=pl.when(is_score).then("score_low").otherwise("x"),
        high=pl.when(is_score).then("score_high").otherwise("x"),
    )
    words = Words(
        title,
        "posterior probability",
        "Against people who want to be both; blue: at or beyond the study's threshold",
    )
    return forest.draw(long, words, panels=list(SIGNS.values()), nothing=None)


def likeness(tables: Tables) -> Drawing:
    """How far each model is from the nearest human goal, in what it says and as a speaker."""
    title = "How far from people?"
    rows = tables.read("likeness")
    if rows.is_empty():
        return style.empty(title, "This study has no human figures, or no model beside them.")
    rows, cut = ends(with_condition(rows, tables.baseline))
    fit = ["condition", "goal", "measure"]
    nearest = rows.sort("mean").group_by(fit, maintain_order=True).first().sort(fit)
    label = pl.concat_str(pl.col("condition").cast(pl.String), pl.lit(" ("), "goal", pl.lit(")"))
    named = nearest.with_columns(
        label=label,
        panel=pl.col("measure").replace_strict(MEASURES),
        found=pl.col("hdi_low") > pl.col("by_chance"),
        x="mean",
        low="hdi_low",
        high="hdi_high",
    )
    more = "\nOf models with many checkpoints the first and the last" if cut else ""
    words = Words(
        title,
        "distance to the nearest human goal, from 0 to 1",
        "Posterior mean and 95% HDI; blue: farther than the same speaker measured twice" + more,
    )
    return forest.draw(named, words, panels=list(MEASURES.values()))
