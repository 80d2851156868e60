"""Estimate GPU time: measured where something was, else guessed, and said which."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tactometer.providers.local import sizes
from tactometer.providers.local.settings import EngineModel
from tactometer.study.fields import written
from tactometer.utils.errors import UserError

BENCHMARKS = Path("benchmarks")
# A guess for one accelerator of 2024: tokens a second at one billion parameters.
GUESS = {"billions": 1.0, "prompt_tokens_per_s": 60_000.0, "sampled_tokens_per_s": 15_000.0}
LOAD = 60.0  # seconds until an engine is loaded
BILLIONS = 8.0  # for a model whose files are not here and whose name does not tell


@dataclass(frozen=True)
class Speed:
    """What an engine does in a second, and how long it loads; `origin` says how that is known."""

    prompt_tokens: float
    sampled_tokens: float
    load: float
    origin: str

    def seconds(self, prompt_tokens: float, sampled_tokens: float) -> float:
        """Seconds of an engine for so many tokens in and out, without its loading."""
        return prompt_tokens / self.prompt_tokens + sampled_tokens / self.sampled_tokens


def speed_of(
    settings: EngineModel, benchmarks: Path = BENCHMARKS, checkpoint: str | None = None
) -> Speed:
    """The speed of a model: that of the benchmark nearest to it in size, scaled, else a guess.

    Its size is that of the checkpoint's own files where they are here, else what its name says.
    A benchmark is an entry `gpu` of a file benchmarks/*.json: device, billions (of parameters),
    prompt_tokens_per_s, sampled_tokens_per_s and load_s.
    """
    size, told = _size(settings, checkpoint)
    found = _measured(benchmarks)
    if not found:
        origin = "a guess: 60,000 prompt tokens a second, or 15,000 sampled ones, at one billion"
        return _scaled(GUESS, size, f"{origin} parameters, a tenth of it at ten{told}")
    nearest = min(found, key=lambda entry: abs(entry["billions"] - size))
    return _scaled(nearest, size, f"measured on {nearest['device']}{told}")


def _size(settings: EngineModel, checkpoint: str | None) -> tuple[float, str]:
    """Billions of parameters, and how that is known."""
    if checkpoint is not None:
        found = sizes.size_of(settings.source, settings.checkpoints[checkpoint].identity)
        if found is not None:
            asked = written(settings.engine.dtype, "auto")
            dtype = found.dtype if asked == "auto" else asked
            kept = f" in {dtype}" if dtype else ""
            told = f"{found.billions:.3g} billion parameters{kept}, by {found.origin}"
            return found.billions, f"; {told}"
    size, known = billions(settings.source)
    named = "by its name" if known else "a guess, as its name does not tell either"
    return (
        size,
        f"; {size:g} billion parameters, {named}: its files are not here, and the hub "
        "was not asked",
    )


def billions(source: str) -> tuple[float, bool]:
    """A model's size in billions of parameters, and whether its name tells it."""
    named = re.search(r"(?<![\w.])(\d+(?:\.\d+)?)[bB](?![a-zA-Z0-9])", source)
    return (float(named[1]), True) if named else (BILLIONS, False)


def gpus(settings: EngineModel) -> int:
    """How many GPUs one engine takes; none on the CPU."""
    engine = settings.engine
    return 0 if engine.device == "cpu" else written(engine.tensor_parallel_size, 1)


def _scaled(entry: Mapping[str, Any], size: float, origin: str) -> Speed:
    share = entry["billions"] / size
    return Speed(
        entry["prompt_tokens_per_s"] * share,
        entry["sampled_tokens_per_s"] * share,
        float(entry.get("load_s", LOAD)),
        origin,
    )


def _measured(folder: Path) -> list[dict[str, Any]]:
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            entry = json.loads(path.read_text()).get("gpu")
            if entry:
                _scaled(entry, entry["billions"], entry["device"])
                found.append(entry)
        except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError):
            raise UserError(
                f"{path}: its entry gpu is no measurement; give device, billions, "
                "prompt_tokens_per_s and sampled_tokens_per_s, or remove it."
            ) from None
    return found
