"""Checks of what goes over the wire to an API, before anything is spent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tactometer.providers.api import batch_endpoint, final_requests
from tactometer.providers.provider import Ask
from tactometer.utils.errors import UserError

OURS = frozenset(
    {"model", "messages", "stream", "n", "timeout", "api_key", "api_base", "base_url"}
    | {"num_retries", "max_retries", "drop_params", "fallbacks", "caching", "mock_response"}
    | {"extra_headers", "headers"}
)


def refuse_ours(wanted: Mapping[str, Any], place: str) -> None:
    """Refuse wire parameters that other keys of a study set."""
    for key in sorted(OURS & set(wanted)):
        raise UserError(
            f"{place}, key wire.{key}: {key} is set elsewhere (source, api_base, api_key_env, "
            "extra_headers, limits and the prompts); remove it."
        )


def body_arrives(wanted: Mapping[str, Any], body: Mapping[str, Any], source: str, at: str) -> None:
    """Refuse what stands in extra_body and would not stand in the body of a request."""
    for key, value in wanted.get("extra_body", {}).items():
        if final_requests.lacking(body, key, value):
            raise UserError(
                f"{at}, key extra_body.{key}: LiteLLM sends {source} no such key; name the "
                "parameter under wire as this provider has it."
            )


def messages_arrive(
    asks: Sequence[Ask], altered: Callable[[], Mapping[str, Any]], source: str, at: str
) -> None:
    """Refuse to lose a system message on the way, where one is to be sent."""
    system = any(m["role"] == "system" for ask in asks for m in ask.row["messages"])
    if system and altered().get("lost"):
        raise UserError(
            f"{at}, key prompt.system: LiteLLM leaves the system message out for {source}; write "
            "prompt: {system: fold}."
        )


def headers_arrive(headers: Mapping[str, str], provider: str, place: str) -> None:
    """Refuse headers of one's own that LiteLLM would leave out where batches are handed in."""
    if headers and provider not in batch_endpoint.WITH_HEADERS:
        raise UserError(
            f"{place}, key extra_headers: LiteLLM sends none with batches of {provider}; remove "
            "them, or batch."
        )
