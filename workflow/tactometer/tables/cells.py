"""Cells of HTML tables: a number as it is printed, and the value by which it sorts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tactometer.utils.open_data import Row

PICKED = (
    *("model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics"),
    *("verdict", "parameter"),
)
"""Columns of few names, each of which a reader may pick."""


@dataclass(frozen=True)
class Cell:
    """A number as it is printed, and itself: by which the column sorts."""

    text: str
    order: float


@dataclass(frozen=True)
class Table:
    """A table as it is printed: the first column heads its row."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    picked: Sequence[str] = PICKED

    @property
    def pick(self) -> list[str]:
        """The columns that offer a list of their values."""
        return [name for name in self.columns if name in self.picked]

    @property
    def filled(self) -> list[int]:
        """The numbers of the columns in which some row has something; the first always."""
        every = range(len(self.columns))
        return [k for k in every if k == 0 or any(row[k] != "" for row in self.rows)]

    @property
    def numeric(self) -> list[int]:
        """The numbers of the columns of numbers; one that is missing stands as an empty text."""
        every = range(1, len(self.columns))
        return [k for k in every if any(isinstance(row[k], Cell) for row in self.rows)]


def number(value: float, form: str = ".2f") -> str:
    """A number with a true minus sign, so that no line breaks behind it."""
    return format(value, form).replace("-", "−")


def interval(low: float, high: float, form: str = ".2f") -> str:
    """An interval as the report prints it."""
    return f"[{number(low, form)}, {number(high, form)}]"


def posterior(row: Row) -> str:
    """A posterior mean with its 95% HDI."""
    return f"{number(row['mean'])} {interval(row['hdi_low'], row['hdi_high'])}"


def cell(value: float | None, form: str = ".2f") -> str | Cell:
    """A number that sorts as one; an empty cell where there is none."""
    return "" if value is None else Cell(number(value, form), value)


def estimate(row: Row | None) -> str | Cell:
    """A posterior mean with its interval, sorted by the mean."""
    return "" if row is None else Cell(posterior(row), row["mean"])
