"""Model identity: everything about a checkpoint that could change its answers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tactometer.providers.local import checkpoint_files
from tactometer.providers.simulated.settings import VERSION
from tactometer.study import prompt_settings
from tactometer.study.model import Model
from tactometer.study.providers import engines
from tactometer.study.study import Study
from tactometer.utils.digests import file_digest
from tactometer.utils.errors import UserError

# of a model's `engine`, what can change an answer
_ANSWERS = ("dtype", "max_model_len", "trust_remote_code", "chat_template", "thinking")


def identity(study: Study, model: Model, checkpoint: str) -> dict[str, Any]:
    """What could change the answers of a checkpoint and stands in the study or in its files.

    Its messages, wire parameters and estimator are not here: they go through the requests files.
    Raises UserError for a simulated speaker in a domain without literal semantics.
    """
    settings = {k: v for k, v in model.checkpoints[checkpoint].items() if k != "labels"}
    found: dict[str, Any] = {"provider": model.provider, "checkpoint": settings}
    if model.provider == "simulated":
        return {**found, **_simulated(study, model)}
    found["source"] = model.settings["source"]
    if "api_base" in model.settings:
        found["api_base"] = model.settings["api_base"]
    engine = model.settings.get("engine", {})
    found["engine"] = {k: engine[k] for k in _ANSWERS if k in engine}
    if model.provider in engines():
        found["files"] = _weights(found)
        prompt = prompt_settings.in_rendering(model.settings.get("prompt", {}))
        if prompt:
            found["prompt"] = prompt
    return found


def _simulated(study: Study, model: Model) -> dict[str, Any]:
    domain = study.domain_of(model.domain)
    if domain.literal is None:
        raise UserError(
            f"{domain.path} has no key literal: add the semantics that the simulated model "
            f"{model.name} speaks with."
        )
    return {
        "literal": dict(zip(domain.utterances, domain.literal, strict=True)),
        "values": list(domain.values),
        "seed": study.data["sample"]["seed"],
        "simulator": VERSION,
    }


def _weights(found: Mapping[str, Any]) -> dict[str, Any]:
    """What is in the files of a checkpoint, where they are here: they may be replaced in place."""
    folder = Path(found["checkpoint"].get("path") or found["source"])
    template = Path(found["engine"].get("chat_template", ""))
    return {
        "folder": checkpoint_files.sketch(folder) if folder.is_dir() else None,
        "chat_template": file_digest(template) if template.is_file() else None,
    }
