"""A model of a study: who is asked, its checkpoints, and how it is fitted."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tactometer.study import prompt_settings, providers
from tactometer.study.domain import SEMANTICS


@dataclass(frozen=True)
class Model:
    """Who is asked, as the study describes it.

    `settings` is the model's part of the study with defaults; `checkpoints` maps each name to its
    own settings; `goals` are those that this model has answers for, in the study's order. `beside`
    is how a yardstick is fitted once more, on the terms of the others (`yardstick.beside`).
    """

    name: str
    provider: str
    settings: dict[str, Any]
    checkpoints: dict[str, dict[str, Any]]
    goals: tuple[str, ...]
    fit: dict[str, Any]
    domain: str
    beside: dict[str, Any] | None = None

    @property
    def recorded(self) -> bool:
        """Whether its behaviour is already there, in CSV files."""
        return self.provider == "recorded"

    @property
    def prompt_sets(self) -> tuple[str, ...]:
        """The prompt sets that it is asked: its goals and the yes/no prompts; none if recorded."""
        return () if self.recorded else (*self.goals, SEMANTICS)

    @property
    def compares(self) -> bool:
        """Whether it is fitted with several speaker variants."""
        return len(self.fit["speakers"]) > 1

    @property
    def shares(self) -> bool:
        """Whether one fit serves all its goals, because they have parameters in common."""
        return bool(self.fit["share"]) or bool(self.beside and self.beside["fit"]["share"])

    @property
    def folds(self) -> int:
        """How many folds of vignettes are held out in turn; 0 for none."""
        return int(self.fit["heldout"] or 0)

    @property
    def resources(self) -> dict[str, int | str]:
        """What a job that asks it needs, as Snakemake and its executor name it.

        An API job counts as one against the cap of all of them, `api`, and against that of its
        provider or server, `api_{name}`: the profile says how many may run at once.
        """
        needs: dict[str, int | str] = (
            {} if self.recorded else dict(providers.declared()[self.provider].resources)
        )
        if "tensor_parallel_size" in self.settings.get("engine", {}):
            needs["gpu"] = self.settings["engine"]["tensor_parallel_size"]
        if self.settings.get("engine", {}).get("device") == "cpu":
            del needs["gpu"]
        if self.provider == "api":
            base = urlsplit(self.settings.get("api_base", "")).hostname
            name = base or self.settings["source"].rpartition("/")[0].partition("/")[0] or "other"
            needs |= {"api": 1, f"api_{re.sub(r'[^A-Za-z0-9]+', '_', name)}": 1}
        return {**needs, **self.settings.get("resources", {})}

    @property
    def message_settings(self) -> dict[str, Any]:
        """What its settings `prompt` change in the messages of its requests; {} for nothing."""
        renders = self.provider in providers.engines()
        return prompt_settings.in_messages(self.settings.get("prompt", {}), renders)

    def labels(self, checkpoint: str) -> dict[str, Any]:
        """The labels of a checkpoint: the model's, then its own.

        Without one, `family` is the model's name, `effort` the checkpoint of an API model, and
        `progress` the step of open weights as a share of the last one.
        """
        labels: dict[str, Any] = {"family": self.name}
        if self.provider == "api":
            labels["effort"] = checkpoint
        if self.provider in providers.engines() and all(
            name.isdecimal() for name in self.checkpoints
        ):
            last = max(int(name) for name in self.checkpoints)
            labels["progress"] = int(checkpoint) / last if last else 0.0
        own = self.checkpoints[checkpoint].get("labels", {})
        return {**labels, **self.settings.get("labels", {}), **own}
