"""What LiteLLM makes of checkpoints and messages, by LiteLLM itself and a server that it calls."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

import stub
from asking import KEY, ROOT, Job, inside, job, model, texts
from tactometer.planning import plan, prompts_shown
from tactometer.providers.api import final_requests
from tactometer.study import study
from tactometer.tables import prompts_told
from tactometer.utils.errors import UserError

TRANSPORTS = ["openai", "together_ai"]  # a plain POST, and LiteLLM
HEADER = "a-value-that-nobody-may-see"
NO_THOUGHT = {"chat_template_kwargs": {"enable_thinking": False}}


def efforts(*words: str) -> dict[str, Any]:
    return {word: {"wire": {"reasoning_effort": word}} for word in words}


def sweep(folder: Path, source: str, checkpoints: dict[str, Any], **more: Any) -> study.Study:
    folder.mkdir(parents=True, exist_ok=True)
    data = {
        "study": "s",
        "domain": str(ROOT / "resources/polite_speech"),
        "goals": ["default", "social"],
        "framings": ["third"],
        "sample": {"name_pairs": 1, "semantics_name_pairs": 1},
        "models": {"m": {"provider": "api", "source": source, "checkpoints": checkpoints, **more}},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    return study.load([folder / "study.yaml"])


def compared(found: study.Study) -> None:
    final_requests.compare(found.models["m"].as_given, f"{found.source}, models.m")


ALIKE = [
    ("mistral/magistral-medium-2506", ("none", "high")),
    ("deepseek/deepseek-reasoner", ("minimal", "high")),
    ("anthropic/claude-sonnet-4-5", ("minimal", "low")),
    ("anthropic/claude-opus-4-6", ("minimal", "low")),
    ("ollama_chat/qwen3", ("low", "high")),
]
APART = [
    ("anthropic/claude-sonnet-4-5", ("low", "medium", "high")),
    ("deepseek/deepseek-reasoner", ("none", "high")),
    ("openai/gpt-5", ("minimal", "low", "medium", "high")),
    ("gemini/gemini-2.5-pro", ("low", "high")),
    ("bedrock/anthropic.claude-3-7-sonnet-20250219-v1:0", ("low", "high")),
]


@pytest.mark.parametrize(("source", "words"), ALIKE)
def test_efforts_that_litellm_makes_one_request_of_are_told_in_a_sentence(
    tmp_path: Path, source: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(UserError) as told:
        compared(sweep(tmp_path, source, efforts(*words), estimator={"kind": "samples"}))
    said = str(told.value)
    assert "\n" not in said and str(tmp_path / "study.yaml") in said
    assert f"key checkpoints.{words[1]}" in said and words[0] in said
    assert f"same_as: {words[0]}" in said


@pytest.mark.parametrize(("source", "words"), ALIKE)
def test_the_same_is_no_fault_where_the_study_says_so(
    tmp_path: Path, source: str, words: tuple[str, ...]
) -> None:
    checkpoints = efforts(*words)
    checkpoints[words[1]]["same_as"] = words[0]
    compared(sweep(tmp_path, source, checkpoints))


@pytest.mark.parametrize(("source", "words"), APART)
def test_efforts_that_differ_on_the_wire_pass(
    tmp_path: Path, source: str, words: tuple[str, ...]
) -> None:
    compared(sweep(tmp_path, source, efforts(*words)))


def test_what_is_said_to_be_the_same_and_is_not_is_told(tmp_path: Path) -> None:
    checkpoints = efforts("low", "high")
    checkpoints["high"]["same_as"] = "low"
    with pytest.raises(UserError, match=r"key checkpoints\.high\.same_as: high and low send diff"):
        compared(sweep(tmp_path, "openai/gpt-5", checkpoints))


@pytest.mark.parametrize(("other", "said"), [("hgih", "perhaps"), ("low", "no other checkpoint")])
def test_same_as_names_another_checkpoint(tmp_path: Path, other: str, said: str) -> None:
    checkpoints = efforts("low", "high")
    checkpoints["low"]["same_as"] = other
    with pytest.raises(UserError, match=r"checkpoints\.low\.same_as") as told:
        sweep(tmp_path, "openai/gpt-5", checkpoints)
    assert said in str(told.value) or "high" in str(told.value)


def test_same_as_changes_no_journal_key(tmp_path: Path) -> None:
    from tactometer.elicitation.identity import identity

    found = []
    for name, more in (("a", {}), ("b", {"same_as": "none"})):
        checkpoints = efforts("none", "high")
        checkpoints["high"] |= more
        one = sweep(tmp_path / name, "mistral/magistral-medium-2506", checkpoints)
        found.append(identity(one, one.models["m"], "high"))
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", TRANSPORTS)
def test_ask_stops_before_any_call_and_goes_on_where_the_study_says_so(
    tmp_path: Path, kind: str
) -> None:
    log = tmp_path / "log"
    twice: dict[str, Any] = {"0": {"wire": {"top_p": 0.5}}, "1": {"wire": {"top_p": 0.5}}}
    with stub.running(log) as base:
        asked = job(tmp_path / "a", model(base, f"{kind}/m", checkpoints=twice), rows=3)
        done = inside(asked)
        assert done.returncode == 1 and not stub.calls(log)
        assert len(done.stderr.splitlines()) == 1 and "key checkpoints.1" in done.stderr
        assert '"top_p":0.5' in done.stderr
        twice["1"]["same_as"] = "0"
        meant = job(tmp_path / "b", model(base, f"{kind}/m", checkpoints=twice), rows=3)
        assert inside(meant).returncode == 0
    assert len(meant.lines()) == 9


def test_a_plan_stops_at_checkpoints_that_are_one_on_the_wire(tmp_path: Path) -> None:
    found = sweep(tmp_path, "deepseek/deepseek-reasoner", efforts("minimal", "high"))
    with pytest.raises(UserError, match="one and the same request"):
        plan.plan(found, tmp_path / "study.yaml")


def magistral(folder: Path, **more: Any) -> study.Study:
    checkpoints = {"plain": {}, **efforts("high")}
    return sweep(folder, "mistral/magistral-medium-2506", checkpoints, **more)


def test_a_system_prompt_of_litellms_own_is_seen_and_told_in_a_plan(tmp_path: Path) -> None:
    found = magistral(tmp_path)
    said = {
        name: "; ".join(prompts_shown.sent(found, found.models["m"], name))
        for name in ("plain", "high")
    }
    assert not said["plain"]
    assert said["high"].startswith('LiteLLM adds to every prompt: "<s>[SYSTEM_PROMPT]')


def test_what_litellm_adds_is_what_a_server_gets(tmp_path: Path) -> None:
    """The text that is told, and that a real server received beside the study's own."""
    log = tmp_path / "log"
    with stub.running(log, "--bodies") as base:
        settings = model(base, "mistral/magistral-medium-2506", checkpoints=efforts("high"))
        asked = job(tmp_path / "run", settings, "high", rows=3)
        assert inside(asked).returncode == 0
    told = json.loads(asked.done.read_text())["prompt"]
    assert told["template"] == prompts_told.LITELLM and told["differing"] is None
    for call in stub.calls(log):
        system = call["body"]["messages"][0]
        assert system["role"] == "system" and told["added"].strip() in system["content"]


def test_nothing_is_told_where_messages_go_as_they_are(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for kind in TRANSPORTS:
        with stub.running(log) as base:
            asked = job(tmp_path / kind, model(base, f"{kind}/m"), rows=3)
            assert inside(asked).returncode == 0
        assert "prompt" not in json.loads(asked.done.read_text())


SOURCES = ("openai/gpt-5", "anthropic/claude-sonnet-4-5", "xai/grok-4", "gemini/gemini-2.5-pro")
SOURCES += ("ollama_chat/qwen3", "groq/llama-3", "cohere/command-r-plus", "openrouter/openai/gpt-5")


@pytest.mark.parametrize("source", SOURCES)
def test_a_system_message_stays_one_with_every_common_provider(source: str) -> None:
    settings = {"source": source, "estimator": {"kind": "samples"}}
    assert final_requests.alterations(settings, {}) == {}


@pytest.mark.parametrize("kind", ["openai", "hosted_vllm", "together_ai"])
def test_extra_body_and_extra_headers_arrive_and_the_values_of_headers_stand_nowhere(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANT", HEADER)
    log = tmp_path / "log"
    own = {"extra_headers": {"X-Tenant": "TENANT"}, "extra_body": {"priority": 3}}
    with stub.running(log, "--bodies", "--says", f"({{label}}) {HEADER}") as base:
        checkpoints = {"0": {"extra_body": NO_THOUGHT}}
        settings = model(base, f"{kind}/m", checkpoints=checkpoints, **own)
        asked = job(tmp_path / "run", settings, rows=3)
        done = inside(asked)
    assert done.returncode == 0, done.stderr
    calls = stub.calls(log)
    assert len(calls) == 9
    for call in calls:
        assert f"x-tenant: {HEADER}" in call["head"].lower()
        assert f"authorization: bearer {KEY}" in call["head"].lower().replace(KEY.lower(), KEY)
        assert call["body"]["priority"] == 3
        assert call["body"]["chat_template_kwargs"] == {"enable_thinking": False}
        assert "extra_body" not in call["body"] and "extra_headers" not in call["body"]
    assert HEADER not in texts(asked.folder) + done.stdout + done.stderr


def test_a_header_whose_variable_is_not_set_is_told_before_any_call(tmp_path: Path) -> None:
    assert "TENANT" not in os.environ
    log = tmp_path / "log"
    with stub.running(log) as base:
        own = {"extra_headers": {"X-Tenant": "TENANT"}}
        done = inside(job(tmp_path / "run", model(base, **own), rows=3))
    assert "key extra_headers.X-Tenant: the environment variable TENANT is not set" in done.stderr
    assert not stub.calls(log)


def test_a_value_in_place_of_a_variable_is_refused_and_not_repeated(tmp_path: Path) -> None:
    own = {"extra_headers": {"X-Tenant": f"Basic {HEADER}"}}
    with pytest.raises(UserError, match="name of an environment variable") as told:
        sweep(tmp_path, "openai/m", {"0": {}}, **own)
    assert HEADER not in str(told.value)


def test_headers_in_the_wire_are_refused(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log) as base:
        own = {"wire": {"extra_headers": {"a": "b"}}}
        done = inside(job(tmp_path / "run", model(base, **own), rows=3))
    assert "key wire.extra_headers" in done.stderr and not stub.calls(log)


def test_a_body_that_litellm_leaves_out_is_told(tmp_path: Path) -> None:
    """Where it would not stand in the request; seen with every provider that takes it, too."""
    body = {"a": {"b": [{"priority": 3}]}}
    assert not final_requests.lacking(body, "priority", 3)
    assert final_requests.lacking(body, "priority", 4) and final_requests.lacking(body, "c", 3)


def test_extra_body_is_part_of_the_request_and_headers_are_not(tmp_path: Path) -> None:
    base = "http://127.0.0.1:1/v1"
    plain, bodied, headed = (
        {ask for path in each.requests for ask in path_requests(path)}
        for each in (
            job(tmp_path / "a", model(base), rows=3),
            job(tmp_path / "b", model(base, extra_body=NO_THOUGHT), rows=3),
            job(tmp_path / "c", model(base, extra_headers={"X-Tenant": "TENANT"}), rows=3),
        )
    )
    assert plain == headed and not plain & bodied
    assert (tmp_path / "a/0.json").read_text() == (tmp_path / "c/0.json").read_text()


def path_requests(path: Path) -> list[str]:
    import polars as pl

    return pl.read_parquet(path)["request"].to_list()


def test_checkpoints_that_differ_in_the_body_alone_are_two(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--bodies") as base:
        checkpoints = {"none": {"extra_body": NO_THOUGHT}, "thinks": {}}
        asked = job(tmp_path / "run", model(base, checkpoints=checkpoints), "none", rows=3)
        for each in (asked, Job(asked.folder, asked.sweep, "thinks")):
            assert inside(each).returncode == 0
    told = ["chat_template_kwargs" in call["body"] for call in stub.calls(log)]
    assert told == [True] * 9 + [False] * 9
