"""Drift of a hosted model: which versions its provider reported while it was asked, and when.

A provider may exchange a model under its name in the middle of a sweep. Replies name what answered
(`model`, `system_fingerprint`); checkpoints and goals that are asked at other times meet another
share of what was exchanged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tactometer.journal.answer_keys import answer_key
from tactometer.journal.journal import read

if TYPE_CHECKING:
    from tactometer.study.model import Model
    from tactometer.utils.arrays import Array

SERVED: Final[dict[str, Any]] = {
    **dict.fromkeys(["study", "model", "checkpoint", "prompt_set"], pl.String),
    **dict.fromkeys(["reported", "fingerprint"], pl.String),
    "answers": pl.Int64,
    **dict.fromkeys(["first_at", "last_at"], pl.String),
}
APART: Final = {"apart": pl.Float64, "apart_from": pl.String}
"""The columns of tables/asked that say how far checkpoints of a model were asked apart in time."""
_ANSWER: Final = {
    **{name: SERVED[name] for name in ("prompt_set", "reported", "fingerprint")},
    "at": pl.String,
}


def of_model(model: Model, results: Path) -> dict[str, pl.DataFrame]:
    """Who gave each answer of each checkpoint, and when, of a model that others host."""
    found = {}
    for checkpoint in model.checkpoints if model.paid else ():
        journal = results / "answers" / model.name / f"{checkpoint}.jsonl"
        who = json.loads(journal.with_suffix(".done").read_text())["digest"]
        folder = results / "choices" / model.name / checkpoint
        choices = {name: folder / f"{name}.parquet" for name in model.prompt_sets}
        found[checkpoint] = answers(choices, journal, who)
    return found


def table(study: str, model: str, found: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Which versions gave the answers of `of_model`, by checkpoint and prompt set: `SERVED`."""
    parts = [
        by_version(each).with_columns(
            study=pl.lit(study), model=pl.lit(model), checkpoint=pl.lit(checkpoint)
        )
        for checkpoint, each in found.items()
    ]
    return pl.concat([pl.DataFrame(schema=SERVED), *(part.select(*SERVED) for part in parts)])


def answers(choices: Mapping[str, Path], journal: Path, who: str) -> pl.DataFrame:
    """Who gave each answer that the study has, and when: prompt_set, reported, fingerprint, at.

    `choices` are the files of prompt sets by their names, `who` the digest of who was asked.
    """
    wanted: dict[str, str] = {}
    for name, path in choices.items():
        for request, sample in pl.read_parquet(path, columns=["request", "sample"]).rows():
            wanted[answer_key(who, request, sample)] = name
    rows = {
        line["key"]: (wanted[line["key"]], line.get("model"), line.get("fingerprint"), line["at"])
        for line in read(journal)
        if line["key"] in wanted and line.get("at")
    }
    return pl.DataFrame(list(rows.values()), schema=_ANSWER, orient="row")


def by_version(found: pl.DataFrame) -> pl.DataFrame:
    """How many answers of each prompt set came from each version, and from when to when."""
    groups = found.group_by("prompt_set", "reported", "fingerprint").agg(
        answers=pl.len().cast(pl.Int64), first_at=pl.col("at").min(), last_at=pl.col("at").max()
    )
    return groups.sort("first_at", "prompt_set", "reported", "fingerprint", nulls_last=True)


def apart(found: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, Any]]:
    """How far each checkpoint was asked apart in time from another of its model: `APART`.

    `apart` is the largest difference, over all moments, between the shares of their answers that
    had come (the statistic of Kolmogorov and Smirnov): 0 for checkpoints that were asked
    interleaved, 1 for one after another. It bounds what any one change at the provider can differ
    in between them. Null for a model with one checkpoint.
    """
    times = {name: _seconds(frame["at"]) for name, frame in found.items() if frame.height}
    told = {}
    for name, mine in times.items():
        others = {other: distance(mine, theirs) for other, theirs in times.items() if other != name}
        if others:
            farthest = max(others, key=lambda other: others[other])
            told[name] = {"apart": others[farthest], "apart_from": farthest}
    return told


def distance(mine: Array, theirs: Array) -> float:
    """The largest difference between two empirical distributions, of sorted numbers."""
    moments = np.concatenate([mine, theirs])
    shares = [np.searchsorted(each, moments, side="right") / len(each) for each in (mine, theirs)]
    return float(np.max(np.abs(shares[0] - shares[1])))


def _seconds(at: Iterable[str]) -> Array:
    times = pl.Series(values=list(at), dtype=pl.String).str.to_datetime(
        time_unit="ms", time_zone="UTC", strict=False
    )
    return np.sort(times.drop_nulls().dt.timestamp("ms").to_numpy().astype(float))
