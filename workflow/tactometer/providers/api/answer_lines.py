"""Journal lines from replies of an API: what came back, what it cost, and what is no answer."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tactometer.journal.journal import Line
from tactometer.journal.redaction import Redactor
from tactometer.providers.api.completions import Completion, completion_of
from tactometer.providers.api.token_prices import Prices
from tactometer.providers.provider import Ask
from tactometer.replies.stop_reasons import no_answer

ROOM = 1024  # bytes allowed for what a provider puts round the messages
DOUBT = 2  # answers without the log-probabilities asked for, and none with: the server gives none


class Reader:
    """Reads every reply to a line of the journal, whatever it is: each is paid for.

    `exact`: log-probabilities were asked for; `longest`: the cap on an answer's tokens.
    """

    def __init__(
        self, exact: bool, prices: Prices | None, longest: int | None, redact: Redactor
    ) -> None:
        self._exact, self._prices, self._longest = exact, prices, longest
        self._redact = redact
        self._with, self._without = 0, 0  # answers by whether they have log-probabilities

    def line(self, ask: Ask, reply: Any, seconds: float | None) -> Line:
        """What a reply says; one that cannot be read is kept as it stands, and is no answer."""
        found = completion_of(reply, len(ask.row["options"]), self._exact)
        return self._checked(self._line(ask, found, seconds), reply)

    def unreadable(self, ask: Ask, body: str, seconds: float | None) -> Line:
        """A whole body that is not even JSON."""
        return self._line(ask, Completion(reason="error", raw=body), seconds)

    def filtered(self, ask: Ask) -> Line:
        """The provider's filter refused the prompt: an answer too, one that cannot be read."""
        line = Line(ask.key, ask.row["request"], ask.sample, None, finish_reason="content_filter")
        cost = self._prices.worst(size(ask), 0) if self._prices else 0.0
        return replace(line, cost_usd=cost, assumed=True) if cost else line

    def worst(self, ask: Ask) -> float:
        """The most that a call can cost, in US dollars."""
        return self._prices.worst(size(ask), self._longest or 0) if self._prices else 0.0

    @property
    def without_logprobs(self) -> bool:
        """Whether the server gives no log-probabilities, as far as its answers show."""
        return self._without >= DOUBT and not self._with

    @property
    def in_doubt(self) -> bool:
        """Whether the answers so far lack log-probabilities that were asked for."""
        return bool(self._without) and not self._with

    def _checked(self, line: Line, reply: Any) -> Line:
        """An answer without the log-probabilities that were asked for is none."""
        if not self._exact or no_answer(line.entries()) not in (None, "cut"):
            return line
        if line.logprobs is not None:
            self._with += 1
            return line
        self._without += 1
        return replace(line, reason="error", raw=self._verbatim(json.dumps(reply, default=str)))

    def _line(self, ask: Ask, found: Completion, seconds: float | None) -> Line:
        cost, assumed = self._cost(ask, found)
        return Line(
            key=ask.key,
            request=ask.row["request"],
            sample=ask.sample,
            text=self._verbatim(found.text),
            thinking=self._verbatim(found.thinking),
            logprobs=found.logprobs if found.reason is None else None,
            usage=found.usage,
            cost_usd=cost,
            finish_reason=found.finish_reason,
            model=self._verbatim(found.model),
            seconds=None if seconds is None else round(seconds, 3),
            reason=found.reason,
            raw=self._verbatim(found.raw),
            assumed=assumed or None,
            told_usd=found.cost,
            fingerprint=self._verbatim(found.fingerprint),
        )

    def _cost(self, ask: Ask, found: Completion) -> tuple[float | None, bool]:
        """What a call cost, and whether that is its worst case, because its usage was not told."""
        if self._prices is None:
            return None, False
        if _told(found.usage, bool(found.text or found.thinking)):
            return self._prices.cost(found.usage), False
        worst = self.worst(ask)
        return worst, worst > 0.0

    def _verbatim(self, text: str | None) -> str | None:
        return None if text is None else self._redact.known(text)


def _told(usage: Mapping[str, int], said: bool) -> bool:
    """Whether a usage can be what a call took: a prompt has tokens, and so has a text."""
    completion = usage.get("completion_tokens")
    return bool(usage.get("prompt_tokens")) and (bool(completion) or (completion == 0 and not said))


def size(ask: Ask) -> int:
    """The most tokens that a prompt can have: a token has at least one byte."""
    return ROOM + sum(len(m["content"].encode()) for m in ask.row["messages"])
