"""Models behind an API: their keys in a study, and what their jobs need."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from tactometer.study.domain import Domain
from tactometer.study.fields import (
    UNSET,
    Labels,
    Maybe,
    Meta,
    Name,
    Positive,
    Settings,
    about,
    plain,
    written,
)
from tactometer.study.locations import Place
from tactometer.study.model_settings import Asked, Checkpoint
from tactometer.study.providers import Provider
from tactometer.study.wire_settings import wire_of
from tactometer.utils.errors import UserError, nearest

Wire = dict[str, Any]
"""Parameters as the API of a provider names them: open, since every provider has its own."""
ExtraBody = Annotated[
    Wire,
    about(
        "Keys that a server of its own kind takes beside the protocol's, such as vLLM's "
        "{chat_template_kwargs: {enable_thinking: false}}; part of the wire."
    ),
]
Variable = Annotated[str, Meta(pattern="^[A-Za-z_][A-Za-z0-9_]*$")]
"""The name of an environment variable."""


class ApiCheckpoint(Checkpoint):
    """A setting of a model behind an API, such as a reasoning effort."""

    UNASKED = ("labels", "same_as")

    wire: Maybe[Annotated[Wire, about("Parameters that go over the wire.")]] = UNSET
    extra_body: Maybe[ExtraBody] = UNSET
    same_as: Maybe[
        Annotated[Name, about("Checkpoint that this one is meant to send the same requests as.")]
    ] = UNSET

    @property
    def own_wire(self) -> Mapping[str, Any]:
        """Parameters of this checkpoint alone that go over the wire."""
        return wire_of(plain(self))


class Limits(Settings):
    """How fast, how long and how often a server is asked."""

    concurrency: Maybe[Annotated[int, about("Calls in flight.", ge=1)]] = UNSET
    rpm: Maybe[
        Annotated[
            Positive,
            about("Calls a minute, of the account: jobs on one machine share it."),
        ]
    ] = UNSET
    tpm: Maybe[Annotated[Positive, about("Tokens a minute, shared likewise.")]] = UNSET
    timeout: Maybe[Annotated[Positive, about("Seconds for one call.")]] = UNSET
    attempts: Maybe[Annotated[int, about("Tries for one request.", ge=1)]] = UNSET
    poll: Maybe[Annotated[Positive, about("Seconds between two looks at a batch (60).")]] = UNSET
    batch_requests: Maybe[
        Annotated[int, about("Requests of one batch (50,000).", ge=1, le=50_000)]
    ] = UNSET


class ApiModel(Asked, tag="api", kw_only=True):
    """A model behind an API."""

    source: Annotated[str, about("Any LiteLLM model name.")]
    checkpoints: Annotated[Mapping[Name, ApiCheckpoint], Meta(min_length=1)]
    api_base: Maybe[
        Annotated[
            str,
            about("Address of an OpenAI-compatible server.", pattern="^https?://"),
        ]
    ] = UNSET
    api_key_env: Maybe[
        Annotated[
            str,
            about("Variable that holds the key.", pattern="^[A-Za-z_][A-Za-z0-9_]*$"),
        ]
    ] = UNSET
    wire: Annotated[Wire, about("Parameters of every checkpoint.")] = {}
    extra_body: Maybe[ExtraBody] = UNSET
    extra_headers: Maybe[
        Annotated[
            Mapping[Annotated[str, Meta(pattern="^[A-Za-z0-9_-]+$")], Variable],
            about(
                "HTTP headers of every call: the name of each, and the environment variable that "
                "holds its value."
            ),
        ]
    ] = UNSET
    batch: Annotated[
        bool,
        about("Hand requests in to the provider's batch endpoint: half the price, within a day."),
    ] = False
    limits: Limits = Limits()

    @property
    def own_wire(self) -> Mapping[str, Any]:
        """Parameters of every checkpoint that go over the wire."""
        return wire_of(plain(self))

    def check(self, domain: Domain, place: Place) -> None:
        """Checkpoints that are meant to be the same name another one of the model."""
        for name, own in self.checkpoints.items():
            others = [each for each in self.checkpoints if each != name]
            if own.same_as is not UNSET and own.same_as not in others:
                raise UserError(
                    f"{place('checkpoints', name, 'same_as')}: {own.same_as!r} is no other "
                    f"checkpoint of the model{nearest(own.same_as, others)}."
                )

    @property
    def batches(self) -> bool:
        """Whether requests are handed in to a batch endpoint, at its price."""
        return self.batch

    def resources_of(self, usual: Mapping[str, int]) -> dict[str, int | str]:
        """One against the cap of all API jobs, `api`, and that of its provider, `api_{name}`.

        The profile says how many may run at once.
        """
        base = urlsplit(written(self.api_base, "")).hostname
        name = base or self.source.rpartition("/")[0].partition("/")[0] or "other"
        caps = {"api": 1, f"api_{re.sub(r'[^A-Za-z0-9]+', '_', name)}": 1}
        return super().resources_of({**usual, **caps})

    def labels_of(self, checkpoint: str, names: Sequence[str]) -> Labels:
        """`effort`: the name of the checkpoint."""
        return {"effort": checkpoint}

    def identity(self, name: str, checkpoint: str, domain: Domain, seed: int) -> dict[str, Any]:
        """The model's name and its server; `engine`, which it has not, stands in old journals."""
        base = {} if self.api_base is UNSET else {"api_base": self.api_base}
        return {"source": self.source, **base, "engine": {}}


PROVIDERS = {
    "api": Provider("providers.api.provider", {"mem_mb": 2000, "runtime": 480}, ApiModel, paid=True)
}
