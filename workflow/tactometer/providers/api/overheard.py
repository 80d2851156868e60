"""Record HTTP replies beneath LiteLLM, word for word.

LiteLLM raises errors of its own for a reply that it cannot translate, and shortens what a provider
says of an error. What was said counts here, so each reply of a call is noted before LiteLLM reads
it.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tactometer.providers.api import connections


@dataclass
class Heard:
    """The last reply of one call, if any came whole."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


_CALL: ContextVar[Heard | None] = ContextVar("call", default=None)


def listen() -> Heard:
    """Note the replies of the calls that this task makes from here on."""
    _tap()
    heard = Heard()
    _CALL.set(heard)
    return heard


def note(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Note a whole reply of the call that this task makes."""
    heard = _CALL.get()
    if heard is not None:
        heard.status, heard.headers, heard.body = status, dict(headers), body


@cache
def _tap() -> None:
    """Let the transports of LiteLLM's clients take notes."""

    def noting(send: Callable[..., Awaitable[Any]]) -> Any:
        async def handle(transport: Any, request: Any) -> Any:
            response = await send(transport, request)
            if _CALL.get() is not None:
                note(response.status_code, response.headers, await response.aread())
            return response

        return handle

    for kind in connections.asynchronous():
        kind.handle_async_request = noting(kind.handle_async_request)
