"""Format numbers and tables for a terminal."""

from collections.abc import Mapping, Sequence

from tabulate import tabulate

from tactometer.planning.dry_run import State

NOTHING = "–"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], words: int) -> str:
    """An aligned table: the first `words` columns to the left, numbers to the right."""
    align = ["left"] * words + ["right"] * (len(columns) - words)
    return str(
        tabulate(
            rows,
            columns,
            tablefmt="simple",
            disable_numparse=True,
            colalign=align if rows else None,
        )
    )


def jobs(counts: Mapping[str, Mapping[State, int]]) -> str:
    """The jobs by rule, with totals."""
    states: tuple[State, ...] = ("new", "stale", "up to date")
    rows = [[rule, *(f"{count[s]:,}" for s in states)] for rule, count in counts.items()]
    total = [f"{sum(count[s] for count in counts.values()):,}" for s in states]
    return table(["jobs", *states], [*rows, ["total", *total]], 1)


def in_a_row(counts: Mapping[str, Mapping[State, int]]) -> str:
    """The jobs to run in one line: "7 fit, 3 gather"."""
    runs = {rule: count["new"] + count["stale"] for rule, count in counts.items()}
    return ", ".join(f"{n:,} {rule}" for rule, n in runs.items() if n) or "no job"


def usd(value: float | None) -> str:
    """Dollars: two decimals, more below a dime."""
    if value is None:
        return NOTHING
    return f"${value:,.2f}" if value >= 0.1 or value == 0 else f"${value:.4f}"


def many(value: float) -> str:
    """A large number of tokens: 950, 12.3k, 1.50M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.0f}"


def hours(value: float | None) -> str:
    """GPU hours, to two figures."""
    return NOTHING if value is None else f"{value:.1f}" if value >= 1 else f"{value:.2f}"
