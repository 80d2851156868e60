"""Models behind an API: their keys in a study, and what their jobs need."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from tactometer.study.domain import Domain
from tactometer.study.fields import (
    UNSET,
    Labels,
    Meta,
    Name,
    Positive,
    Settings,
    UnsetType,
    written,
)
from tactometer.study.model_settings import Asked, Checkpoint
from tactometer.study.providers import Provider

Wire = dict[str, Any]
"""Parameters as the API of a provider names them: open, since every provider has its own."""


class ApiCheckpoint(Checkpoint):
    """A setting of a model behind an API, such as a reasoning effort."""

    wire: Annotated[Wire, Meta(description="Parameters that go over the wire.")] | UnsetType = UNSET

    @property
    def own_wire(self) -> Mapping[str, Any]:
        """Parameters of this checkpoint alone that go over the wire."""
        return written(self.wire, {})


class Limits(Settings):
    """How fast, how long and how often a server is asked."""

    concurrency: Annotated[int, Meta(ge=1, description="Calls in flight.")] | UnsetType = UNSET
    rpm: (
        Annotated[
            Positive,
            Meta(description="Calls a minute, of the account: jobs on one machine share it."),
        ]
        | UnsetType
    ) = UNSET
    tpm: Annotated[Positive, Meta(description="Tokens a minute, shared likewise.")] | UnsetType = (
        UNSET
    )
    timeout: Annotated[Positive, Meta(description="Seconds for one call.")] | UnsetType = UNSET
    attempts: Annotated[int, Meta(ge=1, description="Tries for one request.")] | UnsetType = UNSET
    poll: (
        Annotated[Positive, Meta(description="Seconds between two looks at a batch (60).")]
        | UnsetType
    ) = UNSET
    batch_requests: (
        Annotated[int, Meta(ge=1, le=50_000, description="Requests of one batch (50,000).")]
        | UnsetType
    ) = UNSET


class ApiModel(Asked, tag="api", kw_only=True):
    """A model behind an API."""

    source: Annotated[str, Meta(description="Any LiteLLM model name.")]
    checkpoints: Annotated[Mapping[Name, ApiCheckpoint], Meta(min_length=1)]
    api_base: (
        Annotated[
            str,
            Meta(pattern="^https?://", description="Address of an OpenAI-compatible server."),
        ]
        | UnsetType
    ) = UNSET
    api_key_env: (
        Annotated[
            str,
            Meta(pattern="^[A-Za-z_][A-Za-z0-9_]*$", description="Variable that holds the key."),
        ]
        | UnsetType
    ) = UNSET
    wire: Annotated[Wire, Meta(description="Parameters of every checkpoint.")] = {}
    batch: Annotated[
        bool,
        Meta(
            description="Hand requests in to the provider's batch endpoint: half the price, "
            "within a day."
        ),
    ] = False
    limits: Limits = Limits()

    @property
    def own_wire(self) -> Mapping[str, Any]:
        """Parameters of every checkpoint that go over the wire."""
        return self.wire

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
