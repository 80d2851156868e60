"""What hangs on a prior."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import PARAMETERS, Row, several, who
from tactometer.tables.cells import interval, number
from tactometer.tables.fit_selection import PASSED

MOST = 6
FAR = 0.5  # sds of a fit: a parameter that another prior moves so far is named


def sentences(frame: pl.DataFrame) -> list[str]:
    """How many of the parameters that are told keep their side of the even value under all other
    priors, and those that do not.
    """
    read = frame.filter("told", pl.col("verdict").is_in(PASSED), pl.col("moved").is_not_null())
    if read.is_empty():
        return []
    keys = ["model", "checkpoint", "goal", "parameter"]
    whole = read.group_by(keys, maintain_order=True).agg(
        pl.col("moved").abs().max(), pl.col("changes").fill_null(False).any()
    )
    far, changed = whole.filter(pl.col("moved") > FAR).height, whole.filter("changes").height
    told = [
        f"Under {several(frame['prior'].n_unique(), 'other prior')} of α, φ* and the weights, "
        f"{whole.height - changed:,} of {several(whole.height, 'told parameter')} keep their side "
        f"of the even value, and {whole.height - far:,} move by less than half a standard "
        "deviation."
    ]
    most = read.filter("changes").sort(pl.col("moved").abs(), descending=True)
    named = [_named(row) for row in most.unique(keys, keep="first", maintain_order=True).to_dicts()]
    more = f" and {len(named) - MOST:,} more" if len(named) > MOST else ""
    return told + [f"What hangs on the prior: {'; '.join(named[:MOST])}{more}."] * bool(named)


def _named(row: Row) -> str:
    return (
        f"{PARAMETERS.get(row['parameter'], row['parameter'])} of {who(row)} "
        f"({row['prior']}: {number(row['mean'])} {interval(row['hdi_low'], row['hdi_high'])})"
    )
