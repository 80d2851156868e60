"""Recorded behaviour brought into the form of counts and semantics."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tactometer.reading import counts, truth_counts
from tactometer.study import recorded_csv
from tactometer.study.domain import Domain


def counts_by_goal(
    path: Path, domain: Domain, goals: tuple[str, ...]
) -> Mapping[str, pl.DataFrame]:
    """Read a production file to one counts table for each of the goals."""
    rows = recorded_csv.read_production(path, domain, str(path))
    schema = {
        "goal": pl.String,
        "framing": pl.String,
        "state": pl.Int64,
        "utterance": pl.String,
        "weight": pl.Float64,
    }
    data = [(r.goal, r.framing, r.state, r.utterance, r.count) for r in rows]
    frame = pl.DataFrame(data, schema=schema, orient="row")
    return {
        goal: counts.of_recorded(
            frame.filter(pl.col("goal") == goal).drop("goal"), domain.states, domain.utterances
        )
        for goal in goals
    }


def semantics_of(path: Path, domain: Domain) -> pl.DataFrame:
    """Read a yes/no file to a semantics table."""
    rows = recorded_csv.read_semantics(path, domain, str(path))
    cells = pl.DataFrame(
        {
            "utterance": [r.utterance for r in rows],
            "state": [r.state for r in rows],
            "yes": [r.yes for r in rows],
            "n": [r.n for r in rows],
        },
        schema_overrides={"state": pl.Int64, "yes": pl.Float64, "n": pl.Float64},
    ).with_columns(n_invalid=pl.lit(0, pl.Int64), label_mass=pl.lit(None, pl.Float64))
    return truth_counts.in_order(cells, domain.states, domain.utterances)
