"""Read chat completions: text, how they ended, token counts, label log-probabilities, from their
JSON. Whatever came, reading it raises nothing: what cannot be read is kept as it stands.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tactometer.replies.stop_reasons import NO_ANSWER
from tactometer.study.option_labels import LABELS

_LENGTHS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")
_MOST = 10**12  # tokens: what is more is no count
_OF_PROMPT = ("cached_tokens", "written_tokens", "prompt_audio_tokens")  # parts of a prompt
_ODD = (AttributeError, LookupError, TypeError, ValueError, OverflowError)


@dataclass(frozen=True)
class Completion:
    """What one reply says: `text`, `thinking`, `logprobs` of the labels in nats, `usage` as far as
    it was told, and how it ended.

    `reason` says why it is no answer where a field of its own does: a refusal, an error within a
    reply whose status is that of a success, or a reply that cannot be read; `raw` is then what
    stood there, verbatim. `cost` is what the provider says that the call
    cost, in US dollars; `fingerprint` its name for what the model ran on.
    """

    text: str | None = None
    thinking: str | None = None
    logprobs: dict[str, float] | None = None
    usage: dict[str, int] = field(default_factory=dict)
    finish_reason: str | None = None
    model: str | None = None
    reason: str | None = None
    raw: str | None = None
    cost: float | None = None
    fingerprint: str | None = None


def completion_of(reply: Any, options: int, exact: bool) -> Completion:
    """Read a chat completion; with `exact`, its label log-probabilities over so many options.

    LiteLLM moves what OpenAI's protocol does not have to `provider_specific_fields`, and gives
    "stop" for a stop reason that it does not know, which stands there as the native one.
    """
    if not isinstance(reply, Mapping):
        return Completion(reason="error", raw=_text(reply))
    head = Completion(
        usage=token_counts(reply.get("usage")),
        model=_name(reply.get("model")),
        cost=_dollars(_mapping(reply.get("usage")).get("cost")),
        fingerprint=_name(reply.get("system_fingerprint")),
    )
    told = error_of(reply)
    if told is not None:
        return replace(head, finish_reason="error", reason="error", raw=_text(told))
    try:
        return _choice(reply["choices"][0], reply.get("error"), head, options, exact)
    except _ODD:
        return replace(head, reason="error", raw=_text(reply))


def error_of(reply: Any) -> Any:
    """The error that stands in a reply in place of an answer; None where it has none."""
    told = _mapping(reply)
    return None if told.get("choices") else told.get("error") or None


def _choice(
    choice: Mapping[str, Any], error: Any, head: Completion, options: int, exact: bool
) -> Completion:
    extra = _mapping(choice.get("provider_specific_fields"))
    finish = _name(choice.get("finish_reason"))
    native = extra.get("native_finish_reason")
    if native and str(native).lower() in NO_ANSWER:
        finish = str(native)
    error = error or choice.get("error") or extra.get("error")
    said = _message(_mapping(choice.get("message")) if error else choice["message"])
    found = replace(head, text=said.text, thinking=said.thinking, finish_reason=finish)
    if error:
        finish = finish or "error"
        return replace(found, finish_reason=finish, reason="error", raw=_text(error))
    if said.raw:
        return replace(found, reason="refused", raw=said.raw)
    if not exact:
        return found
    try:
        return replace(found, logprobs=label_logprobs(choice, options))
    except _ODD:
        return replace(found, reason="error", raw=_text(choice))


def _message(message: Mapping[str, Any]) -> Completion:
    """Text and thought of a message; its refusal stands in `raw`."""
    text, thought = _parts(message.get("content"))
    thinking = message.get("reasoning_content") or message.get("reasoning") or thought
    refusal = message.get("refusal")
    refusal = refusal or _mapping(message.get("provider_specific_fields")).get("refusal")
    return Completion(text, _name(thinking), raw=_text(refusal) if refusal else None)


def _parts(content: Any) -> tuple[str | None, str | None]:
    """Text and thought in a message's content: a text, nothing, or a list of parts (Mistral)."""
    if content is None or isinstance(content, str):
        return content, None
    if not isinstance(content, list):
        raise TypeError(content)
    texts, thoughts = [], []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif "thinking" in part:
            thoughts.append(_parts(part["thinking"])[0] or "")
        else:
            texts.append(_parts(part["text"])[0] or "")
    return "".join(texts), "".join(thoughts) or None


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _name(found: Any) -> str | None:
    return None if found is None else _text(found)


def _text(found: Any) -> str:
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str)


def longest_answer(sent: Mapping[str, Any]) -> int | None:
    """The cap on an answer's tokens in the parameters as sent, if they hold one."""
    every = {**sent.get("extra_body", {}), **sent}
    return next((int(every[name]) for name in _LENGTHS if every.get(name)), None)


def token_counts(usage: Any) -> dict[str, int]:
    """Token counts as reported; those that are not, or are no counts, are left out."""
    usage = _mapping(usage)
    details = {
        name: _mapping(usage.get(f"{name}_tokens_details")) for name in ("prompt", "completion")
    }
    told = {
        name: usage.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")
    }
    told["reasoning_tokens"] = details["completion"].get("reasoning_tokens")
    told["cached_tokens"] = details["prompt"].get("cached_tokens")
    found = {name: count for name, count in told.items() if _counts(count)}
    rare = {
        "written_tokens": details["prompt"].get("cache_creation_tokens"),
        "prompt_audio_tokens": details["prompt"].get("audio_tokens"),
        "completion_audio_tokens": details["completion"].get("audio_tokens"),
    }
    found |= {name: count for name, count in rare.items() if _counts(count) and count}
    if sum(found.get(name, 0) for name in _OF_PROMPT) > found.get("prompt_tokens", 0):
        found = {name: count for name, count in found.items() if name not in _OF_PROMPT}
    return found


def _dollars(cost: Any) -> float | None:
    """What a call cost as its provider says so (OpenRouter), in US dollars."""
    number = isinstance(cost, int | float) and not isinstance(cost, bool)
    return float(cost) if number and 0.0 <= cost < _MOST else None


def _counts(count: Any) -> bool:
    return isinstance(count, int) and not isinstance(count, bool) and 0 <= count < _MOST


def label_logprobs(choice: Mapping[str, Any], options: int) -> dict[str, float] | None:
    """Log-probability in nats of each label as first token, its forms " A" and "A" together.

    A label that is not among the top tokens is left out: it has less than the last of them; so is
    one so unlikely that its probability is none. Raises ValueError for one that is no number.
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
            mass[label] = mass.get(label, 0.0) + _probability(top["logprob"])
    return {label: math.log(mass[label]) for label in sorted(mass) if mass[label] > 0.0}


def _probability(logprob: Any) -> float:
    if isinstance(logprob, bool) or not logprob < math.inf:
        raise ValueError(logprob)  # NaN too
    return math.exp(min(logprob, 700.0))
