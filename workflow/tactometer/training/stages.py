"""The stage of training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tactometer.study.stages import Code, Recipe, Stage

if TYPE_CHECKING:
    from tactometer.study.study import Study


def _trainings(study: Study) -> Iterator[tuple[str, Recipe]]:
    for model in study.asked:
        if model.asked.trains and not model.also:
            yield f"train/{model.name}", model.asked.training_recipe


def _no_code() -> Iterator[tuple[str, Code]]:
    """Hours of a GPU hang on it: `training_settings.TRAINER` says when other code trains anew."""
    return iter(())


PLACE = 5
STAGES = (
    Stage(
        "train",
        "training.train",
        "train the checkpoints of a model, going on from the last one that is there",
        needs={"study": "the study as it was pinned"},
        options={"model": "whose checkpoints"},
        beside={"runs": "the folder of its checkpoints", "losses": "the log of its losses"},
        makes={"done": "what to write when it has come to its end"},
        code=_no_code,
        targets=_trainings,
    ),
)
