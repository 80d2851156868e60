"""LiteLLM's requests over a pool of connections of ours.

LiteLLM builds a request and reads its reply; between the two its client spends as much of the
processor as both (a request and a response of httpx, cookies, a service log), and sends once more
by itself what found no connection. Its POST of a whole body goes out by aiohttp instead, once; any
other goes by its own client.
"""

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from tactometer.providers.api import connections, overheard
from tactometer.providers.api.copied_requests import Sent

_SESSIONS: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()


@cache
def take_over() -> None:
    """Let LiteLLM's client for most providers post so."""
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    usual = AsyncHTTPHandler.post

    async def post(
        handler: Any,
        url: str,
        data: Any = None,
        json: Any = None,
        params: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: Any = None,
        stream: bool = False,
        logging_obj: Any = None,
        files: Any = None,
        content: Any = None,
    ) -> Any:
        body = _body(data, json)
        if body is None or params or stream or files or content is not None:
            more = {"stream": stream, "logging_obj": logging_obj, "files": files}
            return await usual(handler, url, data, json, params, headers, timeout,
                               **more, content=content)  # fmt: skip
        agent = {"user-agent": handler.client.headers.get("user-agent", "")}
        return await _post(url, body, {**agent, **(headers or {})}, timeout or handler.timeout)

    AsyncHTTPHandler.post = post


async def close() -> None:
    """Close the connections of this event loop."""
    session = _SESSIONS.pop(asyncio.get_running_loop(), None)
    if session is not None:
        await session.close()


def _body(data: Any, told: Any) -> bytes | None:
    """A whole body; None for a form, which is LiteLLM's business."""
    if isinstance(data, str | bytes):
        return data.encode() if isinstance(data, str) else data
    return json.dumps(told).encode() if data is None and told is not None else None


async def _post(url: str, body: bytes, headers: Mapping[str, str], timeout: Any) -> Any:
    """Send once, and give the reply as httpx has it; raises what LiteLLM's client would."""
    import httpx
    import litellm
    from litellm.llms.custom_httpx.aiohttp_transport import map_aiohttp_exceptions

    ready = overheard.in_hand()
    if ready is not None:
        response = overheard.response(ready.status or 0, ready.headers, ready.body, _request(url))
    else:
        try:
            with map_aiohttp_exceptions():
                status, told, said = await send(url, body, headers, timeout)
        except httpx.TimeoutException as error:
            raise litellm.Timeout(
                message=f"no answer came in time ({error})",
                model="",
                llm_provider="",
            ) from None
        overheard.note(Sent.of(url, headers, body), status, told, said)
        response = overheard.response(status, told, said, _request(url))
    response.raise_for_status()
    return response


async def send(
    url: str, body: bytes, headers: Mapping[str, str], timeout: Any
) -> tuple[int, Mapping[str, str], bytes]:
    """Post a body once, and follow nowhere; gives status, headers and body of the reply."""
    loop = asyncio.get_running_loop()
    if (session := _SESSIONS.get(loop)) is None:
        session = _SESSIONS[loop] = connections.session({"content-type": "application/json"})
    async with session.post(
        url, data=body, headers=headers, timeout=_limit(timeout), allow_redirects=False
    ) as reply:
        return reply.status, reply.headers, await reply.read()


def _limit(timeout: Any) -> Any:
    """Seconds for each step of a call, as LiteLLM's client gives them: the whole has ours."""
    import aiohttp

    steps = {name: getattr(timeout, name, timeout) for name in ("connect", "read", "pool")}
    return aiohttp.ClientTimeout(
        sock_connect=steps["connect"], sock_read=steps["read"], connect=steps["pool"]
    )


@cache
def _request(url: str) -> Any:
    """What a response of httpx has to know of its request."""
    import httpx

    return httpx.Request("POST", url)
