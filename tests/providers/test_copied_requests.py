"""A copied request is the one that LiteLLM would send, and what cannot be copied is not."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

import stub
from tactometer.providers.api import copied_requests, overheard, parameters
from tactometer.providers.api.completions import completion_of
from tactometer.providers.api.copied_requests import AGAIN, Form, Sent, plain
from tactometer.providers.api.transport import LiteLLM

WIRE = {"temperature": 0.7, "max_tokens": 16, "extra_body": {"seed": 7}}
OF_A_CLIENT = {"host", "content-length", "connection", "accept-encoding"}
SOURCES = ("together_ai/m", "azure/m", "openrouter/some/m", "mistral/m", "deepseek/m", "xai/m",
           "hosted_vllm/m", "groq/m", "openai/m")  # fmt: skip


def chats(count: int) -> list[list[dict[str, str]]]:
    """With and without a system message, in turns; texts that a JSON has to escape."""
    system = [{"role": "system", "content": 'Be "brief",\nplease.'}]
    users = [[{"role": "user", "content": f"№ {i}\t(A) yes\n(B) no \\ {{}}"}] for i in range(count)]
    return [system * (i % 2) + user for i, user in enumerate(users)]


def calls(
    folder: Path, source: str, count: int, **more: Any
) -> tuple[list[Any], list[Any], list[bool]]:
    """What each call's reply is read as, what went over the wire, and which were LiteLLM's own."""
    whole: list[bool] = []

    async def ask(base: str) -> list[Any]:
        by = LiteLLM(parameters.litellm(), source, base, "none", {"x-team": "a"})
        complete = by._complete

        async def counted(**given: Any) -> Any:
            whole[-1] = overheard.in_hand() is None
            return await complete(**given)

        by._complete = counted
        found = []
        for chat in chats(count):
            whole.append(False)
            found.append(completion_of(await by.send(chat, WIRE, 10.0), 2, exact=False))
        await by.close()
        return found

    folder.mkdir(exist_ok=True)
    with stub.running(folder / "log", "--bodies", *more.get("server", ())) as base:
        there = base.removesuffix("/v1") if source.startswith("azure") else base
        read = asyncio.run(ask(there))
        port = base.split(":")[2].split("/")[0]
        wire = []
        for call in stub.calls(folder / "log"):
            line, *rest = call["head"].replace(port, "PORT").strip().split("\r\n")
            heads = dict(header.lower().split(": ", 1) for header in rest)
            kept = {k: v for k, v in heads.items() if k not in OF_A_CLIENT}
            wire.append((line, kept, call["body"]))
    return read, wire, whole


@pytest.fixture(autouse=True)
def azure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_API_VERSION", "2024-10-21")


@pytest.mark.parametrize("source", SOURCES)
def test_the_wire_and_the_answers_are_those_of_litellm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    copied = calls(tmp_path / "copied", source, 12)
    monkeypatch.setattr(Form, "copy", lambda form, messages: None)
    own = calls(tmp_path / "own", source, 12)
    assert len(own[0]) == len(own[1]) == 12 and all(own[2])
    assert copied[:2] == own[:2]
    assert copied[2] == [True] * 4 + [False] * 8, "two of each form are LiteLLM's"


def test_what_is_not_in_openais_form_is_litellms_own(tmp_path: Path) -> None:
    read, wire, whole = calls(tmp_path, "anthropic/claude-sonnet-4-5", 6)
    assert all(whole) and len(wire) == 6 and all(each.text for each in read)


@pytest.mark.parametrize("manner", ["filter", "refusal", "error-in-choice"])
def test_an_odd_reply_to_a_copy_is_read_by_litellm_and_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manner: str
) -> None:
    server = ("--manner", manner, "--only", "2116 [78]", "--times", "9")
    read, wire, whole = calls(tmp_path / "copied", "together_ai/m", 12, server=server)
    assert whole == [True] * 4 + [False] * 8 and len(wire) == 12
    monkeypatch.setattr(Form, "copy", lambda form, messages: None)
    assert read == calls(tmp_path / "own", "together_ai/m", 12, server=server)[0]
    odd = [each.reason is not None or each.finish_reason != "stop" for each in read]
    assert odd == [i in (7, 8) for i in range(12)]


def test_one_in_a_hundred_is_litellms_own_and_a_difference_ends_the_copying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copied_requests, "AGAIN", 4)
    assert AGAIN == 100
    assert calls(tmp_path / "as-ever", "together_ai/m", 24)[2].count(True) > 6
    monkeypatch.setattr(Form, "_filled", lambda form, messages: LIKE)
    assert all(calls(tmp_path / "otherwise", "together_ai/m", 24)[2])


CHAT = [{"role": "user", "content": "one"}]
OTHER = [{"role": "user", "content": "two"}]
SAID = {"role": "assistant", "content": "(A)"}
CHOICE = {"index": 0, "finish_reason": "stop", "message": SAID}
REPLY = {"model": "m", "usage": {"prompt_tokens": 3}, "choices": [CHOICE]}
BODY = json.dumps(REPLY).encode()


def sent(body: Any, **headers: str) -> Sent:
    return Sent.of("http://there/", headers, json.dumps(body).encode())


LIKE = sent({"messages": CHAT}, day="1")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (sent({"messages": CHAT}, date="1"), sent({"messages": OTHER}, date="2")),
        (sent({"messages": CHAT, "id": 1}), sent({"messages": OTHER, "id": 2})),
        (sent({"prompt": "Say one"}), sent({"prompt": "Say two"})),
        (sent({"messages": CHAT, "user": "one"}), sent({"messages": OTHER, "user": "one"})),
    ],
    ids=["signed", "numbered", "folded", "twice"],
)
def test_what_differs_call_by_call_or_hides_a_text_is_not_copied(first: Sent, second: Sent) -> None:
    form = Form()
    for _ in range(3):
        form.see(CHAT, first, BODY, REPLY)
        form.see(OTHER, second, BODY, REPLY)
        assert form.copy(CHAT) is None


def test_what_litellm_reads_otherwise_than_it_stands_is_not_copied() -> None:
    form, other = Form(), {**REPLY, "usage": {"prompt_tokens": 3, "completion_tokens": 1}}
    for chat in (CHAT, OTHER):
        form.see(chat, sent({"messages": chat}), BODY, other)
        assert form.copy(CHAT) is None


@pytest.mark.parametrize("body", [b"", b"data: {}", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_is_litellms_business(body: bytes) -> None:
    """LiteLLM may have read it: that nothing is learnt from it costs no answer."""
    form = Form()
    for chat in (CHAT, OTHER):
        form.see(chat, sent({"messages": chat}), body, REPLY)
        assert form.copy(CHAT) is None


def test_the_same_chat_twice_proves_nothing() -> None:
    form = Form()
    for _ in range(3):
        form.see(CHAT, sent({"messages": CHAT}), BODY, REPLY)
    assert form.copy(OTHER) is None
    form.see(OTHER, sent({"messages": OTHER}), BODY, REPLY)
    copy = form.copy(CHAT)
    assert copy is not None and json.loads(copy.body) == {"messages": CHAT}


@pytest.mark.parametrize(
    "odd",
    [None, [], {}, {"choices": []}, {**REPLY, "choices": [CHOICE, CHOICE]},
     {**REPLY, "error": {"code": 500}}, {**REPLY, "usage": None},
     {**REPLY, "usage": {"prompt_cache_hit_tokens": 3}}, {**REPLY, "provider": "x"}],
)  # fmt: skip
def test_what_would_have_to_be_translated_is_not_plain(odd: Any) -> None:
    assert plain(REPLY) and not plain(odd)


@pytest.mark.parametrize(
    "odd",
    [{"finish_reason": "model_length"}, {"message": {"content": [{"text": "(A)"}]}},
     {"message": {"content": "(A)", "reasoning": "Hm."}}, {"native_finish_reason": "SAFETY"}],
)  # fmt: skip
def test_an_odd_choice_is_not_plain(odd: Any) -> None:
    assert not plain({**REPLY, "choices": [{**CHOICE, **odd}]})


def test_a_key_whose_time_is_up_is_fetched_by_litellm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = json.dumps({"model": "always-401", "messages": CHAT}).encode()
    filled = Form._filled

    def late(form: Form, messages: Any) -> Sent:
        copy = filled(form, messages)
        return Sent(copy.url, copy.headers, refused) if form._proved else copy

    monkeypatch.setattr(Form, "_filled", late)
    read, wire, whole = calls(tmp_path, "together_ai/m", 12)
    assert all(each.text for each in read)
    assert whole.count(True) == 12 and len(wire) == 14, "one refusal for each form"
