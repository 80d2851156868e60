"""The provider `api`, by both its transports, against a real server that misbehaves."""

import math
import random
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

import batchstub
import forks
import stub
from asking import KEY, ROOT, TRANSPORTS, Job, inside, job, model, tables, texts
from seeds import seed


def small(folder: Path, base: str, **changes: Any) -> Job:
    return job(folder, model(base, **changes), goals=["default"])


@pytest.mark.long
@pytest.mark.parametrize("kind", TRANSPORTS)
def test_with_a_fifth_of_all_calls_failing_every_request_is_answered_once(
    tmp_path: Path, kind: str
) -> None:
    log = tmp_path / "log"
    limits = {"concurrency": 16, "timeout": 3, "attempts": 8}
    plan = ("--trouble", "0.2", "--hang", "20", "--after", "1")
    # Under this seed each kind of failure comes six times, and no request fails four in a row.
    with stub.running(log, *plan, "--seed", "30") as base:
        asked = job(tmp_path / "run", model(base, f"{kind}/m", limits=limits), rows=65)
        done = inside(asked)
    calls, lines = stub.calls(log), asked.lines()
    assert done.returncode == 0, done.stderr
    assert len(lines) == len({line["key"] for line in lines}) == 195
    troubles = {call["trouble"] for call in calls if call["trouble"]}
    assert troubles == set(stub.TROUBLES)
    tries: dict[str, int] = {}
    for call in calls:
        tries[call["prompt"]] = tries.get(call["prompt"], 0) + 1
    assert max(tries.values()) <= 8
    failed = sum(bool(call["trouble"]) for call in calls)
    assert len(calls) == 195 + failed  # no call is repeated by anybody's other retry loop
    assert KEY not in texts(asked.folder) + done.stdout + done.stderr
    assert all(line["text"] and line["usage"]["completion_tokens"] == 5 for line in lines)


@pytest.mark.parametrize("kind", TRANSPORTS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_the_server_refuses_is_asked_once_and_told_in_a_sentence_without_the_key(
    tmp_path: Path, kind: str, status: int
) -> None:
    log = tmp_path / "log"
    with stub.running(log) as base:
        asked = small(tmp_path / "run", base, source=f"{kind}/always-{status}")
        done = inside(asked)
    assert len(stub.calls(log)) == 1
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert f"({status})" in done.stderr
    assert "run again" in done.stderr
    assert KEY not in texts(asked.folder) + done.stdout + done.stderr
    assert not asked.done.exists()


@pytest.mark.parametrize("kind", ["500", "hang", "drop", "truncated", "429"])
def test_a_server_that_never_recovers_is_given_up_after_the_attempts_allowed(
    tmp_path: Path, kind: str
) -> None:
    log = tmp_path / "log"
    limits = {"concurrency": 8, "attempts": 2, "timeout": 1}
    with stub.running(log) as base:
        asked = small(tmp_path / "run", base, source=f"openai/always-{kind}", limits=limits)
        done = inside(asked)
    assert done.returncode == 1
    assert len(stub.calls(log)) == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.long
def test_twenty_kills_lose_nothing_and_ask_no_journaled_request_again(tmp_path: Path) -> None:
    with stub.running(tmp_path / "log.whole") as base:
        whole = job(tmp_path / "whole", model(base))
        assert inside(whole).returncode == 0
    log = tmp_path / "log"
    draw = random.Random(seed(7))
    kills = 0
    with stub.running(log, "--latency", "0.1") as base:
        limits = {"concurrency": 8}
        asked = job(tmp_path / "killed", model(base, limits=limits))
        held: dict[str, int] = {}
        while kills < 20:
            process = asked.fork()
            began, calls = time.monotonic(), len(stub.calls(log)) if log.exists() else 0
            while len(stub.calls(log) if log.exists() else []) == calls:  # it is asking
                assert process.poll() is None and time.monotonic() - began < 60
                time.sleep(0.01)
            time.sleep(draw.random() * 0.3)
            process.kill()
            process.wait()
            kills += 1
            for line in asked.lines():
                held.setdefault(line["request"], kills)
        with asked.journal.open("ab") as stream:
            stream.write(b'{"key": "torn')  # what a kill within a write leaves
        last = asked.run()
    assert "torn" in last.stdout
    lines = asked.lines()
    assert len(lines) == len({line["key"] for line in lines}) == 650
    assert 0 < len(held) < 650
    asked_again = [c["prompt"] for c in stub.calls(log)]
    assert len(asked_again) <= 650 + 20 * 8  # at most what was in flight at a kill
    assert tables(asked).equals(tables(whole))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": "nonsense"}, "knows no provider for 'nonsense'"),
        ({"source": "openai/gpt-4o", "wire": {"reasoning_effort": "low"}}, "reasoning_effort"),
        ({"source": "openai/gpt-5", "wire": {"reasoning_effort": "none"}}, "reasoning_effort=none"),
        (
            {
                "source": "gemini/gemini-3-pro-preview",
                "wire": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
            },
            "would never see thinking",
        ),
        (
            {"source": "anthropic/claude-sonnet-4-5", "estimator": {"kind": "label_logprob"}},
            "estimator: {kind: samples",
        ),
        (
            {"source": "openai/gpt-5", "estimator": {"kind": "label_logprob"}},
            "estimator: {kind: samples",
        ),
        ({"wire": {"stream": True}}, "wire.stream"),
        ({"api_key_env": "NOT_SET_ANYWHERE"}, "NOT_SET_ANYWHERE"),
    ],
)
def test_what_cannot_be_asked_is_told_before_any_call(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    log = tmp_path / "log"
    with stub.running(log) as base:
        done = inside(small(tmp_path / "run", base, **changes))
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.returncode == 1
    assert not stub.calls(log)


def test_the_examples_of_the_documents_are_asked_as_they_stand(tmp_path: Path) -> None:
    text = (ROOT / "docs/models.md").read_text().split("## An API")[1]
    block = text[text.index("    budget_usd:") :].partition("\n\n")[0]
    example = yaml.safe_load(textwrap.dedent(block))
    asked_with: dict[str, list[dict[str, Any]]] = {}
    for name, settings in example["models"].items():
        script = batchstub.__file__ if settings.get("batch") else stub.__file__
        log = tmp_path / f"{name}.log"
        with stub.running(log, "--bodies", script=script) as base:
            here = {"api_base": base, "api_key_env": "TEST_API_KEY"}  # of all, what is ours
            study = {"budget_usd": example["budget_usd"], "prices": example["prices"]}
            found = job(tmp_path / name, {**settings, **here}, rows=3, goals=["default"], **study)
            for checkpoint in settings["checkpoints"]:
                each = Job(found.folder, found.sweep, checkpoint)
                done = inside(each)
                assert done.returncode == 0, done.stderr
                assert len(each.lines()) == 6 * settings.get("estimator", {}).get("k", 1)
                assert all(line["cost_usd"] is not None for line in each.lines())
        asked_with[name] = [call.get("body", {}) for call in stub.calls(log)]
    thoughts = [body.get("thinking") for body in asked_with["claude-sonnet"]]
    assert thoughts == [None] * 6 + [{"type": "enabled", "budget_tokens": 1024}] * 6
    assert all(body["top_logprobs"] == 20 for body in asked_with["gpt-4o"])


@pytest.mark.parametrize("kind", TRANSPORTS)
def test_what_came_back_is_kept_thought_usage_and_the_name_that_the_server_reports(
    tmp_path: Path, kind: str
) -> None:
    log = tmp_path / "log"
    says = (
        "--reasoning",
        "let me see",
        "--reports",
        "another-model",
        "--says",
        f"({{label}}) {KEY}",
    )
    wires = {"0": {"wire": {"top_p": 0.5}}}
    with stub.running(log, "--bodies", *says) as base:
        asked = small(tmp_path / "run", base, source=f"{kind}/m", checkpoints=wires)
        done = inside(asked)
    line = asked.lines()[0]
    assert line["thinking"] == "let me see"
    assert line["usage"]["reasoning_tokens"] == 3
    assert line["model"] == "another-model"
    assert "another-model" in done.stdout
    assert line["text"].endswith("[redacted]")
    assert KEY not in texts(asked.folder) + done.stdout + done.stderr
    body = stub.calls(log)[0]["body"]
    assert body["top_p"] == 0.5 and body["temperature"] == 1.0 and body["max_tokens"] == 16


@pytest.mark.parametrize("kind", TRANSPORTS)
def test_label_logprobs_add_up_the_forms_of_a_label(tmp_path: Path, kind: str) -> None:
    log = tmp_path / "log"
    with stub.running(log) as base:
        exact = {"kind": "label_logprob"}
        asked = small(tmp_path / "run", base, source=f"{kind}/m", estimator=exact)
        inside(asked)
    for line in asked.lines():
        mass = sorted(math.exp(p) for p in line["logprobs"].values())
        assert mass[-1] == pytest.approx(0.75)
        assert sum(mass) == pytest.approx(0.79)
    choices = tables(asked)
    assert set(choices["method"]) == {"logprob"}
    assert choices["label_mass"].to_list() == pytest.approx([0.79] * len(choices))


def test_a_server_that_gives_no_logprobs_is_told_after_two_calls_and_keeps_what_it_said(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--no-logprobs") as base:
        asked = small(tmp_path / "run", base, estimator={"kind": "label_logprob"})
        done = inside(asked)
    assert "gave none; write estimator: {kind: samples" in done.stderr
    assert len(stub.calls(log)) == 2  # one may be an odd reply
    assert [line["reason"] for line in asked.lines()] == ["error", "error"]
    assert all("chat.completion" in line["raw"] for line in asked.lines())


def test_an_empty_answer_is_an_answer_and_counts_as_invalid(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--trouble", "0.2", "--kinds", "empty") as base:
        asked = small(tmp_path / "run", base)
        inside(asked)
    empty = sum(not line["text"] for line in asked.lines())
    assert empty == sum(call["trouble"] == "empty" for call in stub.calls(log)) > 0
    assert (tables(asked)["method"] == "invalid").sum() == empty


def test_memory_does_not_grow_with_the_number_of_answers(tmp_path: Path) -> None:
    """The provider's own peak: 500 more answers, each of 40 kB, take no more memory.

    Eight are asked at once, and whoever has an answer waits until it is in the journal: no more
    than these wait, 0.3 MB. Answers that were kept would be 20 MB.
    """
    script = """
import resource, sys
from tactometer.providers.provider import Ask
from tactometer.providers.api.provider import Provider
row = {"request": "r", "wire": "{}", "options": ["a", "b"]}
asks = [Ask(str(i), {**row, "messages": [{"role": "user", "content": f"{i}"}]}, 0)
        for i in range(600)]
job = {"file": "f", "model": "m", "prices": {}, "prices_copy": "prices", "budget_usd": None,
       "journal": "j.jsonl"}
settings = {"estimator": {"kind": "samples", "k": 1}, "limits": {"concurrency": 8}, "job": job,
            "checkpoints": {"0": {}}}
provider = Provider({"source": "openai/m", "api_base": BASE, "checkpoint": {}}, settings)
count, peaks = 0, []
for lines in provider.answer(asks):
    before, count = count, count + len(lines)
    if before < 100 <= count or count == 600:
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(*peaks)
"""
    with stub.running(tmp_path / "log", "--says", "x" * 40_000) as base:
        process = forks.asking().start([], tmp_path, script.replace("BASE", repr(base)))
        out, err = process.communicate()
    assert process.returncode == 0, err
    first, last = (int(peak) / 1024 for peak in out.splitlines()[-1].split())
    assert last - first < 5, (first, last)  # MiB
