"""What goes over the wire to an API, proven before anything is spent.

LiteLLM translates parameters for each provider, and some it leaves out in silence. Here every
parameter is either seen to arrive or refused.
"""

import gc
import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from tactometer.study.wire_settings import together
from tactometer.utils.errors import UserError

TOP_LOGPROBS = 20  # the most that the providers give


def litellm() -> Any:
    """LiteLLM, imported late: 3 s and 170 MB; without network, `.env` files or banners."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    first = "litellm" not in sys.modules
    try:
        import litellm
    except ImportError:
        raise UserError(
            "provider api needs LiteLLM, which is not installed here: run `pip install "
            "'tactometer[api]'` or `make env`."
        ) from None
    if first:  # half a million objects that stay: to look through them again and again is slow
        gc.freeze()
    import logging

    litellm.suppress_debug_info = True
    litellm.drop_params = False
    litellm.telemetry = False
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx", "openai"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return litellm


def parameters(estimator: Mapping[str, Any], *wires: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a call: the estimator's, then the model's and the checkpoint's own."""
    if estimator["kind"] == "label_logprob":
        own = {"max_tokens": 1, "temperature": 0.0, "logprobs": True, "top_logprobs": TOP_LOGPROBS}
    else:
        own = {k: estimator[k] for k in ("temperature", "max_tokens") if k in estimator}
    return together(own, *wires)


def verify(source: str, wanted: Mapping[str, Any], api_base: str | None, place: str) -> Any:
    """Translate parameters as LiteLLM will for a call, and prove that each of them arrives.

    Gives what will be sent. Raises UserError, which opens with `place`, for an unknown provider
    and for a parameter that is refused or left out in silence.
    """
    api = litellm()
    try:
        model, provider, _, _ = api.get_llm_provider(source, api_base=api_base)
    except Exception:
        raise UserError(
            f"{place}, key source: LiteLLM knows no provider for {source!r}; write PROVIDER/MODEL, "
            "for an OpenAI-compatible server openai/MODEL with api_base."
        ) from None

    def translate(given: Mapping[str, Any]) -> dict[str, Any]:
        sent: dict[str, Any] = api.get_optional_params(
            model=model, custom_llm_provider=provider, drop_params=False, **given
        )
        return sent

    try:
        sent = translate(wanted)
    except Exception as error:
        raise UserError(_refused(source, wanted, str(error), place)) from None
    for key, value in wanted.items():
        if not _arrives(key, value, sent, lambda key=key: translate(_without(wanted, key))):
            raise UserError(
                f"{place}: {source} would never see {key}={json.dumps(value)}, because LiteLLM "
                f"leaves it out; it would send {json.dumps(sent, default=str)}: name the "
                "parameter under wire as this provider has it."
            )
    return sent


def _without(wanted: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in wanted.items() if k != key}


def _arrives(key: str, value: Any, sent: Mapping[str, Any], otherwise: Any) -> bool:
    """Whether a parameter is sent as it is, or translated with all its numbers."""
    if value in (sent.get(key), sent.get("extra_body", {}).get(key)):
        return True
    if not set(_numbers(value)) <= set(_numbers(sent)):
        return False
    try:
        return bool(otherwise() != sent)
    except Exception:  # the others are refused without it, so it counts
        return True


def _numbers(value: Any) -> Iterator[float]:
    """Every number within a JSON value."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def _refused(source: str, wanted: Mapping[str, Any], said: str, place: str) -> str:
    lines = said.split(" To drop")[0].splitlines() or ["no reason given"]
    reason = lines[0].split("Error: ")[-1].strip(" .")
    if wanted.get("logprobs"):
        return (
            f"{place}, key estimator: {source} takes no request for log-probabilities ({reason}); "
            "write estimator: {kind: samples, k: 10} to repeat the question instead."
        )
    return f"{place}, key wire: {source} cannot be asked like this: {reason}."
