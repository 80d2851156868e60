"""Train the checkpoints of a model: what is there is gone on from, what is asked stays."""

import json
import shutil
from argparse import Namespace
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tactometer.elicitation import engine_environment
from tactometer.providers.local import sizes
from tactometer.providers.local.settings import EngineModel
from tactometer.providers.local.training_settings import LIBRARIES, Training, versions
from tactometer.study import study
from tactometer.study.fields import UNSET, written
from tactometer.utils import atomic_files
from tactometer.utils.digests import digest
from tactometer.utils.errors import UserError

RECIPE = "recipe.json"  # in the folder of the checkpoints: what they are made from
LAST = "trainer_state.json"  # of a checkpoint's files
STATE = ("optimizer.pt", "scheduler.pt", "rng_state*.pth")
"""Files of a checkpoint that going on from it needs, and asking it does not."""
SPARE = 1.2  # of the disk that checkpoints are expected to take
OPTIMIZER = 2  # numbers of the optimizer's state (Adam) to one that is trained


@dataclass(frozen=True)
class Run:
    """One training: how, from what (`base`), into which folder, and which steps the study asks.

    `place` opens the sentences of errors.
    """

    training: Training
    source: str
    folder: Path
    asked: tuple[int, ...]
    losses: Path
    place: str

    @property
    def base(self) -> str:
        """The hub id or folder that it starts from."""
        return self.training.base_of(self.source)

    @property
    def wanted(self) -> tuple[int, ...]:
        """The steps whose checkpoints stay."""
        return self.asked if self.training.keep == "asked" else tuple(self.training.saved())

    def checkpoint(self, step: int) -> Path:
        """The folder of a checkpoint."""
        return self.folder / f"checkpoint-{step}"

    def there(self) -> list[int]:
        """The steps whose checkpoints are there, whole: what is written last stands in them."""
        found = self.folder.glob(f"checkpoint-*/{LAST}")
        return sorted(int(path.parent.name.rpartition("-")[2]) for path in found)

    def goes_on_from(self) -> int | None:
        """The last step that training can go on from."""
        found = [step for step in self.there() if (self.checkpoint(step) / STATE[0]).exists()]
        return max(found, default=None)

    def prune(self, last: int | None = None) -> None:
        """Delete checkpoints that do not stay, but for the last, which training goes on from."""
        for step in self.there():
            if step not in self.wanted and step != last:
                shutil.rmtree(self.checkpoint(step))

    def finish(self) -> None:
        """Delete what nobody needs once training has come to its end."""
        self.prune()
        if self.training.keep == "asked":
            for pattern in STATE:
                for path in self.folder.glob(f"checkpoint-*/{pattern}"):
                    path.unlink()


def run(given: Namespace) -> None:
    """Train the checkpoints of one model."""
    sweep = study.read(given.study)
    model = sweep.models[given.model]
    settings = model.settings
    place = f"{sweep.source}, models.{model.name}.training"
    if not isinstance(settings, EngineModel) or settings.training is UNSET:
        raise UserError(f"{place}: the model has no such key, so there is nothing to train.")
    steps = tuple(written(own.step, 0) for own in settings.checkpoints.values() if own.trained)
    one = Run(settings.training, settings.source, given.runs, steps, given.losses, place)
    begin(one)
    if not set(one.wanted) <= set(one.there()):
        check_disk(one)
        engine_environment.enter(engine_environment.TRAINING, place)
        from tactometer.training import trainer

        trainer.train(one)
        one.finish()
    with atomic_files.atomic(given.done) as temporary:
        temporary.write_text(json.dumps(_told(one), sort_keys=True, indent=1) + "\n")


def begin(one: Run) -> None:
    """Let the folder be that of this training: what another one left is moved beside it, and what
    this one left there before comes back.
    """
    recipe = one.training.recipe(one.source)
    mine, there = digest(recipe), None
    if (one.folder / RECIPE).exists():
        there = digest(json.loads((one.folder / RECIPE).read_text()))
    elif any(one.folder.glob("checkpoint-*")):
        raise UserError(
            f"{one.place}: {one.folder} holds checkpoints that this training did not make; move "
            "them, or name them by checkpoints: {pattern: ..., steps: [...]} without training."
        )
    if there is not None and there != mine:
        aside = _aside(one.folder, there)
        one.folder.rename(aside)
        print(f"{one.folder} was made from another recipe: moved to {aside}", flush=True)
    if there != mine and _aside(one.folder, mine).is_dir():
        _aside(one.folder, mine).rename(one.folder)
        print(f"{one.folder} was made from this recipe before: taken back", flush=True)
    one.folder.mkdir(parents=True, exist_ok=True)
    atomic_files.write_if_changed(one.folder / RECIPE, json.dumps(recipe, sort_keys=True, indent=1))


def _aside(folder: Path, recipe: str) -> Path:
    return folder.with_name(f"{folder.name}.of-{recipe[:12]}")


def check_disk(
    one: Run, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
) -> None:
    """Raise UserError where the checkpoints do not fit on the disk, as far as sizes are known."""
    needed = disk(one.training, one.base, one.wanted)
    if needed is not None and needed > free(one.folder):
        raise UserError(
            f"{one.place}: its checkpoints take about {needed / 1e9:.3g} GB, and {one.folder} has "
            f"{free(one.folder) / 1e9:.3g} GB; free the disk, or keep fewer (keep: asked, "
            "save_steps)."
        )


def disk(training: Training, base: str, kept: Collection[int]) -> int | None:
    """Bytes that checkpoints take while training lasts; None where the size is not known here."""
    size = sizes.size_of(base, {})
    if size is None:
        return None
    whole = training.adapter == "full"
    trained = size.parameters * (1.0 if whole else 0.02)  # an adapter is a hundredth or so
    each = trained * sizes.BYTES.get(size.dtype or "float32", 4)
    states = 2 if training.keep == "asked" else len(kept) + 1  # of the optimizer, in float32
    return int(SPARE * (each * (len(kept) + 2) + trained * OPTIMIZER * 4 * states))


def _told(one: Run) -> Mapping[str, Any]:
    """What a training leaves for whoever asks, and for readers."""
    path = one.folder / "versions.json"
    used = json.loads(path.read_text()) if path.exists() else {}
    told = {"steps": one.there(), "recipe": digest(one.training.recipe(one.source))}
    wanted = versions()
    others = {
        name: used[name] for name in LIBRARIES if used.get(name, "").split("+")[0] != wanted[name]
    }
    return told | {"versions": used} | ({"not_locked": others} if used and others else {})
