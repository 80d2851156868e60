"""Published point estimates of recorded speakers, to be shown beside our posteriors."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tactometer.inference.loo import ALL
from tactometer.utils.errors import UserError

SCHEMA = {
    "goal": pl.String,
    "speaker": pl.String,
    "parameter": pl.String,
    "value": pl.Float64,
    "source": pl.String,
}
_UTILITIES = {"inf": "inf", "soc": "soc", "pres": "pre", "pre": "pre"}


def read(paths: Sequence[Path], goals: Sequence[str]) -> pl.DataFrame:
    """Read files with a column `utilities` (inf+soc+pres), perhaps `goal`, and parameters.

    A file without goals speaks of each of them, its goal `all` of all together. Gives `SCHEMA`, one
    row per published value.
    Raises UserError for a missing file or column and for unknown utilities.
    """
    tidy = [pl.DataFrame(schema=SCHEMA)]
    for path in paths:
        try:
            frame = pl.read_csv(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            reason = str(error).splitlines()[0]
            raise UserError(f"{path} cannot be read as CSV ({reason}): correct it.") from None
        if "utilities" not in frame.columns:
            raise UserError(f"{path} has no column utilities: add it (inf+soc+pres and so on).")
        if "goal" not in frame.columns:
            frame = frame.join(pl.DataFrame({"goal": goals}), how="cross")
        long = frame.unpivot(index=["utilities", "goal"], variable_name="parameter")
        speakers = [_speaker(text, path) for text in long["utilities"]]
        long = long.with_columns(
            pl.Series("speaker", speakers),
            pl.col("parameter").replace("omega_pres", "omega_pre"),
            pl.lit(path.name).alias("source"),
        )
        tidy.append(long.drop_nulls("value").cast({"value": pl.Float64}).select(*SCHEMA))
    return pl.concat(tidy).filter(pl.col("goal").is_in([*goals, ALL]))


def _speaker(utilities: str, path: Path) -> str:
    names = utilities.split("+")
    if not set(names) <= set(_UTILITIES):
        raise UserError(f"{path}, column utilities: {utilities!r} is unknown; write inf+soc+pres.")
    full = len(names) == 3
    return "s2" if full else "-".join(["s2", *(_UTILITIES[name] for name in names)])
