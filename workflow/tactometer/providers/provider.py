"""The interface of a provider: whatever can answer prompts for one checkpoint."""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tactometer.journal.journal import Line
from tactometer.study import providers
from tactometer.utils.digests import digest


@dataclass(frozen=True)
class Ask:
    """A pending answer: its key, the request's row (the columns of a requests file) and which
    sample of that request it is.

    `tries`: how often it was asked before. `pilot`: whether it is one of the first of its prompt
    set, by which it is told whether that goes on. `still`: whether it is wanted, which may change
    until it is asked.
    """

    key: str
    row: Mapping[str, Any]
    sample: int
    tries: int = 0
    pilot: bool = False
    still: Callable[["Ask"], bool] = field(default=lambda ask: True, compare=False)

    @property
    def wanted(self) -> bool:
        """Whether it is still to be asked."""
        return self.still(self)

    @property
    def noise(self) -> str:
        """What a local sample's random numbers are drawn from: another try is another sample."""
        return digest([self.key, self.tries]) if self.tries else self.key


class Provider(Protocol):
    """One checkpoint of a model, able to answer.

    `identity` is the resolved content of everything about it that could change an answer; it must
    not load weights. `answer` loads what it needs and gives lists of answers as they come: each
    list is on disk before the next is asked for. It may stop early only by raising, and leaves out
    what is not `wanted` when its turn comes. `in_turn` gives the order: no answer of the second
    list is asked for before those of the first are on disk. One that renders messages itself also
    has `alterations`: what it sends beside them or in another form; one with weights of its own has
    `ability`: what it makes of a fixed text, once it has answered; one whose answers wait
    elsewhere has `under_way`, which says so in words, at any time and from any thread.
    """

    def identity(self) -> Mapping[str, Any]: ...

    def answer(self, asks: Sequence[Ask]) -> Iterator[list[Line]]: ...


def in_turn(asks: Sequence[Ask]) -> tuple[list[Ask], list[Ask]]:
    """The asks that tell whether their prompt sets go on, and the others."""
    return [ask for ask in asks if ask.pilot], [ask for ask in asks if not ask.pilot]


def open_provider(declared: Mapping[str, Any], settings: Mapping[str, Any]) -> Provider:
    """The provider of a checkpoint, from its recipe and from its model's settings in the study."""
    module = importlib.import_module(
        f"tactometer.{providers.declared()[declared['provider']].module}"
    )
    provider: Provider = module.Provider(declared, settings)
    return provider


def ability(provider: Provider) -> dict[str, Any]:
    """What a provider makes of a fixed text; {} where its weights are elsewhere, or not loaded."""
    told = getattr(provider, "ability", None)
    return {} if told is None else dict(told())


def alterations(provider: Provider) -> dict[str, Any]:
    """What a provider does to messages beside sending them; {} of one that does nothing."""
    told = getattr(provider, "alterations", None)
    return {} if told is None else dict(told())
