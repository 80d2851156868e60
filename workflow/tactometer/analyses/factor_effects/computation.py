"""Factor effects: the speaker at each level of a factor, and its difference from the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.at_levels import at_levels
from tactometer.analyses.evidence import LABEL_TYPES, NAMES, READ, Evidence, table
from tactometer.analyses.posterior_differences import FAMILY, SUMMARY, simultaneous, summarise
from tactometer.inference.intervals import hdi
from tactometer.utils.arrays import Array

OTHERS = "the others"
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "factor": pl.String,
    "level": pl.String,
    "answers": pl.Int64,
    "parameter": pl.String,
    **dict.fromkeys(["at_level", "at_level_low", "at_level_high"], pl.Float64),
    "against": pl.String,
    **SUMMARY,
    **FAMILY,
    "verdict": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal), factor, level and parameter, alpha too.

    `at_level` is the fit to all answers at the level; the difference is that from the mean of the
    fits at the other levels, draw by draw; of two levels the second has the only one. The family of
    `found` is this whole table.
    """
    rows: list[dict[str, Any]] = []
    apart: list[Array] = []
    for found in at_levels(evidence):
        two = len(found.levels) == 2
        for number, level in enumerate(found.levels):
            x = found.draws[number]
            rest = np.delete(found.draws, number, axis=0).mean(axis=0)
            low, high = hdi(x.T)
            for k, parameter in enumerate(READ):
                rows.append(
                    {
                        **found.named,
                        "level": level,
                        "answers": found.answers[number],
                        "parameter": parameter,
                        "at_level": float(x[:, k].mean()),
                        "at_level_low": low[k].item(),
                        "at_level_high": high[k].item(),
                        "verdict": found.verdict,
                    }
                )
                if number or not two:
                    rows[-1] |= {"against": found.levels[0] if two else OTHERS, "of": len(apart)}
                    apart.append(x[:, k] - rest[:, k])
    if not apart:
        return pl.DataFrame(schema=SCHEMA)
    least = min(map(len, apart))
    told = _told(np.stack([x[:least] for x in apart]), evidence.level)
    rows = [row | (told[row["of"]] if "of" in row else {}) for row in rows]
    return table(rows, SCHEMA)


def _told(apart: Array, level: float) -> list[dict[str, Any]]:
    """The columns of SUMMARY and FAMILY of each difference [comparison, draw]."""
    columns = {**summarise(apart), **simultaneous(apart, level)}
    return [{name: x[row].item() for name, x in columns.items()} for row in range(len(apart))]
