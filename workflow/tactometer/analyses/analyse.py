"""The analyses: each a module with a function from the evidence of a study to one table.

A module has `SCHEMA`, the columns of its table, and `analyse(evidence)`, which gives them also
where the analysis does not apply: without rows. Snakemake parses through this module, so it imports
none.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

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
