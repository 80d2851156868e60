"""Snakemake's scheduler looks once in a timespan, however many jobs have ended."""

import threading
from collections.abc import Callable

import pytest
from snakemake.scheduling.job_scheduler import JobScheduler

from tactometer.recipes import one_timer

PLAIN = JobScheduler._schedule_reevalutation


class Timer:
    """A timer whose time comes when `fire` is called."""

    begun: list["Timer"]

    def __init__(self, delay: float, does: Callable[[], None]) -> None:
        self.delay, self.does, self.due = delay, does, False

    def start(self) -> None:
        self.due = True
        Timer.begun.append(self)

    def is_alive(self) -> bool:
        return self.due

    def fire(self) -> None:
        self.due = False
        self.does()


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> JobScheduler:
    """Snakemake's scheduler, of which only its bell is there."""
    monkeypatch.setattr(threading, "Timer", Timer)
    monkeypatch.setattr(Timer, "begun", [], raising=False)
    found: JobScheduler = object.__new__(JobScheduler)
    found._open_jobs = threading.Semaphore(0)
    return found


def test_each_job_that_ends_begins_no_row_of_looks_of_its_own(scheduler: JobScheduler) -> None:
    for _ in range(10):
        PLAIN(scheduler, 1)
    assert len(Timer.begun) == 10, "this Snakemake has mended it: what we do about it can go"
    Timer.begun.clear()
    for _ in range(10):
        one_timer._look_again(scheduler, 1)
    (first,) = Timer.begun
    assert first.delay == 1 and not scheduler._open_jobs.acquire(blocking=False)
    first.fire()
    assert scheduler._open_jobs.acquire(blocking=False), "it looks when the time has come"
    one_timer._look_again(scheduler, 1)
    assert len(Timer.begun) == 2, "and looks again after that"
