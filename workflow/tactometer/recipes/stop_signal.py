"""Have Snakemake take SIGTERM whatever it is doing, and end.

Its scheduler (9.27) takes a lock in the handler of that signal, which the very thread that handles
it may hold. Where a whole group is told to stop (`timeout`, `scancel`, a service that ends), its
jobs fail in the same moment, the scheduler looks at them under that lock, and waits for itself for
good.
"""

import threading
from typing import Any

from snakemake.scheduling.job_scheduler import JobScheduler

_take = JobScheduler.exit_gracefully


def _take_aside(scheduler: Any, *told: Any) -> None:
    """`JobScheduler.exit_gracefully` in a thread of its own, which may wait for the lock."""
    threading.Thread(target=_take, args=(scheduler, *told), daemon=True).start()


def heed() -> None:
    """Let this process take the signal so from here on; twice is once."""
    JobScheduler.exit_gracefully = _take_aside
