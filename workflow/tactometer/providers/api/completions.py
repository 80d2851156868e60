"""Read chat completions: how they ended, token counts, label log-probabilities, from their JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tactometer.replies.stop_reasons import NO_ANSWER
from tactometer.study.option_labels import LABELS

_LENGTHS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")


@dataclass(frozen=True)
class Outcome:
    """The choice of a completion, why it ended, and why it is no answer where a field of its own
    says so: a refusal, or an error within a reply whose status is that of a success.
    """

    choice: Mapping[str, Any]
    finish_reason: str | None
    reason: str | None = None
    raw: str | None = None


def outcome_of(reply: Mapping[str, Any]) -> Outcome:
    """How a chat completion ended; raises LookupError or TypeError for what is none.

    LiteLLM moves what OpenAI's protocol does not have to `provider_specific_fields`, and gives
    "stop" for a stop reason that it does not know, which stands there as the native one.
    """
    choices = reply.get("choices")
    choice: Mapping[str, Any] = {} if reply.get("error") and not choices else choices[0]  # type: ignore[index]
    extra = choice.get("provider_specific_fields") or {}
    finish = choice.get("finish_reason")
    native = extra.get("native_finish_reason")
    if native and str(native).lower() in NO_ANSWER:
        finish = native
    error = reply.get("error") or choice.get("error") or extra.get("error")
    if error:
        return Outcome(choice, finish or "error", "error", _text(error))
    message = choice["message"]
    refusal = message.get("refusal") or (message.get("provider_specific_fields") or {}).get(
        "refusal"
    )
    if refusal:
        return Outcome(choice, finish, "refused", _text(refusal))
    return Outcome(choice, finish)


def _text(found: Any) -> str:
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


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
