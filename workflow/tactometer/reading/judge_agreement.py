"""Agreement between the judge and the parser, in counts."""

from typing import Final

import polars as pl

AGREEMENT: Final = (
    *("n_audited", "n_agree", "n_disagree", "n_judge_none"),  # of what the strict parser read
    *("n_unread", "n_rescued"),  # and of what it could not
)


def count(found: pl.DataFrame) -> dict[str, int]:
    """How judge and strict parser compare, in numbers of replies."""
    both = found.filter(pl.col("strict").is_not_null())
    unread = found.filter(pl.col("strict").is_null())
    counts = (
        both.height,
        both.filter(pl.col("strict") == pl.col("judged")).height,
        both.filter(pl.col("strict") != pl.col("judged")).height,
        both.filter(pl.col("judged").is_null()).height,
        unread.height,
        unread.filter(pl.col("judged").is_not_null()).height,
    )
    return dict(zip(AGREEMENT, counts, strict=True))
