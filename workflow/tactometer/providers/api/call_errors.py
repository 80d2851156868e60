"""Classify API errors: which are transient and worth a retry, and which are final."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

AGAIN = {408, 409, 425, 429}  # of the 4xx; every other one is the caller's fault
LONGEST_PAUSE = 600.0  # seconds that a server may ask us to wait
_QUOTA = ("insufficient_quota", "exceeded your current quota", "credit balance is too low")
_MEANING = {
    401: "the key was refused",
    403: "the key may not use this model",
    404: "the server does not know this model or address",
    402: "the account has no credit",
}


@dataclass(frozen=True)
class Trouble:
    """A call that failed, `reason` without keys.

    `final`: no call of this study would fare better. `after`: seconds to wait that the server
    asked for. `charged`: whether it may be on the bill; a call that broke off may.
    """

    reason: str
    final: bool = False
    filtered: bool = False
    after: float | None = None
    throttled: bool = False
    charged: bool = False


class Malformed(Exception):
    """A reply that is no chat completion."""


def within_reply(error: BaseException | None) -> dict[str, Any] | None:
    """The error that stood in a reply whose HTTP status was that of a success; None for others.

    LiteLLM raises it as an exception of no class of its own, with a status and a message, which
    its classes then wrap; those of an HTTP status are of a class from the start.
    """
    while error is not None:
        if type(error) is Exception and hasattr(error, "status_code"):
            return {"code": error.status_code, "message": getattr(error, "message", None)}
        error = error.__cause__ or error.__context__
    return None


def of(error: Exception, redact: Callable[[str], str]) -> Trouble:
    """Tell errors of a transport apart, by status: LiteLLM's classes overlap."""
    kind = type(error).__name__
    said = " ".join(redact(str(error)).removeprefix("litellm.").split())
    said = said[:300] if said else kind
    status = getattr(error, "status_code", None)
    headers = getattr(error, "litellm_response_headers", None) or getattr(error, "headers", None)
    if isinstance(error, TimeoutError):
        return Trouble("no answer came in time", charged=True)
    if isinstance(error, Malformed) or status is None:
        return Trouble(said, charged=True)
    if kind == "ContentPolicyViolationError" or (status == 400 and "content_filter" in said):
        return Trouble(said, filtered=True)
    if kind == "ContextWindowExceededError":
        return Trouble(f"a prompt is too long for the model: {said}", final=True)
    final = (400 <= status < 500 and status not in AGAIN) or (
        status == 429 and any(word in said for word in _QUOTA)
    )
    if final:
        return Trouble(
            f"{_MEANING.get(status, 'the request was refused')} ({status}): {said}", True
        )
    broke_off = status == 408 or status < 400 or headers is None
    return Trouble(
        said, after=_after(headers), throttled=status == 429, charged=broke_off and status != 429
    )


def _after(headers: Any) -> float | None:
    """Seconds to wait that a reply's headers ask for, as a number or a date."""
    found = {name.lower(): text for name, text in dict(headers or {}).items()}
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        text = found.get(name)
        if text is None:
            continue
        try:
            seconds = float(text) / unit
        except ValueError:
            try:
                seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
            except (TypeError, ValueError):
                continue
        return min(max(seconds, 0.0), LONGEST_PAUSE)
    return None
