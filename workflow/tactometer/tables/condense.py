"""Thin posterior draws and collect answers of one model, as input of the analyses, in files.

draws.parquet: the thinned draws of every fit, those beside the headline too, a row a draw.
answers.parquet: a row for each (request, sample) of a goal, with the share of each utterance and
the place where it was shown.
levels.parquet: the thinned draws at each level of each factor, where the study has factors.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from tactometer.study import study
from tactometer.utils import atomic_files

if TYPE_CHECKING:
    from tactometer.study.domain import Domain
    from tactometer.study.model import Model

ANSWERS: dict[str, Any] = {
    "model": pl.String,
    "checkpoint": pl.String,
    "goal": pl.String,
    "framing": pl.String,
    "vignette": pl.String,
    "speaker_name": pl.String,
    "listener_name": pl.String,
    "state": pl.Int64,
    "levels": pl.String,  # of each factor of the domain, with | between them
    "shares": pl.List(pl.Float32),  # over the domain's utterances; null where invalid
    "places": pl.List(pl.UInt8),  # from 0: where each of them was shown; null where none was
}


def condense(
    model: Model, domain: Domain, results: Path, out: Path, *, levels: bool = False
) -> None:
    """Write out/draws.parquet and out/answers.parquet of one model, and its `levels`."""
    frames = {
        "draws": pl.concat(_draws(model, results), how="diagonal"),
        "answers": pl.concat([pl.DataFrame(schema=ANSWERS), *_answers(model, domain, results)]),
    }
    if levels:
        none = pl.DataFrame(schema=dict.fromkeys(("model", "checkpoint", "goal"), pl.String))
        frames["levels"] = pl.concat([none, *_levels(model, results)], how="diagonal")
    for name, frame in frames.items():
        with atomic_files.atomic(out / f"{name}.parquet") as path:
            frame.write_parquet(path)


def _draws(model: Model, results: Path) -> list[pl.DataFrame]:
    folder = results / "fits" / model.name
    return [
        pl.read_parquet(folder / checkpoint / fit / f"{goal}.draws.parquet").select(
            *_named(model, checkpoint, goal), pl.all()
        )
        for checkpoint in model.checkpoints
        for goal in model.goals
        for fit in ("", *model.further)
    ]


def _levels(model: Model, results: Path) -> list[pl.DataFrame]:
    if model.recorded or model.also:
        return []
    folder = results / "levels" / model.name
    return [
        pl.read_parquet(folder / checkpoint / f"{goal}.parquet").select(
            *_named(model, checkpoint, goal), pl.all()
        )
        for checkpoint in model.checkpoints
        for goal in model.goals
    ]


def _answers(model: Model, domain: Domain, results: Path) -> list[pl.DataFrame]:
    if model.recorded:
        return []
    folder, factors = results / "choices" / model.name, tuple(domain.factors)
    return [
        spread(
            pl.read_parquet(folder / checkpoint / f"{goal}.parquet"), domain.utterances, factors
        ).select(*_named(model, checkpoint, goal), pl.exclude("goal"))
        for checkpoint in model.checkpoints
        for goal in model.goals
    ]


def _named(model: Model, checkpoint: str, goal: str) -> list[pl.Expr]:
    names = {"model": model.name, "checkpoint": checkpoint, "goal": goal}
    return [pl.lit(value).alias(name) for name, value in names.items()]


def spread(
    choices: pl.DataFrame, utterances: Sequence[str], factors: Sequence[str] = ()
) -> pl.DataFrame:
    """Choices as the columns of ANSWERS, without model and checkpoint."""
    levels = pl.concat_str(factors, separator="|") if factors else pl.lit("")
    chosen = pl.concat_list((pl.col("choice") == u).cast(pl.Float32) for u in utterances)
    words = pl.when(pl.col("choice").is_not_null()).then(chosen)
    shares = pl.coalesce(pl.col("probs").cast(pl.List(pl.Float32)), words)
    shown = [
        pl.col("options").list.eval(pl.element() == u).list.arg_max().cast(pl.UInt8)
        for u in utterances
    ]
    return choices.select(
        "goal",
        "framing",
        "vignette",
        pl.col("speaker").alias("speaker_name"),
        pl.col("listener").alias("listener_name"),
        "state",
        levels=levels,
        shares=shares,
        places=pl.when(pl.col("options").list.len() > 0).then(pl.concat_list(shown)),
    ).cast({name: kind for name, kind in ANSWERS.items() if name not in ("model", "checkpoint")})


def run(given: Namespace) -> None:
    """Write what the analyses read of one model: thinned draws and answers."""
    sweep = study.read(given.study)
    model = sweep.models[given.model]
    domain = sweep.domain_of(model.domain)
    condense(model, domain, given.results, given.out, levels=bool(sweep.factors))
