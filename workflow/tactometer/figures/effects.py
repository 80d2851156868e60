"""Figures of the analyses whose tables are effects: shifts, contrasts, framings, vignettes."""

from __future__ import annotations

import polars as pl

from tactometer.figures import style
from tactometer.figures.forest import forest, marked, parameters, place
from tactometer.figures.style import Drawing
from tactometer.tables.proportions import Z
from tactometer.tables.reader import Tables

HDI = "Posterior mean and 95% HDI of the difference"
OUT = "blue: stands out when the whole table is looked at"


def _effects(tables: Tables, name: str) -> pl.DataFrame:
    """The rows of a table of posterior differences, as `forest` draws them."""
    rows = tables.read(name)
    if rows.is_empty():
        return rows
    return parameters(marked(rows)).rename({"hdi_low": "low", "hdi_high": "high"})


def shifts(tables: Tables) -> Drawing:
    """What goals and efforts change: one row a condition, one panel a parameter."""
    title = "What does a goal change, and what an effort?"
    rows = _effects(tables, "shifts")
    if rows.is_empty():
        return style.empty(title, "This study has no goal beside default, and no two efforts.")
    what = pl.when(pl.col("kind") == "goal").then("goal").otherwise("effort")
    rows = rows.with_columns(
        named=pl.format("{} − {}", what, "against"),
        other=pl.when(pl.col("kind") == "goal").then("checkpoint").otherwise("goal"),
    )
    rows = place(rows, ["model", "other", "named"])
    return forest(rows, title, f"{HDI}; {OUT}", "difference")


def contrasts(tables: Tables) -> Drawing:
    """What base model, data set and method change: one row a contrast, one panel a parameter."""
    title = "What do base model, data set and method change?"
    rows = _effects(tables, "contrasts")
    if rows.is_empty():
        return style.empty(title, "This study has no two models that differ in one label alone.")
    rows = rows.with_columns(named=pl.format("{}: {} − {}", "factor", "level", "against"))
    rows = place(rows, ["named", "goal", "quantity"])
    return forest(rows, title, f"{HDI}, runs alike in all else; {OUT}", "difference")


def framing_effects(tables: Tables) -> Drawing:
    """What a framing changes: one row a pair of framings, one panel a parameter."""
    title = "What does the framing change?"
    rows = _effects(tables, "framing_effects")
    if rows.is_empty():
        return style.empty(title, "This study has no second framing.")
    rows = rows.with_columns(named=pl.format("{} − {}", "framing", "against"))
    rows = place(rows, ["model", "checkpoint", "goal", "named"])
    return forest(rows, title, f"{HDI}; {OUT}", "difference")


def _of_models(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """The mean effect of each model over its checkpoints and goals, which are asked apart."""
    mean = rows.group_by("model", name, maintain_order=True).agg(
        mean=pl.col("effect").mean(),
        error=(pl.col("se") ** 2).sum().sqrt() / pl.len(),
        found=pl.col("found").any(),
    )
    return marked(mean).with_columns(
        panel="model",
        low=pl.col("mean") - Z * pl.col("error"),
        high=pl.col("mean") + Z * pl.col("error"),
    )


def vignette_effects(tables: Tables) -> Drawing:
    """Which creations are spoken of better or worse than the rest: one panel a model."""
    title = "Which creations are spoken of unlike the rest?"
    rows = tables.read("vignette_effects")
    if rows.is_empty():
        return style.empty(title, "This study has no answers to two vignettes.")
    rows = _of_models(rows, "vignette").with_columns(label="vignette")
    order = rows.group_by("label").agg(pl.col("mean").mean()).sort("mean", "label")["label"]
    rows = rows.sort(
        pl.col("label").cast(pl.Enum(order.to_list())), "panel", descending=[True, False]
    )
    subtitle = (
        "Effect over all checkpoints and goals, normal 95% interval; blue: stands out in one of"
        " them when the whole table is looked at"
    )
    return forest(rows, title, subtitle, "spoken of better by so many stars")


def mixed_effects(tables: Tables) -> Drawing:
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


def position(tables: Tables) -> Drawing:
    """Chosen for its place: one panel a model, one row a place."""
    title = "Is an option chosen for its place?"
    rows = tables.read("position")
    if rows.is_empty():
        return style.empty(title, "This study has no answers with an order of options.")
    rows = _of_models(rows, "position").sort("position", "model")
    rows = rows.with_columns(label=pl.format("place {}", "position"))
    subtitle = (
        "Share chosen at a place minus the share expected of the same options elsewhere, over all"
        " checkpoints and goals;\nnormal 95% interval; blue: stands out in one of them when the"
        " whole table is looked at"
    )
    return forest(rows, title, subtitle, "share chosen above what its content explains")


def attribution(tables: Tables) -> Drawing:
    """How much of the shift in φ each part of the prompt makes: size beside chance."""
    title = "Which part of the prompt moves φ*?"
    rows = tables.read("attribution")
    if not rows.is_empty():
        rows = rows.filter(pl.col("part") != "all")
    if rows.is_empty():
        return style.empty(title, "This study has no goal beside default to be explained.")
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
    return forest(rows, title, subtitle, "how much it moves φ* from prompt to prompt")
