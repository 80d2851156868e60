"""Classify API errors: which are transient and worth a retry, which end the job, and which are one
answer. What is told apart, and by what, stands in docs/providers.md, provider by provider.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tactometer.journal.journal import Line

AGAIN = {408, 409, 425, 429}  # of the 4xx; every other one is the caller's fault
LONGEST_PAUSE = 600.0  # seconds that a server may ask us to wait
_CODES = ("code", "type", "status", "reason", "quotaId", "quota_id")
_FILTERED = re.compile(
    r"content_filter|content management policy|responsibleaipolicy|content_policy_violation"
    r"|invalid_prompt|flagged as potentially violating|requires moderation|flagged_input",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length|prompt is too long"
    r"|exceeds the (?:available|maximum) (?:context|number of tokens)|contextwindowexceeded",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile(
    r"insufficient_quota|credit balance is too low|billing_hard_limit|billing hard limit"
    r"|insufficient (?:credits|balance)|exceeded your current quota",
    re.IGNORECASE,
)
_A_DAY = re.compile(r"per[_ ]?day|a day|daily|\((?:RPD|TPD)\)", re.IGNORECASE)
_A_MINUTE = re.compile(r"per[_ ]?minute|a minute|\((?:RPM|TPM)\)", re.IGNORECASE)
_WAIT = re.compile(
    r"(?:retry|try again|wait)[^.\d]{0,20}?((?:\d+(?:\.\d+)?\s*(?:ms|h|m|s)[a-z]*\s*)+)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|h|m|s)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_MEANING = {
    401: "the key was refused",
    403: "the key may not use this model",
    404: "the server does not know this model or address",
    402: "the account has no credit",
}
_WORDS = {  # codes in words, in replies whose status is that of a success
    "rate_limit": 429,
    "resource_exhausted": 429,
    "overloaded": 529,
    "unavailable": 503,
    "timeout": 504,
    "server_error": 500,
    "internal": 500,
    "authentication": 401,
    "permission": 403,
    "insufficient_quota": 402,
}


@dataclass(frozen=True)
class Trouble:
    """A call that failed, `reason` without keys.

    `final`: no call of this study would fare better. `filtered`: the prompt was refused by the
    provider's filter, which is an answer. `after`: seconds to wait that the server asked for.
    `transient`: a further try may fare better. `charged`: whether it may be on the bill; a call
    that broke off may. `line`: the reply, kept although it ends the job.
    """

    reason: str
    final: bool = False
    filtered: bool = False
    after: float | None = None
    throttled: bool = False
    transient: bool = True
    charged: bool = False
    line: Line | None = field(default=None, compare=False)


class Malformed(Exception):
    """A reply that was cut: half of a JSON."""


class Unreadable(Exception):
    """A whole reply that is no JSON; the text is its body."""


class Refused(Exception):
    """An HTTP status that is no success, with what the server said."""

    def __init__(self, status: int, headers: Mapping[str, str], said: str) -> None:
        super().__init__(said)
        self.status_code, self.headers = status, headers


def parsed(body: bytes) -> Any:
    """The JSON of a whole HTTP body; raises Malformed where it was cut, and is to be asked again,
    Unreadable where it was not, and is paid for.
    """
    text = body.decode("utf-8-sig", "replace")
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise Unreadable(text) from None
    except ValueError as error:
        at = getattr(error, "pos", 0)
        begun = text.lstrip()[:1] in ("{", "[")
        if not begun or at >= len(text.rstrip()) or "Unterminated" in str(error):
            raise Malformed("the reply is no whole JSON") from None
        raise Unreadable(text) from None


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


def in_success(error: Any, redact: Callable[[str], str]) -> Trouble:
    """Classify an error that stood in a reply whose status was that of a success, by its code.

    What concerns the account ends the job; what a further try may mend is `throttled` or
    `transient`; all else is one answer that is none.
    """
    told = error if isinstance(error, Mapping) else {}
    status = _status(told.get("code")) or _status(told.get("type")) or 0
    text = error if isinstance(error, str) else json.dumps({"error": error}, default=str)
    found = of(Refused(status or 500, {}, text), redact)
    ends = found.final and (status in (401, 402) or (status == 403 and not found.filtered))
    return replace(
        found,
        final=ends or (found.final and status == 429),
        transient=not found.final and not found.filtered,
        charged=True,
    )


def _status(code: Any) -> int | None:
    """The HTTP status that a code stands for."""
    if isinstance(code, str) and not code.isdecimal():
        words = (number for word, number in _WORDS.items() if word in code.lower())
        return next(words, None)
    try:
        number = int(code)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 400 <= number < 600 else None


def of(error: Exception, redact: Callable[[str], str]) -> Trouble:
    """Tell errors of a transport apart, by status and code: LiteLLM's classes overlap."""
    barred = _wire(error, redact)
    if barred is not None:
        return barred
    kind = type(error).__name__
    whole = str(error).removeprefix("litellm.")
    status = getattr(error, "status_code", None)
    headers = getattr(error, "litellm_response_headers", None) or getattr(error, "headers", None)
    said = redact(" ".join(_message(whole).split()))[:300] or kind
    if isinstance(error, TimeoutError):
        return Trouble("no answer came in time", charged=True)
    if isinstance(error, Malformed) or status is None:
        return Trouble(said, charged=True)
    told = " ".join((kind, whole, *_codes(whole)))
    if status in (400, 403, 422) and (
        kind == "ContentPolicyViolationError" or _FILTERED.search(told)
    ):
        return Trouble(said, filtered=True)
    if status in (400, 413, 422) and _TOO_LONG.search(told):
        return Trouble(f"a prompt is too long for the model: {said}", final=True)
    after = _after(headers)
    if status == 429:
        return _throttled(said, told, _asked_for(whole) if after is None else after)
    if 400 <= status < 500 and status not in AGAIN:
        meaning = _MEANING.get(status, "the request was refused")
        return Trouble(f"{meaning} ({status}): {said}", final=True)
    broke_off = status == 408 or status < 400 or headers is None
    return Trouble(said, after=after, charged=broke_off)


def _wire(error: Exception, redact: Callable[[str], str]) -> Trouble | None:
    """What stands between us and a server, which every call would meet: a redirection, or a
    certificate that nobody here trusts.
    """
    for each in _causes(error):
        if isinstance(each, Refused) and 300 <= each.status_code < 400:
            place = redact(_address({k.lower(): v for k, v in each.headers.items()}))
            return Trouble(
                f"the server sends on to {place} ({each.status_code}), and a key goes nowhere but "
                "where the study says: write that address as api_base",
                final=True,
            )
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        why = re.search(r"certificate verify failed: ([^(\[\]']+)", str(error))
        return Trouble(
            f"the server's certificate is not trusted ({redact(why[1].strip()) if why else '?'}): "
            "where an authority of your own has signed it, name the file of its certificate as "
            "the environment variable SSL_CERT_FILE",
            final=True,
        )
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _address(headers: Mapping[str, str]) -> str:
    """Where a redirection leads, as an api_base: without user, password and what is queried."""
    parts = urlsplit(headers.get("location", ""))
    host = parts.netloc.rpartition("@")[2]
    path = parts.path.removesuffix("/chat/completions").removesuffix("/messages")
    return urlunsplit((parts.scheme, host, path, "", "")) or "nowhere"


def _throttled(said: str, told: str, after: float | None) -> Trouble:
    """A limit a minute passes by waiting; a day's quota and an empty account do not.

    Gemini says "exceeded your current quota" of both, and names the quota.
    """
    if _A_DAY.search(told):
        return Trouble(f"the quota of the day is used up (429): {said}", final=True)
    waits = after is not None or _A_MINUTE.search(told)
    if _NO_CREDIT.search(told) and (not waits or "insufficient_quota" in told):
        return Trouble(f"the request was refused (429): {said}", final=True)
    return Trouble(said, after=after, throttled=True)


def _error(whole: str) -> Any:
    """The error within a body: an object or a text; the body itself where there is none."""
    try:
        body = json.loads(whole)
    except (ValueError, RecursionError):
        return whole
    if isinstance(body, list) and body:
        body = body[0]
    return body.get("error") or body.get("detail") or body if isinstance(body, Mapping) else whole


def _message(whole: str) -> str:
    """What a body says in words, with what the provider behind a router said."""
    error = _error(whole)
    if not isinstance(error, Mapping):
        return error if isinstance(error, str) else whole
    words = error.get("message")
    if not isinstance(words, str):
        return whole
    behind = error.get("metadata")
    raw = behind.get("raw") if isinstance(behind, Mapping) else None
    return f"{words}: {raw}" if isinstance(raw, str) else words


def _codes(whole: str) -> Iterator[str]:
    """Every code of an error, however deep."""

    def within(value: Any) -> Iterator[str]:
        if isinstance(value, Mapping):
            for key, item in value.items():
                if key in _CODES and isinstance(item, str):
                    yield item
                yield from within(item)
        elif isinstance(value, list):
            for item in value:
                yield from within(item)

    yield from within(_error(whole))


def _asked_for(whole: str) -> float | None:
    """Seconds to wait that an error asks for in its body: Google's RetryInfo, or words."""
    told = re.search(r'"retryDelay":\s*"([\d.]+)s"', whole)
    if told:
        return min(float(told[1]), LONGEST_PAUSE)
    words = _WAIT.search(whole)
    if not words:
        return None
    spans = [float(n) * _SECONDS[unit.lower()] for n, unit in _SPAN.findall(words[1])]
    return min(sum(spans), LONGEST_PAUSE)


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
