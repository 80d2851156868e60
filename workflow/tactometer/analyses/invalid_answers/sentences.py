"""What invalid answers could have done."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import EVEN, PARAMETERS, Row, several, who
from tactometer.tables.cells import interval, number
from tactometer.tables.fit_selection import PASSED

MOST = 4
LEVEL = 0.05  # of the tests of whether they hang on the state or the goal


def sentences(frame: pl.DataFrame) -> list[str]:
    """Of how many fits the share of invalid answers hangs on the state or the goal, and which told
    parameters are no longer apart from the even value at the bounds; nothing where none is invalid.
    """
    read = frame.filter("told", pl.col("verdict").is_in(PASSED), pl.col("parameter") != "alpha")
    if read.is_empty():
        return []
    # the smaller of two p-values, each doubled
    p = pl.min_horizontal("state_p", "goal_p") * 2
    hangs = read.filter(p.fill_null(1.0) < LEVEL)
    fits = ["model", "checkpoint", "goal"]
    whole, some = (x.unique(fits).height for x in (read, hangs))
    told = [
        f"{several(whole, 'fit that may be read has', 'fits that may be read have')} invalid "
        f"answers, which were left out; in {some or 'none'} their share differs between states or "
        f"goals (p < {LEVEL}, of which chance alone gives {number(LEVEL * whole, '.1f')})."
    ]
    if not some:
        return told
    unbound = hangs.filter(pl.col("low").is_null()).unique(fits, maintain_order=True)
    changed = hangs.filter(pl.col("changes").fill_null(False))
    named = [_unbound(row) for row in unbound.to_dicts()] + [_named(r) for r in changed.to_dicts()]
    if not named:
        return [
            *told,
            "Had those answers been like what the model says of any one state, each 95% HDI that "
            f"leaves out {EVEN} would still do so.",
        ]
    more = f" and {len(named) - MOST:,} more" if len(named) > MOST else ""
    return [*told, f"What they could have changed: {'; '.join(named[:MOST])}{more}."]


def _unbound(row: Row) -> str:
    most = number(100 * row["greatest"], ".0f")
    return f"anything of {who(row)}, as {most}% of the answers about one state are invalid"


def _named(row: Row) -> str:
    return (
        f"{PARAMETERS[row['parameter']]} of {who(row)} ({number(100 * row['least'], '.0f')} to "
        f"{number(100 * row['greatest'], '.0f')}% invalid by state; had they been as those "
        f"about one state, anything in {interval(row['hdi_low'], row['hdi_high'])})"
    )
