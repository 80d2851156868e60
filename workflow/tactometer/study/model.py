"""A model of a study: who is asked, its checkpoints, and how it is fitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tactometer.study import prompt_settings, providers
from tactometer.study.domain import SEMANTICS
from tactometer.study.fields import UNSET, Labels, plain, read, written
from tactometer.study.fit_recipe import Beside
from tactometer.study.model_settings import (
    AskedModel,
    Checkpoint,
    Estimator,
    Fit,
    ModelSettings,
)
from tactometer.study.prompt_settings import MessageSettings
from tactometer.study.recorded_settings import RecordedModel


@dataclass(frozen=True)
class Model:
    """Who is asked, as the study describes it.

    `settings` is what the study says of it; `checkpoints` maps each name to its own settings;
    `goals` are those that this model has answers for, in the study's order; `fits` are the study's
    and the domain's with its own, by name, the headline first. `beside` is how a yardstick is
    fitted once more, on the terms of the others (`yardstick.beside`), `checked` the prompt sets
    that ask it to read back what it was told (`comprehension.prompt_sets`). `also` is the model
    whose prompts it is asked by a further estimator (`estimators.asked_by`).
    """

    name: str
    provider: str
    settings: ModelSettings
    checkpoints: Mapping[str, Checkpoint]
    goals: tuple[str, ...]
    fits: Mapping[str, Fit]
    domain: str
    beside: Beside | None = None
    checked: tuple[str, ...] = ()
    also: str | None = None

    @property
    def headline(self) -> str:
        """The name of its headline fit."""
        return next(iter(self.fits))

    @property
    def fit(self) -> Fit:
        """Its headline fit."""
        return self.fits[self.headline]

    @property
    def further(self) -> Mapping[str, Fit]:
        """The fits of the same choices that stand beside the headline, by name."""
        return {name: fit for name, fit in self.fits.items() if name != self.headline}

    @property
    def recorded(self) -> bool:
        """Whether its behaviour is already there, in CSV files."""
        return isinstance(self.settings, RecordedModel)

    @property
    def asked(self) -> AskedModel:
        """What the study says of a model that answers prompts; TypeError of a recorded one."""
        if not isinstance(self.settings, AskedModel):
            raise TypeError(f"{self.name} is recorded and answers no prompts")
        return self.settings

    @property
    def counted(self) -> RecordedModel:
        """What the study says of a recorded model; TypeError of one that is asked."""
        if not isinstance(self.settings, RecordedModel):
            raise TypeError(f"{self.name} is asked, not recorded")
        return self.settings

    @property
    def estimator(self) -> Estimator:
        """How its choices are read, with the defaults of its provider."""
        own = self.asked.estimator
        if own is UNSET:
            own = Estimator(kind="label_logprob" if self.renders else "samples")
        if own.exact:
            return own
        return read({"k": 1, "temperature": 1.0, **plain(own)}, Estimator)

    @property
    def wire(self) -> Mapping[str, Any]:
        """The wire parameters of all its checkpoints; {} where it has none."""
        return self.asked.own_wire

    @property
    def renders(self) -> bool:
        """Whether its weights are loaded here, and so its prompts rendered."""
        return self.provider in providers.engines()

    @property
    def reads_on(self) -> bool:
        """Whether it is a base model: its prompts are texts to go on with, not chats."""
        return not self.recorded and self.asked.prompt.chat is False

    @property
    def paid(self) -> bool:
        """Whether its answers cost money."""
        return self.provider in providers.paid()

    @property
    def as_given(self) -> dict[str, Any]:
        """What the study says of it as JSON, with its estimator: what a provider is handed."""
        estimator = {} if self.recorded else {"estimator": plain(self.estimator)}
        return {**plain(self.settings), **estimator}

    @property
    def prompt_sets(self) -> tuple[str, ...]:
        """The prompt sets that it is asked: its goals, the yes/no prompts and those of checks; none
        if recorded.
        """
        return () if self.recorded else (*self.goals, SEMANTICS, *self.checked)

    @property
    def compares(self) -> bool:
        """Whether it is fitted with several speaker variants."""
        return len(self.fit.speakers) > 1

    @property
    def shares(self) -> bool:
        """Whether one fit serves all its goals, because they have parameters in common."""
        return bool(self.fit.share) or bool(self.beside and self.beside.fit.share)

    @property
    def corrects_places(self) -> bool:
        """Whether its headline fit estimates what the place of an option does."""
        return self.corrects(self.fit)

    def corrects(self, fit: Fit) -> bool:
        """Whether one of its fits does."""
        shown = not self.recorded and not self.estimator.by_utterance
        return shown and fit.position == "estimate"

    @property
    def folds(self) -> int:
        """How many folds of vignettes are held out in turn; 0 for none."""
        return self.fit.heldout or 0

    @property
    def resources(self) -> dict[str, int | str]:
        """What a job that asks it needs, as Snakemake and its executor name it."""
        usual = {} if self.recorded else providers.declared()[self.provider].resources
        return self.settings.resources_of(usual)

    @property
    def training_resources(self) -> dict[str, int | str]:
        """The same of a job that trains it."""
        return {} if self.recorded else self.asked.training_resources

    @property
    def message_settings(self) -> MessageSettings:
        """What its settings `prompt` change in the messages of its requests; {} for nothing."""
        if self.recorded:
            return {}
        return prompt_settings.in_messages(self.asked.prompt, self.renders)

    def labels(self, checkpoint: str) -> Labels:
        """The labels of a checkpoint: the model's, then its own.

        Without one, `family` is the model's name, `effort` the checkpoint of an API model, and
        `progress` the step of open weights as a share of the last one.
        """
        usual = self.settings.labels_of(checkpoint, list(self.checkpoints))
        own = written(self.checkpoints[checkpoint].labels, {})
        return {"family": self.also or self.name, **usual, **self.settings.labels, **own}
