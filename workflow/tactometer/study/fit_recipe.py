"""What the fits of a model are made of: the recipe that their stages read."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from tactometer.study.model_settings import Fit

MAIN = "main"
"""The name of the headline fit of a study that names none."""


class Space(Struct, frozen=True, omit_defaults=True):
    """The choice space and the seed: `negated` has a flag for each utterance; `values` are what the
    states are worth where that is not the states themselves.
    """

    states: tuple[int, ...]
    utterances: tuple[str, ...]
    negated: tuple[bool, ...]
    seed: int
    values: tuple[float, ...] = ()

    @property
    def worth(self) -> tuple[float, ...]:
        """V(s), what each state is worth."""
        return self.values or self.states


class Beside(Struct, frozen=True):
    """How a yardstick is fitted once more, on the terms of the models: `values` one a state."""

    fit: Fit
    values: tuple[float, ...]


class FitRecipe(Struct, frozen=True):
    """The recipe fit/{model}.json, fit/{model}/{name}.json of a fit beside the headline,
    hold_out/{model}.json, which has `folds`, or fit_levels/{model}.json, which has the levels of
    `factors`.
    """

    fit: Fit
    domain: Space
    folds: int = 0
    own_seed: str = ""
    yardstick: Beside | None = None
    name: str = MAIN
    factors: Mapping[str, tuple[str, ...]] = {}

    def beside(self, other: Beside) -> "FitRecipe":
        """The recipe of the same answers on the terms of the models."""
        domain = structs.replace(self.domain, values=other.values)
        return structs.replace(self, fit=other.fit, domain=domain, yardstick=None)

    def together(self, goals: Iterable[str]) -> list[list[str]]:
        """The goals that are fitted at once: all where they share something, else each alone."""
        return [list(goals)] if self.fit.share else [[goal] for goal in goals]

    @property
    def seed(self) -> int | str:
        """What its random numbers are drawn from: the study's seed, or that of a fold."""
        return self.own_seed or self.domain.seed

    def changed(self, own_seed: str, **fit: object) -> "FitRecipe":
        """The same with a seed of its own, and with these settings of the fit."""
        changed = structs.replace(self.fit, **fit)
        return structs.replace(self, fit=changed, own_seed=own_seed)


def read(path: Path) -> FitRecipe:
    """A recipe from its file."""
    return msgspec.json.decode(path.read_bytes(), type=FitRecipe)


def of_content(content: Mapping[str, object]) -> FitRecipe:
    """A recipe from its content, as a study gives it."""
    return msgspec.convert(content, FitRecipe)
