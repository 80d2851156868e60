"""What the trainings of a plan take: steps, GPU hours, disk."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tactometer.planning import formatting, speed
from tactometer.planning.tokens import CHARACTERS
from tactometer.providers.local.settings import EngineModel
from tactometer.providers.local.training_settings import Training
from tactometer.study.fields import UNSET, written
from tactometer.study.study import Study
from tactometer.training.train import disk
from tactometer.utils.paths import locate

BACKWARD = 4.0
"""Work of a training step to that of reading its tokens once: back and forth, and forth again where
what lies between is not kept (gradient checkpointing)."""
SEQUENCES = {"sft": 1.0, "dpo": 2.5, "grpo": 1.0}
"""Sequences to a row: of preferences two, and both read by the reference as well."""
ROWS = 200  # of the data that are looked at
ROW_TOKENS = 500.0  # where the data are not here
BATCH, LONGEST = 8, 1024  # TRL's own, where the arguments say nothing
GENERATIONS, COMPLETION = 8, 256


@dataclass(frozen=True)
class Forecast:
    """What one training takes: `hours` of one GPU; `bytes` None where its size is not known."""

    model: str
    steps: int
    tokens: float
    hours: float
    bytes: int | None
    origin: str

    def told(self) -> str:
        """A line of a plan."""
        kept = "disk not known" if self.bytes is None else f"{self.bytes / 1e9:.2g} GB of disk"
        return (
            f"{self.model}: {self.steps:,} steps, about {formatting.many(self.tokens)} tokens, "
            f"{formatting.hours(self.hours)} GPU hours ({self.origin}; a guess within a factor of "
            f"three or so), {kept}"
        )


def forecasts(study: Study, made: Collection[str]) -> list[Forecast]:
    """The trainings that a run would begin, `made` being the outputs that it makes."""
    return list(_forecasts(study, made))


def _forecasts(study: Study, made: Collection[str]) -> Iterator[Forecast]:
    for model in study.asked:
        settings, done = model.settings, f"training/{model.name}/trained.json"
        if model.also or not isinstance(settings, EngineModel) or settings.training is UNSET:
            continue
        if not any(path.endswith(done) for path in made):
            continue
        training = settings.training
        rate = speed.speed_of(settings, checkpoint=next(iter(settings.checkpoints)))
        read, sampled = tokens(training)
        seconds = rate.seconds(BACKWARD * read, sampled)
        asked = [written(own.step, 0) for own in settings.checkpoints.values() if own.trained]
        kept = asked if training.keep == "asked" else training.saved()
        needed = disk(training, training.base_of(settings.source), kept)
        yield Forecast(model.name, training.steps, read, seconds / 3600, needed, rate.origin)


def tokens(training: Training) -> tuple[float, float]:
    """Tokens that the whole training reads, and that it samples (grpo)."""
    args = training.args
    rows = float(args.get("per_device_train_batch_size", BATCH))
    rows *= float(args.get("gradient_accumulation_steps", 1)) * training.steps
    longest = float(args.get("max_length") or LONGEST)
    if training.method == "grpo":
        completion = float(args.get("max_completion_length", COMPLETION))
        return rows * (_row(training) + completion), rows * completion
    return rows * min(longest, _row(training)) * SEQUENCES[training.method], 0.0


def _row(training: Training) -> float:
    """Tokens of a row of the data: of its first rows where they are here, and JSON."""
    path = locate(training.data)
    if not path.is_file() or path.suffix != ".jsonl":
        return ROW_TOKENS
    lengths = [_characters(row) for row in _first(path)]
    per = 2.0 if training.method == "dpo" else 1.0  # a row of preferences has two sequences
    return sum(lengths) / max(1, len(lengths)) / CHARACTERS / per


def _first(path: Path) -> Iterator[Any]:
    with path.open() as file:
        for _, line in zip(range(ROWS), file, strict=False):
            try:
                yield json.loads(line)
            except ValueError:
                return


def _characters(part: Any) -> int:
    if isinstance(part, str):
        return len(part)
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return sum(map(_characters, inner))
