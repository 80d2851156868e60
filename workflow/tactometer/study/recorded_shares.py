"""Counts of recorded behaviour, also where a file has shares or percentages beside `n`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tactometer.utils.errors import UserError

NEAR = 1.02
"""How far shares that were rounded add up to, in parts of one."""
Cell = tuple[str, str | None, int]


@dataclass(frozen=True)
class Production:
    """One cell of a production table; framing is None where the file has no such column."""

    goal: str
    framing: str | None
    state: int
    utterance: str
    count: float


@dataclass(frozen=True)
class YesNo:
    """One cell of a semantics table: `yes` of `n` answers held the utterance true of the state."""

    utterance: str
    state: int
    yes: float
    n: float


def counted(
    path: Path, cells: Sequence[Production], totals: Mapping[Cell, float]
) -> list[Production]:
    """The cells as counts; `totals` are the answers of each goal, framing and state, by `n`.

    Raises UserError for shares or percentages without `n`, and for counts that do not add up to it.
    """
    sums: dict[Cell, float] = {}
    for cell in cells:
        at = (cell.goal, cell.framing, cell.state)
        sums[at] = sums.get(at, 0.0) + cell.count
    off = [at for at, n in totals.items() if abs(sums[at] - n) > 1e-6 * max(1.0, n)]
    integers = all(cell.count.is_integer() for cell in cells)
    whole = None if totals and not off else _whole(sums.values(), integers and not totals)
    if whole is None:
        for at in off[:1]:
            raise UserError(
                f"{path}, column n: the counts of goal {at[0]}, state {at[2]} add up to "
                f"{sums[at]:g}, not {totals[at]:g}; correct one of the two."
            )
        return list(cells)
    if not totals:
        kind = "shares" if whole == 1 else "percentages"
        raise UserError(
            f"{path}, column count: these are {kind}, which add up to {whole:g} in each state: "
            "counts are needed; give them, or a column n beside with the answers of each state."
        )
    found = []
    for cell in cells:
        share = cell.count / whole
        count = _near_whole(share * totals[cell.goal, cell.framing, cell.state])
        found.append(replace(cell, count=count))
    return found


def answered(cells: Sequence[YesNo]) -> list[YesNo]:
    """The cells as counts of yes, where a file has shares of `n`."""
    fractions = any(not cell.yes.is_integer() for cell in cells)
    if not fractions or any(cell.yes > 1 for cell in cells) or all(cell.n <= 1 for cell in cells):
        return list(cells)
    return [replace(cell, yes=_near_whole(cell.yes * cell.n)) for cell in cells]


def _whole(sums: Iterable[float], integers: bool) -> float | None:
    """What shares add up to in each state, 1 or 100; None of counts.

    `integers` that add up to 100 everywhere are the counts of a hundred answers.
    """
    found = list(sums)
    for whole in (1.0, 100.0):
        near = all(whole / NEAR <= each <= whole * NEAR for each in found)
        exact = integers and all(each == whole for each in found)
        if near and not exact and len(found) > 1:
            return whole
    return None


def _near_whole(count: float) -> float:
    """A count that rounding of its share has moved off a whole number."""
    return float(round(count)) if abs(count - round(count)) < 0.05 else count
