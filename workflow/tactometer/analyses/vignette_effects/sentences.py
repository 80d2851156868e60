"""Which creations are spoken of unlike the rest."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import Row, some, standing, who
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """Which creations are spoken of unlike the rest."""

    def tell(row: Row) -> str:
        better = "better" if row["effect"] > 0 else "worse"
        return (
            f"{who(row)}: of the {row['vignette']} it speaks {better} than of the rest:"
            f" {number(row['effect'], '+.2f')} {interval(row['low'], row['high'])} states."
        )

    return some(frame, standing(frame), tell, "effects of a creation")
