"""Providers: who can be asked, each declared by the light module `settings.py` of its folder.

Its keys in a study are a type there, so that adding a provider touches its folder alone.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tactometer.utils.paths import PACKAGE

if TYPE_CHECKING:
    from tactometer.study.model_settings import AskedModel


@dataclass(frozen=True)
class Provider:
    """One way to ask a model: the module that does it, and what its jobs need by default.

    `module` has a class `Provider`, as `providers.provider` describes it; `resources` are MB,
    minutes of the job, GPUs and cores; `settings` is what a study may say of its models, a type
    whose tag is the provider's name. `engine` says that the weights are loaded here, `paid` that
    answers cost money, `reads` that it answers any prompt, and so may judge. `grace` gives, from a
    model's settings, the seconds for which calls in flight may end when a signal comes; without it
    asking stops at once.
    """

    module: str
    resources: Mapping[str, int]
    settings: "type[AskedModel]"
    engine: bool = False
    paid: bool = False
    reads: bool = True
    grace: Callable[[Mapping[str, Any]], float] | None = None


@cache
def declared() -> dict[str, Provider]:
    """Every provider by the name that a study gives it."""
    found: dict[str, Provider] = {}
    for path in sorted(PACKAGE.glob("providers/*/settings.py")):
        module = importlib.import_module(f"tactometer.providers.{path.parent.name}.settings")
        found |= module.PROVIDERS
    return found


def engines() -> tuple[str, ...]:
    """The names of those that load weights."""
    return tuple(name for name, provider in declared().items() if provider.engine)


def paid() -> tuple[str, ...]:
    """The names of those whose answers cost money."""
    return tuple(name for name, provider in declared().items() if provider.paid)


def judges() -> tuple[str, ...]:
    """The names of those that read any prompt, and so may judge."""
    return tuple(name for name, provider in declared().items() if provider.reads)
