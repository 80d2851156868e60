"""What the sentences of findings share: who, by how much, and what stands out of how many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import polars as pl

from tactometer.tables.cells import interval, number
from tactometer.tables.fit_selection import ALL, passed

MOST = 4
"""Sentences of one analysis; its table has all rows."""
PARAMETERS = {"phi": "φ*", "omega_inf": "ω inf", "omega_soc": "ω soc", "omega_pre": "ω pre"}
Row = Mapping[str, Any]


EVEN = "the even value (1/2 of φ*, 1/3 of a weight)"
"""What a parameter has in a speaker that favours nothing."""
SIGN = 0.975
"""Probability from which on a direction is told: that of a 95% interval on one side."""


class Sentence(str):
    """A sentence of the page. `signs` are the posterior probabilities of the directions that it
    tells of (more, less, most, nearest): what a reader would take as found.
    """

    signs: tuple[float, ...]

    def __new__(cls, text: str, signs: Iterable[float] = ()) -> Self:
        """A sentence and the probabilities of its signs."""
        made = super().__new__(cls, text)
        made.signs = tuple(float(p) for p in signs)
        return made


class Nothing(Sentence):
    """A sentence that of some rows none stands out; `looked` says of how many of what."""

    looked: str

    @classmethod
    def of(cls, looked: str, more: str) -> Self:
        """What was looked at ("12 shifts by goal or effort"), and what was not read."""
        made = cls(f"Of {looked} none stands out{more}.")
        made.looked = f"{looked}{more}"
        return made


def listed(names: Sequence[str]) -> str:
    """Names in a row of words: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def chance(p: float) -> str:
    """A probability that is near 1, as it is told."""
    return "probability " + (number(p) if p < 0.995 else "> .99")


def direction(row: Row) -> float:
    """The posterior probability of the sign of an effect that is told; of a test, 1 - p / 2."""
    if row.get("p_direction") is not None:
        return float(row["p_direction"])
    return 1 - float(row["p"]) / 2 if row.get("p") is not None else SIGN


def who(row: Row) -> str:
    """A fit by its model, checkpoint and goal."""
    return f"{row['model']} ({row['checkpoint']}), goal {row['goal']}"


def shift(row: Row) -> str:
    """A posterior difference with its 95% HDI."""
    return f"{number(row['mean'], '+.2f')} {interval(row['hdi_low'], row['hdi_high'])}"


def several(count: int, noun: str, plural: str = "") -> str:
    """A number of things: 1 pair, 2 pairs, 2 families."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def readable(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that rest on fits that passed alone; all of them where no fit is below."""
    return frame.filter(passed()) if "verdict" in frame.columns else frame


def standing(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that stand out in their whole family and may be read, the surest first."""
    rows = readable(frame).filter(pl.col("found").fill_null(False))
    sure = pl.col("mean").abs() / pl.col("sd") if "sd" in rows.columns else pl.col("effect").abs()
    return rows.sort(sure, descending=True)


def with_all(
    rows: pl.DataFrame, frame: pl.DataFrame, same: Sequence[str], mean: str, low: str, high: str
) -> pl.DataFrame:
    """Rows of fits that may be read, each with `all_mean`, `all_low`, `all_high` of all fits."""
    names = {"all_mean": mean, "all_low": low, "all_high": high}
    rest = frame.filter(which=ALL).select(*same, **{k: pl.col(v) for k, v in names.items()})
    return rows.join(rest, on=list(same), how="left", nulls_equal=True, maintain_order="left")


def with_left_out(row: Row) -> str:
    """What the same is with what was left out; nothing where nothing was."""
    if not row["left_out"]:
        return ""
    every = f"{number(row['all_mean'], '+.2f')} {interval(row['all_low'], row['all_high'])}"
    return f"; with the {row['left_out']:,} left out, which are not to be read, {every}"


def some(
    frame: pl.DataFrame, rows: pl.DataFrame, tell: Callable[[Row], str], what: str
) -> list[str]:
    """A sentence for each of the first `rows`, which stand out of `frame`, and what of the rest."""
    total = readable(frame).height
    unread = frame.height - total
    more = f"; {unread:,} more rest on fits that are not to be read" if unread else ""
    if rows.is_empty():
        return [Nothing.of(f"{total:,} {what}", more)] if total else []
    told: list[str] = [
        Sentence(tell(row), [direction(row)]) for row in rows.head(MOST).iter_rows(named=True)
    ]
    if total > min(rows.height, MOST) or more:
        stand = "stands" if rows.height == 1 else "stand"
        told.append(f"In all, {rows.height:,} of {total:,} {what} {stand} out{more}.")
    return told
