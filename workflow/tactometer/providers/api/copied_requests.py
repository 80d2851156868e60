"""Requests that copy one of LiteLLM's, with other texts in it.

LiteLLM builds each request of a job from the beginning, which takes most of a call, and they differ
in their messages alone. So where a text goes is learnt from one that LiteLLM sent, and proved by a
second; what is sent then is what LiteLLM would send. One in `AGAIN` is LiteLLM's own again, and
held against its copy: a difference ends the copying. So does whatever is signed or numbered call by
call. Of replies only those in OpenAI's plain form are taken as they stand.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tactometer.providers.api.completions import completion_of
from tactometer.study.option_labels import LABELS

AGAIN = 100
_OF_A_CLIENT = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}
_REPLY = {"id", "object", "created", "model", "choices", "usage", "system_fingerprint",
          "service_tier"}  # fmt: skip
_CHOICE = {"index", "message", "finish_reason", "logprobs"}
_MESSAGE = {"role", "content"}
_USAGE = {"prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details",
          "completion_tokens_details"}  # fmt: skip

Messages = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Sent:
    """A request as it went out; `headers` without those that a client adds for itself."""

    url: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, url: str, headers: Mapping[str, str], body: bytes) -> "Sent":
        own = {name.lower(): text for name, text in headers.items()}
        return cls(url, {k: v for k, v in own.items() if k not in _OF_A_CLIENT}, body)


class Form:
    """A request of LiteLLM's with places for the texts of so many messages."""

    def __init__(self) -> None:
        self._like: Sent | None = None
        self._parts: list[str] = []  # the JSON between the texts
        self._order: list[int] = []  # which message's text follows each part but the last
        self._first: list[str] = []
        self._proved = self._given_up = False
        self._calls = 0

    def copy(self, messages: Messages) -> Sent | None:
        """A request with these messages; None where the next call is LiteLLM's own."""
        if not self._proved:
            return None
        self._calls += 1
        return None if self._calls % AGAIN == 0 else self._filled(messages)

    def see(self, messages: Messages, sent: Sent | None, body: bytes, read: Any) -> None:
        """Learn from a call of LiteLLM's: what it sent, and of its reply the body as it came,
        whatever it is, and what LiteLLM made of it.
        """
        if self._given_up or sent is None:
            return
        raw = _json(body)
        if plain(raw) and _read(raw) != _read(read):
            self.give_up()
        elif self._like is None:
            if plain(raw):
                self._learn(messages, sent)
        elif _texts(messages) != self._first:
            copy = self._filled(messages)
            same = (copy.url, copy.headers) == (sent.url, sent.headers)
            self._proved = same and _json(copy.body) == _json(sent.body)
            self._given_up = not self._proved

    def give_up(self) -> None:
        """Copy nothing any more."""
        self._proved, self._given_up = False, True

    def _learn(self, messages: Messages, sent: Sent) -> None:
        texts, places, body = _texts(messages), [], _json(sent.body)
        for holder, key in _leaves(body):
            if holder[key] in texts:
                places.append(texts.index(holder[key]))
                holder[key] = _PLACE
        if sorted(places) == list(range(len(texts))) and _PLACE not in texts:
            self._like, self._first, self._order = sent, texts, places
            self._parts = json.dumps(body).split(json.dumps(_PLACE))
        else:
            self.give_up()

    def _filled(self, messages: Messages) -> Sent:
        assert self._like is not None
        texts = _texts(messages)
        body = [self._parts[0]]
        for index, part in zip(self._order, self._parts[1:], strict=True):
            body += (json.dumps(texts[index]), part)
        return Sent(self._like.url, self._like.headers, "".join(body).encode())


_PLACE = "\x00a text of a message\x00"


def plain(reply: Any) -> bool:
    """Whether a reply is a chat completion in OpenAI's form with nothing in it that would have to
    be translated: one choice, a text, an end by "stop" or "length".
    """
    try:
        choice = reply["choices"][0]
        message = choice["message"]
        return (
            len(reply["choices"]) == 1
            and isinstance(message["content"], str)
            and choice["finish_reason"] in ("stop", "length")
            and all(_only(part, names) for part, names in (
                (reply, _REPLY), (choice, _CHOICE), (message, _MESSAGE), (reply["usage"], _USAGE),
            ))
        )  # fmt: skip
    except (LookupError, TypeError, AttributeError):
        return False


def _only(part: Mapping[str, Any], names: set[str]) -> bool:
    """Whether all that a part of a reply says stands under these names."""
    return all(key in names or value is None or value == [] for key, value in part.items())


def _read(reply: Any) -> Any:
    return completion_of(reply, len(LABELS), exact=True)


def _json(body: bytes) -> Any:
    """A body's JSON; {} for any other, in which no text has a place."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return {}


def _texts(messages: Messages) -> list[str]:
    return [message["content"] for message in messages]


def _leaves(body: Any) -> Iterator[tuple[Any, Any]]:
    """Every text in a JSON, in order, as its holder and its key there."""
    for key, item in body.items() if isinstance(body, dict) else enumerate(body):
        if isinstance(item, dict | list):
            yield from _leaves(item)
        elif isinstance(item, str):
            yield body, key
