"""The interface of a provider: whatever can answer prompts for one checkpoint."""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tactometer.journal.journal import Line
from tactometer.study import providers


@dataclass(frozen=True)
class Ask:
    """A pending answer: its key, the request's row (the columns of a requests file) and which
    sample of that request it is.
    """

    key: str
    row: Mapping[str, Any]
    sample: int


class Provider(Protocol):
    """One checkpoint of a model, able to answer.

    `identity` is the resolved content of everything about it that could change an answer; it must
    not load weights. `answer` loads what it needs and gives lists of answers as they come: each
    list is on disk before the next is asked for. It may stop early only by raising. One that
    renders messages itself also has `alterations`: what it sends beside them or in another form.
    """

    def identity(self) -> Mapping[str, Any]: ...

    def answer(self, asks: Sequence[Ask]) -> Iterator[list[Line]]: ...


def open_provider(declared: Mapping[str, Any], settings: Mapping[str, Any]) -> Provider:
    """The provider of a checkpoint, from its recipe and from its model's settings in the study."""
    module = importlib.import_module(
        f"tactometer.{providers.declared()[declared['provider']].module}"
    )
    provider: Provider = module.Provider(declared, settings)
    return provider


def alterations(provider: Provider) -> dict[str, Any]:
    """What a provider does to messages beside sending them; {} of one that does nothing."""
    told = getattr(provider, "alterations", None)
    return {} if told is None else dict(told())
