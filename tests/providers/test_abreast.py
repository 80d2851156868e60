"""Checkpoints of a model that are asked at once go on abreast, so that drift is no effect."""

import asyncio
import time
from datetime import datetime
from pathlib import Path

import numpy as np

import stub
from asking import Job, job, model
from tactometer.providers.api.abreast import Abreast
from tactometer.tables.served import distance

CALLS = 200


async def ask(me: Abreast, seconds: float, last: int = CALLS, width: int = 4) -> list[float]:
    """Call so often, so many at once; gives when each call ended."""
    ends: list[float] = []
    left = iter(range(last))

    async def work() -> None:
        for _ in left:
            await me.step()
            await asyncio.sleep(seconds)
            ends.append(time.monotonic())

    try:
        await asyncio.gather(*(work() for _ in range(width)))
    finally:
        me.close()
    return sorted(ends)


def test_a_fast_checkpoint_goes_on_as_a_slow_one_does(tmp_path: Path) -> None:
    journals = [tmp_path / name for name in ("low.jsonl", "high.jsonl")]

    async def both(together: bool) -> float:
        siblings = journals if together else []
        made = [Abreast(each, siblings, CALLS, 4) for each in journals]
        low, high = await asyncio.gather(ask(made[0], 0.001), ask(made[1], 0.02))
        return distance(np.array(low), np.array(high))

    assert asyncio.run(both(together=False)) > 0.5
    assert asyncio.run(both(together=True)) < 0.15


def test_nobody_waits_for_one_that_has_ended_or_never_began(tmp_path: Path) -> None:
    journals = [tmp_path / name for name in ("low.jsonl", "high.jsonl", "never.jsonl")]

    async def both() -> int:
        made = [Abreast(each, journals, CALLS, 4) for each in journals[:2]]
        asked = asyncio.gather(ask(made[0], 0.001), ask(made[1], 0.02, last=40))
        return sum(map(len, await asyncio.wait_for(asked, 60)))  # who waits, waits for ever

    assert asyncio.run(both()) == CALLS + 40


def test_efforts_whose_jobs_run_at_once_are_asked_interleaved(tmp_path: Path) -> None:
    efforts: dict[str, dict[str, object]] = {"low": {}, "high": {"wire": {"presence_penalty": 0.5}}}
    with stub.running(tmp_path / "log", "--latency", "0.01", "--slow", "presence_penalty") as base:
        who = model(base, checkpoints=efforts, limits={"concurrency": 8, "timeout": 10})
        low = job(tmp_path / "run", who, "low", rows=65)
        jobs = [low, Job(low.folder, low.sweep, "high")]
        for process in [each.fork() for each in jobs]:
            assert process.wait() == 0, process.communicate()
    times = [
        np.sort([datetime.fromisoformat(line["at"]).timestamp() for line in each.lines()])
        for each in jobs
    ]
    assert [len(each) for each in times] == [195, 195]
    assert distance(*times) < 0.25
