"""Whether more effort thought more."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import MOST, Row
from tactometer.tables.cells import number


def sentences(frame: pl.DataFrame) -> list[str]:
    """Efforts that are not shown to think more than the next lesser one."""
    return [_told(row) for row in frame.filter("flagged").head(MOST).iter_rows(named=True)]


def _told(row: Row) -> str:
    low, high = row["difference_low"], row["difference_high"]
    known = "" if low is None else f" [{number(low, ',.0f')}, {number(high, ',.0f')}]"
    more = "less" if high is not None and high < 0 else "no more, as far as can be seen,"
    return (
        f"{row['model']}: with {row['checkpoint']} it thinks {more} than with {row['less']}: "
        f"{number(row['difference'], '+,.0f')}{known} tokens beside {number(row['tokens'], ',.0f')}"
        "; the two are hardly two efforts."
    )
