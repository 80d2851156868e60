"""Compute one analysis: from the evidence of a study to a table.

The `computation.py` of an analysis has `SCHEMA`, the columns of its table, and `analyse(evidence)`,
which gives them also where the analysis does not apply: without rows.
"""

from __future__ import annotations

import importlib
from argparse import Namespace
from typing import TYPE_CHECKING

from tactometer.analyses.evidence import read
from tactometer.study import study
from tactometer.tables import table_files

if TYPE_CHECKING:
    import polars as pl

    from tactometer.analyses.evidence import Evidence


def analyse(name: str, evidence: Evidence) -> pl.DataFrame:
    """The table of one analysis: the columns of its `SCHEMA`, no row where it does not apply."""
    module = importlib.import_module(f"tactometer.analyses.{name}.computation")
    table: pl.DataFrame = module.analyse(evidence)
    return table.select(list(module.SCHEMA)).cast(module.SCHEMA)


def run(given: Namespace) -> None:
    """Make the table of one analysis, as Parquet and CSV."""
    sweep = study.read(given.study)
    evidence = read(
        sweep.name,
        given.tables,
        {model: given.condensed / model for model in sweep.models},
        more=[
            *(["comprehension"] if sweep.checks_comprehension else []),
            *(["heldout"] if sweep.holds_out else []),
        ],
        goals=sweep.goals,
        utterances=sweep.domain.utterances,
        worth=sweep.domain.values,
        negated=sweep.domain.negated,
        baseline=sweep.baseline,
        yardstick=sweep.yardstick,
        further=sweep.further,
        also=sweep.headlines,
        factors=sweep.factors,
        settings=sweep.analyses,
    )
    table = analyse(given.analysis, evidence)
    table_files.write(table, given.tables, given.analysis)
