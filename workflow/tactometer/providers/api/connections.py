"""Whom a connection trusts: authorities of one's own for TLS, and redirections, which are refused.

Proxies (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) are the business of the HTTP clients themselves. No
request follows a redirection: a POST would become a GET, and a key would go to another host.
"""

import os
import ssl
from functools import cache
from pathlib import Path
from typing import Any

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


@cache
def _stay() -> None:
    """Refuse redirections in every client of httpx, whoever makes it and with what settings."""
    import httpx

    def refuse(client: Any, request: httpx.Request, response: httpx.Response) -> httpx.Request:
        raise Refused(response.status_code, dict(response.headers), "")

    for kind in (httpx.Client, httpx.AsyncClient):
        kind._build_redirect_request = refuse  # type: ignore[assignment,method-assign]
