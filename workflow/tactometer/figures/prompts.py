"""Figures of what the form of a prompt does: places of options, creations, parts of the prompt."""

from __future__ import annotations

import polars as pl

from tactometer.figures import forest, style
from tactometer.figures.forest import Words
from tactometer.figures.style import Drawing
from tactometer.figures.tables import Tables, ends, with_condition

PARTS = ["goal", "framing", "name", "vignette"]
HOLM = "blue: p < the study's level after Holm's correction over the whole table"


def position(tables: Tables) -> Drawing:
    """How much more often an option is chosen for the place that it is shown at."""
    title = "Does the place of an option matter?"
    rows = tables.read("position")
    if rows.is_empty():
        return style.empty(title, "This study has no answers with a balanced order of options.")
    shown, _ = ends(with_condition(rows, tables.baseline))
    places = [f"place {n}" for n in sorted(shown["position"].unique())]
    panel = pl.format("place {}", "position")
    words = Words(title, "share chosen beyond its content", f"Effect and 95% interval; {HOLM}")
    return forest.draw(_named(shown).with_columns(panel=panel), words, panels=places)


def vignette_effects(tables: Tables) -> Drawing:
    """Which creations are spoken of unlike the rest."""
    title = "Which creations are spoken of unlike the rest?"
    rows = tables.read("vignette_effects")
    if rows.is_empty():
        return style.empty(title, "This study has no answers to vignettes.")
    last = rows.join(_last(rows), on=["model", "checkpoint"], how="semi")
    named = _named(last).with_columns(label="vignette", panel="goal")
    spread = named.group_by("label", "panel").agg(
        x=pl.col("x").mean(),
        low=pl.col("x").min(),
        high=pl.col("x").max(),
        found=pl.col("found").any(),
    )
    words = Words(
        title,
        "spoken of better than the rest, in states",
        "Mean and range over the models' last checkpoints; blue: stands out for one of them",
    )
    return forest.draw(spread.sort("label"), words, panels=list(tables.goals))


def attribution(tables: Tables) -> Drawing:
    """How much of the spread of φ* each part of a prompt explains, by Shapley values."""
    title = "Which part of a prompt moves φ*?"
    rows = tables.read("attribution")
    if rows.is_empty():
        return style.empty(title, "This study has no goal beside `default` to attribute.")
    rows = rows.filter(pl.col("part").is_in(PARTS))
    shown, _ = ends(with_condition(rows, tables.baseline))
    named = _named(shown).with_columns(
        panel="part",
        x="size",
        low="size_low",
        high="size_high",
        found=pl.col("found").fill_null(True),
    )
    words = Words(
        title,
        "mean size of its Shapley value, in φ*",
        "95% HDI; grey: no more than names or vignettes dealt out by chance would move",
    )
    return forest.draw(named, words, panels=PARTS)


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns that a forest reads, for tables with effect, low and high."""
    if "condition" not in rows.columns:
        return rows.with_columns(x=pl.col("effect"))
    condition = pl.col("condition").cast(pl.String)
    label = pl.concat_str(condition, pl.lit(" ("), "goal", pl.lit(")"))
    x = "effect" if "effect" in rows.columns else "size"
    return rows.with_columns(label=label, x=pl.col(x))


def _last(rows: pl.DataFrame) -> pl.DataFrame:
    shown, _ = ends(rows, most=1)
    return shown.group_by("model", maintain_order=True).agg(pl.col("checkpoint").last())
