"""Read chat completions: token counts and label log-probabilities, from their JSON."""

import math
from collections.abc import Mapping
from typing import Any

from tactometer.study.option_labels import LABELS

_LENGTHS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")


def longest_answer(sent: Mapping[str, Any]) -> int | None:
    """The cap on an answer's tokens in the parameters as sent, if they hold one."""
    every = {**sent.get("extra_body", {}), **sent}
    return next((int(every[name]) for name in _LENGTHS if every.get(name)), None)


def token_counts(usage: Mapping[str, Any] | None) -> dict[str, Any]:
    """Token counts as reported; those that are not are left out."""
    usage = usage or {}
    prompt = usage.get("prompt_tokens_details") or {}
    completion = usage.get("completion_tokens_details") or {}
    found = {name: usage.get(name) for name in ("prompt_tokens", "completion_tokens")}
    found["total_tokens"] = usage.get("total_tokens")
    found["reasoning_tokens"] = completion.get("reasoning_tokens")
    found["cached_tokens"] = prompt.get("cached_tokens")
    return {name: count for name, count in found.items() if count is not None}


def label_logprobs(choice: Mapping[str, Any], options: int) -> dict[str, float] | None:
    """Log-probability in nats of each label as first token, its forms " A" and "A" together.

    A label that is not among the top tokens is left out: it has less than the last of them.
    """
    content = (choice.get("logprobs") or {}).get("content")
    if not content or not content[0].get("top_logprobs"):
        return None
    mass: dict[str, float] = {}
    for top in content[0]["top_logprobs"]:
        label = top["token"].strip(
            " \u2581\u0120"
        )  # a space, as SentencePiece and BPE write it too
        if len(label) == 1 and label in LABELS[:options]:
            mass[label] = mass.get(label, 0.0) + math.exp(top["logprob"])
    return {label: math.log(mass[label]) for label in sorted(mass)}
