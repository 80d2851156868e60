"""The provider `api`, by both its transports, against a real server that misbehaves."""

import random
import time
from pathlib import Path
from typing import Any

import pytest

import stub
from asking import KEY, Job, job, texts
from tactometer.ask import wanted
from tactometer.choices import parse

TRANSPORTS = ["openai", "hosted_vllm"]  # a plain POST, and LiteLLM


def model(base: str, source: str = "openai/m", **changes: Any) -> dict[str, Any]:
    return {
        "provider": "api",
        "source": source,
        "api_base": base,
        "api_key_env": "TEST_API_KEY",
        "estimator": {"kind": "samples", "k": 1, "max_tokens": 16},
        "limits": {"concurrency": 32, "timeout": 2, "attempts": 8},
        **changes,
    }


def small(folder: Path, base: str, **changes: Any) -> Job:
    return job(folder, model(base, **changes), goals=["default"])


@pytest.mark.parametrize("kind", TRANSPORTS)
def test_with_a_fifth_of_all_calls_failing_every_request_is_answered_once(
    tmp_path: Path, kind: str
) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--trouble", "0.2", "--hang", "20", "--after", "1") as base:
        asked = job(tmp_path / "run", model(base, f"{kind}/m"))
        done = asked.run()
    calls, lines = stub.calls(log), asked.lines()
    assert len(lines) == len({line["key"] for line in lines}) == 650
    troubles = {call["trouble"] for call in calls if call["trouble"]}
    assert troubles == set(stub.TROUBLES)
    tries: dict[str, int] = {}
    for call in calls:
        tries[call["prompt"]] = tries.get(call["prompt"], 0) + 1
    assert max(tries.values()) <= 8
    failed = sum(bool(call["trouble"]) for call in calls)
    assert len(calls) == 650 + failed  # no call is repeated by anybody's other retry loop
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
        done = asked.run(check=False)
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
        done = asked.run(check=False)
    assert done.returncode == 1
    assert len(stub.calls(log)) == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_retry_after_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    limits = {"concurrency": 4, "attempts": 2}
    with stub.running(log, "--after", "3") as base:
        asked = small(tmp_path / "run", base, source="openai/always-429-after", limits=limits)
        asked.run(check=False)
    first, second = (call["at"] for call in stub.calls(log))
    assert 3.0 <= second - first < 3.5


def test_rpm_holds_within_five_percent(tmp_path: Path) -> None:
    log = tmp_path / "log"
    limits = {"concurrency": 64, "rpm": 3000}
    with stub.running(log, "--latency", "0.05") as base:
        job(tmp_path / "run", model(base, limits=limits)).run()
    at = sorted(call["at"] for call in stub.calls(log))[1:]  # the first goes alone
    rate = (len(at) - 1) / (at[-1] - at[0]) * 60
    assert rate == pytest.approx(3000, rel=0.05)
    for window in (1.0, 5.0):  # nor is there a burst within
        most = max(sum(t <= u < t + window for u in at) for t in at[::25])
        assert most <= 50 * window * 1.05 + 3


def test_tpm_holds_within_five_percent(tmp_path: Path) -> None:
    log = tmp_path / "log"
    limits = {"concurrency": 64, "tpm": 300_000}
    with stub.running(log, "--latency", "0.05") as base:
        asked = job(tmp_path / "run", model(base, limits=limits))
        asked.run()
    at = sorted(call["at"] for call in stub.calls(log))[1:]
    mean = sum(line["usage"]["total_tokens"] for line in asked.lines()) / len(asked.lines())
    rate = (len(at) - 1) * mean / (at[-1] - at[0]) * 60
    assert rate == pytest.approx(300_000, rel=0.05)


def test_twenty_kills_lose_nothing_and_ask_no_journaled_request_again(tmp_path: Path) -> None:
    with stub.running(tmp_path / "log.whole") as base:
        whole = job(tmp_path / "whole", model(base))
        whole.run()
    log = tmp_path / "log"
    draw = random.Random(7)
    kills = 0
    with stub.running(log, "--latency", "0.3") as base:
        limits = {"concurrency": 8}
        asked = job(tmp_path / "killed", model(base, limits=limits))
        held: dict[str, int] = {}
        while kills < 20:
            process = asked.start()
            began, calls = time.monotonic(), len(stub.calls(log)) if log.exists() else 0
            while len(stub.calls(log) if log.exists() else []) == calls:  # it is asking
                assert process.poll() is None and time.monotonic() - began < 60
                time.sleep(0.01)
            time.sleep(draw.random() * 0.8)
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


def tables(asked: Job) -> Any:
    """The choices of every prompt set."""
    import json

    import polars as pl

    from tactometer.choices import of_journal

    who = json.loads(asked.done.read_text())["digest"]
    frames = []
    for path in asked.requests:
        keys = [ask.key for ask in wanted([path], who, 1)]
        answers = of_journal(asked.journal, keys)
        utterances = asked.sweep.domain.utterances
        frames.append(parse(pl.read_parquet(path), answers, who, 1, utterances))
    return pl.concat(frames)
