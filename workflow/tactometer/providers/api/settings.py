"""Models behind an API: their keys in a study, and what their jobs need."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from tactometer.study.domain import Domain
from tactometer.study.fields import (
    SECRET,
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

TIMEOUT = 120.0
"""Seconds that a call may take where `limits` do not say."""
# Keys as providers issue them, and long mixtures of small letters and digits.
_KEY = re.compile(
    r"^(?:sk|pk|rk|gsk|xai|hf|r8|key)_\w{12,}$|^AIza\w{20,}$|^AKIA[A-Z0-9]{12,}$"
    r"|^(?=.*\d)(?=.*[a-z])[A-Za-z0-9]{16,}$"
)
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
            about(
                "Variable that holds the key.",
                pattern="^[A-Za-z_][A-Za-z0-9_]*$",
                extra_json_schema=SECRET,
            ),
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
        """Check that no key and no password stand in a study, which is copied to files that are
        kept (what is wrong is never shown), and that `same_as` names another checkpoint.
        """
        super().check(domain, place)
        self._check_same(place)
        name = written(self.api_key_env, "")
        if _KEY.search(name) and name not in os.environ:
            raise UserError(
                f"{place('api_key_env')}: this looks like a key, not like the name of the "
                "environment variable that holds it; export the key, write the variable's name, "
                "and change the key if others can read this file."
            )
        if urlsplit(written(self.api_base, "")).password is not None:
            raise UserError(
                f"{place('api_base')}: an address with a password in it would be copied to "
                "results and logs; take both out, and name the variable that holds the server's "
                "key as api_key_env."
            )

    def _check_same(self, place: Place) -> None:
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


def timeout_of(settings: Mapping[str, Any]) -> float:
    """Seconds that a call of a model may take, by its settings as they stand in a study."""
    return float(settings.get("limits", {}).get("timeout", TIMEOUT))


PROVIDERS = {
    "api": Provider(
        "providers.api.provider",
        {"mem_mb": 2000, "runtime": 480},
        ApiModel,
        paid=True,
        grace=timeout_of,
    )
}
