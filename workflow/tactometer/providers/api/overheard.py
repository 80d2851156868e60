"""Record HTTP replies beneath LiteLLM, word for word.

LiteLLM raises errors of its own for a reply that it cannot translate, and shortens what a provider
says of an error. What was said counts here, so its HTTP client is given a transport that notes
each reply of a call before LiteLLM reads it.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any


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


@cache
def _tap() -> None:
    """Give LiteLLM's clients, which are made after this, a transport that takes notes."""
    import httpx
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    class Tap(httpx.AsyncBaseTransport):
        """A transport that sends by another and notes what came back."""

        def __init__(self, inner: Any) -> None:
            self._inner = inner

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response: httpx.Response = await self._inner.handle_async_request(request)
            heard = _CALL.get()
            if heard is not None:
                heard.body = await response.aread()
                heard.status, heard.headers = response.status_code, dict(response.headers)
            return response

        async def aclose(self) -> None:
            await self._inner.aclose()

    usual = AsyncHTTPHandler.create_async_transport

    def tapped(*given: Any, **named: Any) -> Any:
        inner = usual(*given, **named)
        return None if inner is None else Tap(inner)

    AsyncHTTPHandler.create_async_transport = staticmethod(tapped)
