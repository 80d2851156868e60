"""What the analyses found of the form of a prompt, in sentences: framing, place, creation, name."""

from __future__ import annotations

import polars as pl

from tactometer.report.phrases import PARAMETERS, Row, shift, some, standing, who
from tactometer.report.table_cells import interval, number


def framing_effects(frame: pl.DataFrame) -> list[str]:
    """What another framing changes."""

    def tell(row: Row) -> str:
        return (
            f"{who(row)}: the framing {row['framing']} against {row['against']} moves"
            f" {PARAMETERS[row['parameter']]} by {shift(row)}."
        )

    return some(frame, standing(frame), tell, "differences between framings")


def position(frame: pl.DataFrame) -> list[str]:
    """Whether the place of an option matters."""

    def tell(row: Row) -> str:
        more = "more" if row["effect"] > 0 else "less"
        return (
            f"{who(row)}: what stands at place {row['position']} is chosen {more} often than its"
            f" content is: {number(100 * row['effect'], '+.1f')} points"
            f" {interval(100 * row['low'], 100 * row['high'])}."
        )

    return some(frame, standing(frame), tell, "effects of an option's place")


def vignette_effects(frame: pl.DataFrame) -> list[str]:
    """Which creations are spoken of unlike the rest."""

    def tell(row: Row) -> str:
        better = "better" if row["effect"] > 0 else "worse"
        return (
            f"{who(row)}: of the {row['vignette']} it speaks {better} than of the rest:"
            f" {number(row['effect'], '+.2f')} {interval(row['low'], row['high'])} states."
        )

    return some(frame, standing(frame), tell, "effects of a creation")


def attribution(frame: pl.DataFrame) -> list[str]:
    """Whether names or creations move phi."""
    tested = frame.filter(pl.col("found").is_not_null())

    def tell(row: Row) -> str:
        return (
            f"{who(row)}: the {row['part']} in the prompt moves φ* by {number(row['size'])} from"
            f" prompt to prompt ({number(row['size_by_chance'])} by chance)."
        )

    rows = standing(tested.with_columns(effect="size"))
    return some(tested, rows, tell, "shares of names and creations in φ*")
