"""Record HTTP calls beneath LiteLLM, word for word, or answer them by a reply in hand.

LiteLLM raises errors of its own for a reply that it cannot translate, and shortens what a provider
says of an error. What was said counts here, so each request and reply of a call is noted before
LiteLLM reads it. And a reply that came another way is read by LiteLLM as if it had asked.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tactometer.providers.api import connections
from tactometer.providers.api.copied_requests import Sent

_OF_THE_WIRE = ("content-encoding", "transfer-encoding", "content-length")  # of a body not read yet


@dataclass
class Heard:
    """The last reply of one call, if any came whole, and the request that it answers.

    With `in_hand` its status, headers and body are what the call gets, and nothing goes out.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    sent: Sent | None = None
    in_hand: bool = False


_CALL: ContextVar[Heard | None] = ContextVar("call", default=None)


def listen() -> Heard:
    """Note the calls that this task makes from here on."""
    return _set(Heard())


def answer(status: int, headers: Mapping[str, str], body: bytes) -> Heard:
    """Let the calls that this task makes from here on get this reply, and go nowhere."""
    return _set(Heard(status, dict(headers), body, in_hand=True))


def _set(heard: Heard) -> Heard:
    _tap()
    _CALL.set(heard)
    return heard


def in_hand() -> Heard | None:
    """The reply that the call of this task gets without being sent."""
    heard = _CALL.get()
    return heard if heard is not None and heard.in_hand else None


def note(sent: Sent, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Note a whole reply of the call that this task makes, and what it answers."""
    heard = _CALL.get()
    if heard is not None:
        heard.sent, heard.status, heard.headers, heard.body = sent, status, dict(headers), body


def response(status: int, headers: Mapping[str, str], body: bytes, request: Any) -> Any:
    """A reply that was read, as httpx has it."""
    import httpx

    told = [(k, v) for k, v in headers.items() if k.lower() not in _OF_THE_WIRE]
    return httpx.Response(status, headers=told, content=body, request=request)


@cache
def _tap() -> None:
    """Let the transports of LiteLLM's clients take notes."""

    def noting(send: Callable[..., Awaitable[Any]]) -> Any:
        async def handle(transport: Any, request: Any) -> Any:
            if (ready := in_hand()) is not None:
                return response(ready.status or 0, ready.headers, ready.body, request)
            reply = await send(transport, request)
            if _CALL.get() is not None:
                sent = Sent.of(str(request.url), request.headers, await request.aread())
                note(sent, reply.status_code, reply.headers, await reply.aread())
            return reply

        return handle

    for kind in connections.asynchronous():
        kind.handle_async_request = noting(kind.handle_async_request)
