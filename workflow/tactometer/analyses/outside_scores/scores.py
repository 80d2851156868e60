"""Read a CSV of outside scores: a row for each model, checkpoint and measure."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from tactometer.utils.errors import UserError, nearest
from tactometer.utils.paths import locate

SCHEMA = {
    **dict.fromkeys(["model", "checkpoint", "measure"], pl.String),
    **dict.fromkeys(["score", "se"], pl.Float64),
}


def read(path: str, models: Collection[str]) -> pl.DataFrame:
    """The scores of a file: `SCHEMA`; checkpoint null where a score is of all of them, se 0 where
    it is not given. UserError with file, line and remedy for what cannot be.
    """
    whose = f"{path} (key analyses.outside_scores.file)"
    try:
        raw = pl.read_csv(locate(path), infer_schema_length=0)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{whose} cannot be read as CSV ({reason}): correct it.") from None
    for name in ("model", "measure", "score"):
        if name not in raw.columns:
            raise UserError(f"{whose} has no column {name}; add it (model, measure, score).")
    given = [pl.col(name) if name in raw.columns else pl.lit(None).alias(name) for name in SCHEMA]
    frame = raw.select(given).with_row_index("line", offset=2)
    numbers = frame.with_columns(pl.col("score", "se").cast(pl.Float64, strict=False))
    for name in ("score", "se"):
        bad = frame.filter(numbers[name].is_null() & frame[name].is_not_null())
        _refuse(whose, bad, lambda row, n=name: f"{n} is {row[n]!r}; write a number")
    low = numbers.filter(pl.col("se") < 0)
    _refuse(whose, low, lambda row: f"se is {row['se']:g}; a standard error is not negative")
    empty = numbers.filter(pl.any_horizontal(pl.col("model", "measure", "score").is_null()))
    _refuse(whose, empty, lambda _: "model, measure or score is empty; fill it in, or remove it")
    strange = numbers.filter(~pl.col("model").is_in(list(models)))
    _refuse(
        whose,
        strange,
        lambda row: f"{row['model']!r} is no model of the study{nearest(row['model'], models)}",
    )
    twice = numbers.filter(pl.struct("model", "checkpoint", "measure").is_duplicated())
    _refuse(
        whose, twice, lambda row: f"{row['measure']} of {row['model']} is there twice; keep one"
    )
    return numbers.with_columns(pl.col("se").fill_null(0.0)).select(
        pl.col(name).cast(kind) for name, kind in SCHEMA.items()
    )


def _refuse(whose: str, bad: pl.DataFrame, say) -> None:  # type: ignore[no-untyped-def]
    if bad.height:
        row = bad.row(0, named=True)
        raise UserError(f"{whose}, line {row['line']}: {say(row)}.")
