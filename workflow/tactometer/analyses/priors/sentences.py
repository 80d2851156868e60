"""What hangs on a prior."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import EVEN, PARAMETERS, Row, several, who
from tactometer.tables.cells import interval, number
from tactometer.tables.fit_selection import PASSED

MOST = 6
FAR = 0.5  # sds of a fit: a parameter that another prior moves so far is named


def sentences(frame: pl.DataFrame) -> list[str]:
    """Of how many told parameters the interval leaves out the even value under all other priors if
    it did under the fit's, and not otherwise; and the others. alpha has no even value.
    """
    read = frame.filter("told", pl.col("verdict").is_in(PASSED), pl.col("parameter") != "alpha")
    if read.is_empty():
        return []
    keys = ["model", "checkpoint", "goal", "parameter"]
    whole = read.group_by(keys, maintain_order=True).agg(
        pl.col("moved").abs().max(),
        pl.col("changes").any(),
        unseen=pl.col("moved").is_null().any(),
    )
    changed = whole.filter("changes").height
    unseen = whole.filter("unseen", ~pl.col("changes")).height
    near = whole.filter(~pl.col("unseen"), pl.col("moved") <= FAR).height
    few = f"; of {unseen:,} more too few draws carry the weight of some prior" if unseen else ""
    all_told = several(whole.height, "told φ* or weight", "told φ* and weights")
    told = [
        f"Under {several(frame['prior'].n_unique(), 'other prior')} of α, φ* and the weights, "
        f"{whole.height - changed - unseen:,} of {all_told} say "
        f"the same of {EVEN} as under the fit's: above it, below it, or their 95% HDI "
        f"holds it{few}. The means of {near:,} move by half a posterior standard deviation at most."
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
