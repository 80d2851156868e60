"""Token usage, cost and time of the answers in a journal, as the providers reported them."""

from collections.abc import Iterable
from typing import Any

from tactometer.replies.journal_line import JournalLine

RARE = ("assumed_usd", "told_usd")  # sums that only stand where there is something to add up
TOKENS = ("prompt_tokens", "completion_tokens", "reasoning_tokens")


def add_up(lines: Iterable[JournalLine]) -> dict[str, Any]:
    """Total usage over the lines of a journal.

    `lines` counts all answers, also those to prompts that the study no longer has: they were paid
    for. Tokens and `cost_usd` (US dollars) are sums of what was told, null where nothing was; of
    `cost_usd`, `assumed_usd` is the worst case of calls whose usage was not told, and `told_usd` is
    what the provider itself says, where it says so;
    `first_at` and `last_at` are ISO 8601 times in UTC, `models` the names that servers reported.
    """
    count, models = 0, set()
    sums: dict[str, float | None] = dict.fromkeys((*TOKENS, "cost_usd", *RARE))
    first: str | None = None
    last: str | None = None
    for line in lines:
        count += 1
        told = {**(line.get("usage") or {}), "cost_usd": line.get("cost_usd")}
        told["told_usd"] = line.get("told_usd")
        told["assumed_usd"] = line.get("cost_usd") if line.get("assumed") else None
        for name in sums:
            if told.get(name) is not None:
                sums[name] = (sums[name] or 0) + told[name]
        if line.get("model"):
            models.add(line["model"])
        at = line.get("at")
        first, last = min(filter(None, (first, at)), default=None), max(last or "", at or "")
    times = {"first_at": first, "last_at": last or None}
    sums = {k: v for k, v in sums.items() if k not in RARE or v is not None}
    return {"lines": count, **sums, **times, "models": sorted(models)}
