"""Final requests: the JSON that LiteLLM makes of messages and parameters, caught before it leaves.

LiteLLM translates parameters for each provider, several words of effort to one sometimes, and
changes messages for some. What it would send is seen by its own way up to the call, which it then
does not make.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tactometer.providers.api import parameters
from tactometer.study.wire_settings import wire_of
from tactometer.utils.digests import canonical
from tactometer.utils.errors import UserError

Messages = Sequence[Mapping[str, str]]
Settings = Mapping[str, Any]
PLAIN = ("openai/", "hosted_vllm/")  # with an api_base: servers of one's own
NOWHERE = "http://127.0.0.1:9"  # where a call would end that was made after all
NO_KEY = "no-key-since-nothing-is-sent"
SYSTEM, USER = "What stands in the system message.", "What stands in the user message."
BARE: Messages = ({"role": "user", "content": USER},)
BOTH: Messages = ({"role": "system", "content": SYSTEM}, *BARE)
_TEXTS = frozenset({"content", "text", "system", "prompt", "preamble", "message", "chat_history"})


def plain(settings: Settings) -> bool:
    """Whether a server of one's own is spoken to in OpenAI's protocol, by a plain POST."""
    return settings.get("api_base") is not None and settings["source"].startswith(PLAIN)


def final_request(
    source: str, base: str | None, wanted: Mapping[str, Any], messages: Messages
) -> dict[str, Any] | None:
    """The body of a request as LiteLLM would send it; None where it does not show it.

    Raises nothing for what LiteLLM refuses: `parameters.verify` tells that.
    """
    api = parameters.litellm()
    from litellm.litellm_core_utils.litellm_logging import Logging

    log = Logging(
        model=source,
        messages=[],
        stream=False,
        call_type="completion",
        litellm_call_id="final-request",
        start_time=datetime.now(),
        function_id="final-request",
        log_raw_request_response=True,
        raw_request_only=True,  # LiteLLM stops itself where it would call
    )
    try:
        model, provider, _, _ = api.get_llm_provider(source, api_base=base)
        api.completion(
            model=model,
            custom_llm_provider=provider,
            messages=[dict(message) for message in messages],
            litellm_logging_obj=log,
            api_base=NOWHERE,
            api_key=NO_KEY,
            max_retries=0,
            timeout=1.0,
            **wanted,
        )
    except Exception:  # it always ends so: by the stop, or by what it lacks to get there
        pass
    caught = log.model_call_details.get("raw_request_typed_dict") or {}
    body: dict[str, Any] | None = caught.get("raw_request_body") or None
    return body


def wanted_of(settings: Settings, wire: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of the calls of a checkpoint, `wire` its own, before LiteLLM translates."""
    return parameters.parameters(settings["estimator"], wire_of(settings), wire)


def compare(settings: Settings, place: str) -> None:
    """Hold the final requests of a model's checkpoints against each other.

    Raises UserError, which opens with `place`, for two that are the same without the study saying
    so (`same_as`), and for two that differ though it does. A checkpoint whose parameters are
    refused is left to its own job, which tells that.
    """
    checkpoints = {name: own or {} for name, own in settings["checkpoints"].items()}
    if len(checkpoints) < 2:
        return
    found: dict[str, str] = {}
    for name in checkpoints:
        try:
            found[name] = canonical(_requests(settings, name, place))
        except UserError:
            continue
    for name, own in checkpoints.items():
        other = own.get("same_as")
        if {name, other} <= found.keys() and found[name] != found[str(other)]:
            raise UserError(
                f"{place}, key checkpoints.{name}.same_as: {name} and {other} send different "
                "requests; remove the key, or give both the same wire."
            )
    meant = _meant(checkpoints)
    first: dict[str, str] = {}
    for name, request in found.items():
        same = first.setdefault(request, name)
        if meant[same] != meant[name]:
            raise UserError(
                f"{place}, key checkpoints.{name}: {same} and {name} go over the wire as one and "
                f"the same request{_as_sent(settings, name, place)}, so they would be one "
                f"condition under two names; change the wire of one or remove it, or write "
                f"same_as: {same} below {name} where that is meant."
            )


def _requests(settings: Settings, checkpoint: str, place: str) -> list[Any]:
    """What a checkpoint sends for messages with and without a system message."""
    source, base = settings["source"], settings.get("api_base")
    wanted = wanted_of(settings, wire_of(settings["checkpoints"][checkpoint] or {}))
    sent = parameters.verify(source, wanted, base, place)
    if plain(settings) or settings.get("batch"):
        return [sent]
    return [final_request(source, base, wanted, each) or sent for each in (BOTH, BARE)]


def _as_sent(settings: Settings, checkpoint: str, place: str) -> str:
    """The parameters of a request in brackets, where there are any."""
    whole = _requests(settings, checkpoint, place)[-1]
    messages = {"model", "messages", "contents", "system", "stream"}
    told = {k: v for k, v in whole.items() if k not in messages and v not in (None, {}, [])}
    return f" ({canonical(told)})" if told else ""


def _meant(checkpoints: Mapping[str, Settings]) -> dict[str, str]:
    """One checkpoint that stands for all those that are meant to be the same."""
    stands = {name: name for name in checkpoints}
    for name, own in checkpoints.items():
        if own.get("same_as") in stands:
            mine, others = stands[name], stands[own["same_as"]]
            stands = {k: others if v == mine else v for k, v in stands.items()}
    return stands


def alterations(settings: Settings, wire: Mapping[str, Any]) -> dict[str, Any]:
    """What LiteLLM does to the messages of a checkpoint, `wire` its own parameters, as
    `tables.prompts_told` has it; {} for nothing, and where it cannot be seen.

    `own_system`: a text where there is no system message; `added`: one in every prompt; `folded`:
    the system message goes into the user's; `lost`: it goes nowhere.
    """
    if plain(settings) or settings.get("batch"):
        return {}
    wanted = wanted_of(settings, wire)
    source, base = settings["source"], settings.get("api_base")
    bare, both = (final_request(source, base, wanted, each) for each in (BARE, BOTH))
    if bare is None or both is None:
        return {}
    told = list(_texts(both))
    own, every = _others(_texts(bare)), _others(iter(told))
    roles = [role for role, text in told if SYSTEM in text]
    found = {
        "own_system": own if own != every else None,
        "added": every,
        "folded": bool(roles) and all(role == "user" for role in roles),
        "lost": not roles,
    }
    if not any(found.values()):
        return {}
    return {"template": "litellm", "date": None, **found}


def lacking(body: Any, key: str, value: Any) -> bool:
    """Whether a request's JSON has this key with this value nowhere."""
    if isinstance(body, Mapping):
        here = key in body and body[key] == value
        return not here and all(lacking(item, key, value) for item in body.values())
    if isinstance(body, list | tuple):
        return all(lacking(item, key, value) for item in body)
    return True


def _texts(body: Any, role: str = "", named: str = "") -> Iterator[tuple[str, str]]:
    """Every text of the messages in a request's JSON, with the role that it is said in."""
    if isinstance(body, Mapping):
        mine = str(body.get("role", role))
        for key, item in body.items():
            system = key.lower().startswith("system") or key == "preamble"
            yield from _texts(item, "system" if system else mine, key)
    elif isinstance(body, list | tuple):
        for item in body:
            yield from _texts(item, role, named)
    elif isinstance(body, str) and (named in _TEXTS or SYSTEM in body or USER in body):
        yield role, body


def _others(texts: Iterator[tuple[str, str]]) -> str | None:
    """What stands in texts beside ours."""
    rest = (text.replace(SYSTEM, "").replace(USER, "").strip() for _, text in texts)
    return "\n".join(text for text in rest if text) or None
