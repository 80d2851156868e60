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

_SESSIONS: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()
_OF_THE_WIRE = ("content-encoding", "transfer-encoding", "content-length")  # of a body not read yet


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

    loop = asyncio.get_running_loop()
    if (session := _SESSIONS.get(loop)) is None:
        session = _SESSIONS[loop] = connections.session({"content-type": "application/json"})
    try:
        with map_aiohttp_exceptions():
            async with session.post(
                url, data=body, headers=headers, timeout=_limit(timeout), allow_redirects=False
            ) as reply:
                said = await reply.read()
    except httpx.TimeoutException as error:
        raise litellm.Timeout(
            message=f"no answer came in time ({error})",
            model="",
            llm_provider="",
        ) from None
    overheard.note(reply.status, reply.headers, said)
    told = [(k, v) for k, v in reply.headers.items() if k.lower() not in _OF_THE_WIRE]
    response = httpx.Response(reply.status, headers=told, content=said, request=_request(url))
    response.raise_for_status()
    return response


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
