"""Import recorded behaviour, such as people's, as choice counts and yes/no counts."""

import json
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tactometer.reading import counts, truth_counts
from tactometer.study import recorded_csv, study
from tactometer.study.domain import Domain
from tactometer.utils import atomic_files
from tactometer.utils.digests import file_digest
from tactometer.utils.errors import UserError


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
    ).with_columns(
        n_invalid=pl.lit(0, pl.Int64),
        label_mass=pl.lit(None, pl.Float64),
        by_vignette=pl.lit(None, truth_counts.BY_VIGNETTE),
    )
    return truth_counts.in_order(cells, domain.states, domain.utterances)


def run(given: Namespace) -> None:
    """Bring a recorded model's CSV files into counts, one file a goal, and semantics."""
    sweep = study.read(given.study)
    model = sweep.models[given.model]
    domain = sweep.domain_of(model.domain)
    files = model.counted.files
    _check(files, json.loads(given.settings.read_text())["files"])
    outs = {path.stem: path for path in given.counts}
    for goal, frame in counts_by_goal(files["production"], domain, tuple(outs)).items():
        with atomic_files.atomic(outs[goal]) as temporary:
            frame.write_parquet(temporary)
    with atomic_files.atomic(given.semantics) as temporary:
        semantics_of(files["semantics"], domain).write_parquet(temporary)


def _check(files: Mapping[str, Path], pinned: Mapping[str, str]) -> None:
    """UserError where a file is another one than when the run began."""
    for key, path in files.items():
        if file_digest(path) != pinned[key]:
            raise UserError(f"{path} has changed since this run began: run again to count it.")
