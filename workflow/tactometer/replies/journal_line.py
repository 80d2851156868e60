"""A line of a journal: one answer as it came back, read from JSON."""

from typing import Any, TypedDict


class JournalLine(TypedDict, total=False):
    """The entries of `journal.Line` as JSON has them; old lines lack some.

    `usage` is what the provider reported, whatever it calls it.
    """

    key: str
    request: str
    sample: int
    text: str | None
    thinking: str | None
    logprobs: dict[str, float] | None
    usage: dict[str, Any] | None
    cost_usd: float | None
    finish_reason: str | None
    model: str | None
    seconds: float | None
    at: str
    prompt: str
    reason: str
    raw: str
    forms: int
    scores: dict[str, float]
    assumed: bool
    told_usd: float
    fingerprint: str
