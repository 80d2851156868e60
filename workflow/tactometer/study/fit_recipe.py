"""What the fits of a model are made of: the recipe that their stages read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import UNSET, Struct, UnsetType, structs

from tactometer.study.model_settings import Fit


class Space(Struct, frozen=True):
    """The choice space and the seed: `negated` has a flag for each utterance, `values` are V(s)
    where states are worth other than themselves.
    """

    states: tuple[int, ...]
    utterances: tuple[str, ...]
    negated: tuple[bool, ...]
    seed: int
    values: tuple[int | float, ...] | UnsetType = UNSET

    @property
    def worth(self) -> Sequence[float]:
        """V(s), what each state is worth."""
        return self.states if self.values is UNSET else self.values


class Beside(Struct, frozen=True):
    """How a yardstick is fitted once more, on the terms of others, with one value a state."""

    fit: Fit
    values: tuple[int | float, ...]


class FitRecipe(Struct, frozen=True):
    """The recipe fit/{model}.json or hold_out/{model}.json; `folds` is of the latter alone."""

    fit: Fit
    domain: Space
    folds: int = 0
    own_seed: str = ""
    yardstick: Beside | None = None

    @property
    def seed(self) -> int | str:
        """What its random numbers are drawn from: the study's seed, or that of a fold."""
        return self.own_seed or self.domain.seed

    @property
    def beside(self) -> "FitRecipe | None":
        """The second fit of a yardstick."""
        if self.yardstick is None:
            return None
        domain = structs.replace(self.domain, values=self.yardstick.values)
        return structs.replace(self, fit=self.yardstick.fit, domain=domain)

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
