"""The analyses: each a module with a function from the evidence of a study to one table.

A module has `SCHEMA`, the columns of its table, and `analyse(evidence)`, which gives them also
where the analysis does not apply: without rows. Snakemake parses through this module, so it imports
none.
"""

from __future__ import annotations

import importlib
from argparse import Namespace
from typing import TYPE_CHECKING

from tactometer.analyses.evidence import read
from tactometer.study import study
from tactometer.utils import atomic_files

if TYPE_CHECKING:
    import polars as pl

    from tactometer.analyses.evidence import Evidence

# The order of the report: the closed suite, the open suite, and what either stands on.
ANALYSES = (
    "profiles",
    "shifts",
    "mixed_effects",
    "trajectories",
    "movement",
    "contrasts",
    "sycophancy",
    "crossings",
    "likeness",
    "framing_effects",
    "vignette_effects",
    "position",
    "attribution",
    "checks",
)

# Those that look for effects and say `found`: they share the study's level evenly (Bonferroni).
TESTING = (
    "shifts",
    "mixed_effects",
    "movement",
    "contrasts",
    "framing_effects",
    "vignette_effects",
    "position",
    "attribution",
)


def analyse(name: str, evidence: Evidence) -> pl.DataFrame:
    """The table of one analysis: the columns of its `SCHEMA`, no row where it does not apply."""
    module = importlib.import_module(f"tactometer.analyses.{name}")
    table: pl.DataFrame = module.analyse(evidence)
    return table.select(list(module.SCHEMA)).cast(module.SCHEMA)


def run(given: Namespace) -> None:
    """Make the table of one analysis, as Parquet and CSV."""
    sweep = study.read(given.study)
    evidence = read(
        sweep.name,
        given.tables,
        {model: given.condensed / model for model in sweep.models},
        goals=sweep.goals,
        utterances=sweep.domain.utterances,
        baseline=sweep.baseline,
        settings=sweep.analyses,
        totals={model.name: model.fit["count_total"] for model in sweep.models.values()},
    )
    table = analyse(given.analysis, evidence)
    with atomic_files.atomic(given.tables / f"{given.analysis}.parquet") as path:
        table.write_parquet(path)
    with atomic_files.atomic(given.tables / f"{given.analysis}.csv") as path:
        table.write_csv(path)
