"""Figures of the analyses: differences, movements, attributions, each with its interval."""

from __future__ import annotations

import polars as pl

from tactometer.figures import forest, style
from tactometer.figures.forest import Words
from tactometer.figures.style import Drawing
from tactometer.figures.tables import Tables, ends, with_condition

PANELS = {"phi": "φ*", "omega_inf": "ω inf", "omega_soc": "ω soc", "omega_pre": "ω pre"}
FAMILY = "Blue: its interval leaves 0 out when all rows of the table are asked at once"
INTERVAL = "Posterior mean and 95% HDI"


def shifts(tables: Tables) -> Drawing:
    """What a goal changes against `default`, and a reasoning effort against the least one."""
    words = Words("What goals and reasoning change", "difference", f"{INTERVAL}. {FAMILY}")
    kind = pl.when(pl.col("kind") == "goal").then(pl.col("goal")).otherwise(pl.col("checkpoint"))
    goal = pl.when(pl.col("kind") == "goal").then(pl.lit("")).otherwise("(" + pl.col("goal") + ")")
    label = pl.concat_str(
        pl.col("condition").cast(pl.String), pl.lit(": "), kind, pl.lit(" − "), "against",
        pl.lit(" "), goal,
    )  # fmt: skip
    return _parameters(tables, "shifts", words, label)


def contrasts(tables: Tables) -> Drawing:
    """What base model, data set and method change at the end of training."""
    words = Words(
        "What base model, data and method change", "difference at the end", f"{INTERVAL}. {FAMILY}"
    )
    rows = tables.read("contrasts")
    if rows.is_empty():
        return style.empty(words.title, "This study has no two runs that are alike but for one.")
    label = pl.concat_str("factor", pl.lit(": "), "level", pl.lit(" − "), "against",
                          pl.lit(" ("), "goal", pl.lit(")"))  # fmt: skip
    return _draw(rows.filter(pl.col("quantity") == "end").with_columns(label=label), words)


def framing_effects(tables: Tables) -> Drawing:
    """The same prompts in another framing."""
    words = Words("What the framing changes", "difference", f"{INTERVAL}. {FAMILY}")
    label = pl.concat_str(
        pl.col("condition").cast(pl.String), pl.lit(" ("), "goal", pl.lit("): "), "framing",
        pl.lit(" − "), "against",
    )  # fmt: skip
    return _parameters(tables, "framing_effects", words, label)


def movement(tables: Tables) -> Drawing:
    """How far training moves each parameter, and how much of that happens in the first quarter."""
    words = Words(
        "How far training moves the speaker",
        "change",
        f"{INTERVAL}: of the whole training, and of its first quarter. {FAMILY}",
    )
    rows = tables.read("movement")
    if rows.is_empty():
        return style.empty(words.title, "This study has no model with several checkpoints.")
    rows = rows.filter(pl.col("parameter").is_in(list(PANELS)))
    parts = [
        rows.select(
            "parameter", "found", "verdict",
            label=pl.concat_str("model", pl.lit(" ("), "goal", pl.lit(f"): {told}")),
            mean=f"{part}_mean", hdi_low=f"{part}_low", hdi_high=f"{part}_high",
            place=pl.int_range(pl.len()) * 2 + i,
        )
        for i, (part, told) in enumerate([("whole", "all"), ("early", "first quarter")])
    ]  # fmt: skip
    return _draw(pl.concat(parts).sort("place"), words)


def _parameters(tables: Tables, name: str, words: Words, label: pl.Expr) -> Drawing:
    rows = tables.read(name)
    if rows.is_empty():
        return style.empty(words.title, "There is nothing of this kind to compare in this study.")
    shown, cut = ends(with_condition(rows, tables.baseline))
    if cut:
        more = "\nOf models with many checkpoints the first and the last"
        words = Words(words.title, words.x, words.subtitle + more)
    return _draw(shown.with_columns(label=label.str.strip_chars()), words)


def _draw(rows: pl.DataFrame, words: Words) -> Drawing:
    named = rows.with_columns(
        panel=pl.col("parameter").replace_strict(PANELS, default=pl.col("parameter")),
        x=pl.col("mean"),
        low=pl.col("hdi_low"),
        high=pl.col("hdi_high"),
    )
    return forest.draw(named, words, panels=list(PANELS.values()))
