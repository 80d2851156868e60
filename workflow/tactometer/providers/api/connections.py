"""Whom a connection trusts: authorities of one's own for TLS, and redirections, which are refused.

Proxies (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) are the business of the HTTP clients themselves. No
request follows a redirection: a POST would become a GET, and a key would go to another host.
"""

import os
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import getproxies

from tactometer.providers.api.call_errors import Refused
from tactometer.utils.errors import UserError

BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Variables that name a file of authorities, the first of them first."""


def bundle() -> str | None:
    """The file of authorities that the environment names; raises UserError for one that is none."""
    name = next((name for name in BUNDLES if os.environ.get(name)), None)
    if name is None:
        return None
    path = os.environ[name]
    if not Path(path).is_file():
        raise UserError(
            f"the environment variable {name} names {path}, which is no file: name one with the "
            "certificates of your authorities (PEM), or unset it."
        )
    return path


def context() -> ssl.SSLContext:
    """TLS that trusts the authorities of the environment, else those of the system."""
    path = bundle()
    try:
        return _context(path, Path(path).stat().st_mtime_ns if path else 0)
    except ssl.SSLError:
        raise UserError(
            f"{path} holds no certificate that can be read: name a file of certificates (PEM) as "
            f"{' or '.join(BUNDLES)}, or unset it."
        ) from None


@cache
def _context(path: str | None, written: int) -> ssl.SSLContext:
    """Reading a system's authorities takes a tenth of a second: once for all that is asked."""
    return ssl.create_default_context(cafile=path)


def secure() -> None:
    """Let the HTTP clients of LiteLLM trust the same authorities, and follow no redirection."""
    context()
    path = bundle()
    if path is not None:
        os.environ["SSL_CERT_FILE"] = path  # the one that they all go by
    _stay()


def asynchronous() -> tuple[Any, ...]:
    """The transports that clients of LiteLLM and of the packages below it send by."""
    import httpx
    from litellm.llms.custom_httpx.aiohttp_transport import LiteLLMAiohttpTransport

    return httpx.AsyncHTTPTransport, LiteLLMAiohttpTransport


@cache
def _stay() -> None:
    """Refuse redirections in the transports, beneath every client of httpx, whoever makes it and
    with what settings.
    """
    import httpx

    def staying(send: Callable[..., Any]) -> Callable[..., Any]:
        return lambda transport, request: _refuse(send(transport, request))

    def staying_too(send: Callable[..., Awaitable[Any]]) -> Any:
        async def handle(transport: Any, request: Any) -> Any:
            return _refuse(await send(transport, request))

        return handle

    httpx.HTTPTransport.handle_request = staying(httpx.HTTPTransport.handle_request)  # type: ignore[method-assign]
    for kind in asynchronous():
        kind.handle_async_request = staying_too(kind.handle_async_request)


def _refuse(response: Any) -> Any:
    if response.has_redirect_location:
        raise Refused(response.status_code, dict(response.headers), "")
    return response


def session(headers: Mapping[str, str]) -> Any:
    """A pool of connections of one event loop, as many as are needed at once; close it there."""
    import aiohttp

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=context()),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
        # HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as LiteLLM has them; looked up for every call
        trust_env=bool(getproxies()),
    )
