"""Comprehension check: how often a model reads back the opinion and the goal that it was told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    from tactometer.study.model import Model

COMPREHENSION: Final[dict[str, Any]] = {
    **dict.fromkeys(["study", "model", "checkpoint", "prompt_set", "goal", "framing"], pl.String),
    "prompts": pl.Int64,
    "right": pl.Float64,
    **dict.fromkeys(["answers", "invalid"], pl.Int64),
}


def count(choices: pl.DataFrame) -> pl.DataFrame:
    """Right answers of one prompt set of the check by (goal, framing).

    `right` adds up, over prompts, the share of a prompt's answers that are right; an answer that
    cannot be read is not. `prompts` have an answer, which one that was cut or failed is none.
    """
    given = choices.with_columns(
        right=(pl.col("choice") == pl.col("utterance")).fill_null(False),
        invalid=pl.col("method") == "invalid",
    )
    each = given.group_by("goal", "framing", "request", maintain_order=True).agg(
        right=pl.col("right").mean(), answers=pl.len(), invalid=pl.col("invalid").sum()
    )
    return each.group_by("goal", "framing", maintain_order=True).agg(
        prompts=pl.len(),
        right=pl.col("right").sum(),
        answers=pl.col("answers").sum(),
        invalid=pl.col("invalid").sum(),
    )


def of_model(study: str, model: Model, results: Path) -> pl.DataFrame:
    """The rows of a model: by checkpoint, prompt set, goal and framing; none if it is recorded."""
    folder = results / "choices" / model.name
    parts = [
        count(pl.read_parquet(folder / checkpoint / f"{name}.parquet"))
        .with_columns(
            study=pl.lit(study),
            model=pl.lit(model.name),
            checkpoint=pl.lit(checkpoint),
            prompt_set=pl.lit(name),
        )
        .select(pl.col(column).cast(kind) for column, kind in COMPREHENSION.items())
        for checkpoint in model.checkpoints
        for name in model.checked
    ]
    return pl.concat([pl.DataFrame(schema=COMPREHENSION), *parts])
