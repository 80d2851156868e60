"""The interface of an engine, loaded weights that answer token by token, and how loading fails."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from tactometer.providers.local.continuations import Continuations
from tactometer.utils.errors import UserError


@dataclass(frozen=True)
class Sampled:
    """A generated text, its number of tokens, and why it ended (`stop`, `length`)."""

    text: str
    tokens: int
    finish_reason: str


class Engine(Protocol):
    """Loaded weights. `at_once`: how many prompts a call should have."""

    at_once: int

    def label_logprobs(
        self, prompts: Sequence[Sequence[int]], labels: Sequence[Sequence[int]]
    ) -> list[list[float]]:
        """Log-probability in nats of each label token as the next one, for each prompt."""
        ...

    def continuation_logprobs(
        self, prompts: Sequence[Sequence[int]], continuations: Sequence[Continuations]
    ) -> list[list[float]]:
        """Log-probability in nats of all tokens of each continuation, for each prompt."""
        ...

    def sample(
        self,
        prompts: Sequence[Sequence[int]],
        keys: Sequence[str],
        temperature: float,
        max_tokens: int,
        stop: str | None,
    ) -> list[Sampled]:
        """Generate a text for each prompt, up to `stop` (left out) or the end."""
        ...


@contextmanager
def loading(what: str, place: str) -> Iterator[None]:
    """Whatever a library raises while it loads, as one sentence that opens with `place`."""
    try:
        yield
    except Exception as error:  # their errors have no common class
        text = str(error).strip()
        said = text.splitlines()[0][:200] if text else type(error).__name__
        raise UserError(f"{place}: {what} cannot be loaded ({said}).") from None
