"""Signals and kills while requests are in flight: what arrives is kept and paid once."""

import random
import signal
import statistics
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import stub
from asking import Job, inside, job, model
from forks import Fork
from seeds import seed

PRICES = {"prices": {"openai/m": {"input": 0.0, "output": 1000.0}}, "budget_usd": 1e4}


def wait_for(log: Path, calls: int, process: Fork | subprocess.Popen[str]) -> None:
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
    """Once in a whole process, with LiteLLM's own end: nothing else is printed there."""
    whole, log = (kind, number) == ("together_ai", signal.SIGTERM), tmp_path / "log"
    with stub.running(log, "--latency", "0.5", "--early") as base:
        limits = {"concurrency": concurrency, "timeout": 10}
        found = job(tmp_path / "run", model(base, f"{kind}/m", limits=limits), rows=65)
        process = found.start() if whole else found.fork()
        wait_for(log, concurrency + 20, process)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 128 + number, (out, err)
        told = f"stopped by {number.name}: {195 - len(found.lines())} of 195 answers are missing"
        assert told in err and len(err.splitlines()) == 1, err
        assert len(stub.calls(log)) == len(found.lines()), "what went out has come in"
        assert inside(found).returncode == 0
    assert len(found.lines()) == len({line["key"] for line in found.lines()}) == 195
    assert Counter(call["prompt"] for call in stub.calls(log)).most_common(1)[0][1] == 1


def test_what_does_not_arrive_within_the_grace_is_counted_at_its_worst_case(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--latency", "30", "--only", "cake|poem", "--early") as base:
        found = asked(tmp_path / "run", base, 8, timeout=2, **PRICES)
        process = found.fork()
        wait_for(log, 1, process)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, err = process.communicate(timeout=60)
    assert 1 < time.monotonic() - began < 25  # the grace is 2 s, a reply takes 30
    assert process.returncode == 128 + signal.SIGTERM and "answers are missing" in err
    ledger = (found.answers / ".spending.json").read_text()
    assert '"lost": 0.016' in ledger and '"held": 0.0' in ledger


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with stub.running(log, "--latency", "30", "--early") as base:
        found = asked(tmp_path / "run", base, 8, timeout=60)
        process = found.fork()
        wait_for(log, 1, process)
        process.send_signal(signal.SIGINT)
        time.sleep(0.8)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == -signal.SIGINT  # a reply takes 30 s, the grace is 60


@pytest.mark.long
def test_ten_kills_lose_nothing_that_had_arrived(tmp_path: Path) -> None:
    """64 in flight: a kill loses what was in flight, and what arrived milliseconds before it.

    The server's log says when it had sent each reply. Of what is lost, the age at the kill counts,
    less the time that the killed process waited for a processor since: what it cannot be blamed
    for, and on a busy machine most of it.
    """
    log, draw, latency = tmp_path / "log", random.Random(seed(3)), 0.2
    ages, lost = [], 0
    with stub.running(log, "--latency", str(latency)) as base:
        found = asked(tmp_path / "run", base, 64)
        prompts = _prompts(found)
        for _ in range(10):
            before = len(stub.calls(log)) if log.exists() else 0
            process = found.fork()
            with waits_of(process.pid) as waited:
                wait_for(log, before + 1 + draw.randrange(1, 100), process)
                process.kill()
                at = time.monotonic()
                process.wait()
            kept = {prompts[line["request"]] for line in found.lines()}
            sent = [call for call in stub.calls(log)[before:] if call["sent"] < at]
            gone = [call["sent"] for call in sent if call["prompt"] not in kept]
            assert len(gone) <= 64 and (len(sent) < 65 or len(gone) < len(sent))
            ages.append(max((at - each - waited(each) for each in gone), default=0.0))
            lost += len(gone)
            time.sleep(2 * latency)  # what was in flight has come to nothing at the server too
        assert inside(found).returncode == 0
    lines = found.lines()
    assert len(lines) == len({line["key"] for line in lines}) == 650
    again = len(stub.calls(log)) - 650
    print(
        f"{again} paid twice, {lost} of them had arrived, the oldest {1e3 * max(ages):.0f} ms ago"
    )
    assert again <= 10 * 64
    assert statistics.median(ages) < 0.05 and max(ages) < 0.25


@contextmanager
def waits_of(pid: int) -> Iterator[Callable[[float], float]]:
    """How long a process has waited for a processor since a moment, as its kernel counts."""
    seen: list[tuple[float, float]] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.002):
            try:
                told = Path(f"/proc/{pid}/schedstat").read_text().split()
            except (OSError, ValueError):
                return
            seen.append((time.monotonic(), int(told[1]) / 1e9))

    watch = threading.Thread(target=look)
    watch.start()
    try:
        yield lambda at: seen[-1][1] - next((w for t, w in reversed(seen) if t <= at), seen[0][1])
    finally:
        over.set()
        watch.join()


def _prompts(found: Job) -> dict[str, str]:
    """The server's name of each request's prompt."""
    rows = [row for p in found.requests for row in pl.read_parquet(p).iter_rows(named=True)]
    return {row["request"]: stub.fingerprint({"messages": row["messages"]}) for row in rows}
