"""Snakemake ends at SIGTERM, also where the signal comes while its scheduler holds its lock."""

import threading
from collections.abc import Callable
from typing import Any

from snakemake.scheduling.job_scheduler import JobScheduler

from tactometer.recipes import stop_signal

TAKE = Callable[..., Any]


def returns(take: TAKE) -> tuple[bool, bool]:
    """Whether a handler comes back under the scheduler's lock, and whether it stops in the end."""
    scheduler: Any = object.__new__(JobScheduler)
    scheduler._lock, scheduler._open_jobs = threading.Lock(), threading.Semaphore(0)
    scheduler._user_kill = None
    handler = threading.Thread(target=take, args=(scheduler, 15, None), daemon=True)
    with scheduler._lock:  # which the thread that handles signals holds while it looks at jobs
        handler.start()
        handler.join(0.5)
        back = not handler.is_alive()
    woken = scheduler._open_jobs.acquire(timeout=10)
    return back, woken and scheduler._user_kill == "graceful"


def test_a_signal_that_comes_under_the_schedulers_lock_does_not_wait_for_it() -> None:
    plain, _ = returns(stop_signal._take)
    assert not plain, "this Snakemake has mended it: what we do about it can go"
    assert returns(stop_signal._take_aside) == (True, True)
