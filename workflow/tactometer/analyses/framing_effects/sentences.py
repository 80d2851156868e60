"""What another framing changes."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import PARAMETERS, Row, shift, some, standing, who


def sentences(frame: pl.DataFrame) -> list[str]:
    """What another framing changes."""

    def tell(row: Row) -> str:
        return (
            f"{who(row)}: the framing {row['framing']} against {row['against']} moves"
            f" {PARAMETERS[row['parameter']]} by {shift(row)}."
        )

    return some(frame, standing(frame), tell, "differences between framings")
