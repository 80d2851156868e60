"""Framing effects: the same prompts in another framing, as posterior differences."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl

from tactometer.analyses.evidence import LABEL_TYPES, NAMES, Evidence
from tactometer.analyses.posterior_differences import FAMILY, SUMMARY
from tactometer.analyses.shifts.computation import with_differences, worst

SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "framing": pl.String,
    "against": pl.String,
    "parameter": pl.String,
    **SUMMARY,
    **FAMILY,
    "verdict": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal), pair of framings, and parameter.

    The family of `found` is this whole table.
    """
    found = evidence.by_framing
    named: list[dict[str, object]] = []
    pairs: list[tuple[int, int]] = []
    fits = found.fits.with_row_index("row")
    for _, group in fits.group_by("model", "checkpoint", "goal", maintain_order=True):
        for other, one in combinations(group["row"], 2):
            fit = found.fits.row(one, named=True)
            verdict = worst(found.fits, one, other)
            against = found.fits["framing"][other]
            named.append({"study": evidence.study, **fit, "against": against, "verdict": verdict})
            pairs.append((one, other))
    if not named:
        return pl.DataFrame(schema=SCHEMA)
    apart = np.stack([found.draws[one] - found.draws[other] for one, other in pairs])
    return with_differences(named, apart, evidence.level)
