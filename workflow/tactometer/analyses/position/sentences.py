"""Whether the place of an option matters."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import Row, some, standing, who
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """Whether the place of an option matters."""

    def tell(row: Row) -> str:
        more = "more" if row["effect"] > 0 else "less"
        return (
            f"{who(row)}: what stands at place {row['position']} is chosen {more} often than its"
            f" content is: {number(100 * row['effect'], '+.1f')} points"
            f" {interval(100 * row['low'], 100 * row['high'], '.1f')}."
        )

    return some(frame, standing(frame), tell, "effects of an option's place")
