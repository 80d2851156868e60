"""Signals and kills while requests are in flight: what arrives is kept and paid once."""

import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import stub
from asking import Job, job, model
from seeds import seed

PRICES = {"prices": {"openai/m": {"input": 0.0, "output": 1000.0}}, "budget_usd": 1e4}


def wait_for(log: Path, calls: int, process: subprocess.Popen[str]) -> None:
    """Wait until the server has been asked so often."""
    began = time.monotonic()
    while not log.exists() or len(stub.calls(log)) < calls:
        assert process.poll() is None and time.monotonic() - began < 60, process.communicate()
        time.sleep(0.005)


def asked(folder: Path, base: str, concurrency: int, timeout: float = 10, **more: Any) -> Job:
    limits = {"concurrency": concurrency, "timeout": timeout}
    return job(folder, model(base, limits=limits), **more)


@pytest.mark.parametrize("kind", ["openai", "together_ai"])
@pytest.mark.parametrize(
    ("number", "concurrency"), [(signal.SIGTERM, 32), (signal.SIGINT, 64)], ids=["TERM", "INT"]
)
def test_what_arrives_within_the_grace_of_a_signal_is_kept_and_paid_once(
    tmp_path: Path, number: signal.Signals, concurrency: int, kind: str
) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--latency", "0.5", "--early") as base:
        limits = {"concurrency": concurrency, "timeout": 10}
        found = job(tmp_path / "run", model(base, f"{kind}/m", limits=limits), rows=130)
        process = found.start()
        wait_for(log, concurrency + 20, process)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 128 + number, (out, err)
        told = f"stopped by {number.name}: {260 - len(found.lines())} of 260 answers are missing"
        assert told in err and len(err.splitlines()) == 1, err
        assert len(stub.calls(log)) == len(found.lines()), "what went out has come in"
        found.run()
    assert len(found.lines()) == len({line["key"] for line in found.lines()}) == 260
    assert Counter(call["prompt"] for call in stub.calls(log)).most_common(1)[0][1] == 1


def test_what_does_not_arrive_within_the_grace_is_counted_at_its_worst_case(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--latency", "30", "--only", "cake|poem", "--early") as base:
        found = asked(tmp_path / "run", base, 8, timeout=2, **PRICES)
        process = found.start()
        wait_for(log, 1, process)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, err = process.communicate(timeout=60)
    assert 1 < time.monotonic() - began < 7
    assert process.returncode == 128 + signal.SIGTERM and "answers are missing" in err
    ledger = (found.answers / ".spending.json").read_text()
    assert '"lost": 0.016' in ledger and '"held": 0.0' in ledger


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--latency", "30", "--early") as base:
        found = asked(tmp_path / "run", base, 8, timeout=60)
        process = found.start()
        wait_for(log, 1, process)
        process.send_signal(signal.SIGINT)
        time.sleep(0.8)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=2) == -signal.SIGINT


@pytest.mark.long
def test_ten_kills_lose_nothing_that_had_arrived(tmp_path: Path) -> None:
    """64 in flight: a kill loses what was in flight, and what arrived milliseconds before it."""
    log, draw = tmp_path / "log", random.Random(seed(3))
    with stub.running(log, "--latency", "0.3") as base:
        found = asked(tmp_path / "run", base, 64)
        late = 0.0
        for _ in range(10):
            process, before = found.start(), len(stub.calls(log)) if log.exists() else 0
            wait_for(log, before + 1, process)  # the server has sent a first answer
            time.sleep(draw.random() * 0.5)
            process.kill()
            at = time.monotonic()
            process.wait()
            kept = {line["request"] for line in found.lines()}
            sent = [call for call in stub.calls(log) if call["sent"] < at]
            lost = [c for c in sent if c["prompt"] not in _prompts(found, kept)]
            late = max([late, *(at - call["sent"] for call in lost if call["sent"] > at - 5)])
            print(f"{len(sent)} sent, {len(kept)} kept, the oldest that was lost {late:.3f} s old")
            if len(kept) == 650:
                break
        found.run()
    lines = found.lines()
    assert len(lines) == len({line["key"] for line in lines}) == 650
    # Milliseconds on a machine that has nothing else to do: a reply is read, then written.
    assert late < 0.5, "an answer that had arrived was lost"
    again = len(stub.calls(log)) - 650
    print(f"{again} paid twice")
    assert again <= 10 * 64


def _prompts(found: Job, requests: set[str]) -> set[str]:
    import polars as pl

    rows = [row for p in found.requests for row in pl.read_parquet(p).iter_rows(named=True)]
    return {
        stub.fingerprint({"messages": row["messages"]})
        for row in rows
        if row["request"] in requests
    }
