"""Whether names or creations move phi."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import Row, some, standing, who
from tactometer.tables.cells import number


def sentences(frame: pl.DataFrame) -> list[str]:
    """Whether names or creations move phi."""
    tested = frame.filter(pl.col("found").is_not_null())

    def tell(row: Row) -> str:
        return (
            f"{who(row)}: the {row['part']} in the prompt moves φ* by {number(row['size'])} from"
            f" prompt to prompt ({number(row['size_by_chance'])} by chance)."
        )

    rows = standing(tested.with_columns(effect="size"))
    return some(tested, rows, tell, "shares of names and creations in φ*")
