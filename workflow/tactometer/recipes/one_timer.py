"""Have Snakemake look for jobs that may start once a second, not once a second for each job so far.

Its scheduler (9.27) looks again a timespan of `--max-jobs-per-timespan` after each look, so each
job that ends begins another row of looks for good: after a thousand jobs a thousand a second, and
each asks the disk for the sizes of all inputs.
"""

import threading
from typing import Any

from snakemake.scheduling.job_scheduler import JobScheduler


def _look_again(scheduler: Any, delay: float) -> None:
    """`JobScheduler._schedule_reevalutation`, unless a look is due already: it begins the next."""
    due = getattr(scheduler, "_look_due", None)
    if due is not None and due.is_alive():
        return

    def look() -> None:
        scheduler._look_due = None  # first: whoever is woken may want the next
        scheduler._open_jobs.release()

    scheduler._look_due = threading.Timer(delay, look)
    scheduler._look_due.daemon = True  # a run that is over waits for no look
    scheduler._look_due.start()


def keep() -> None:
    """Let this process schedule so from here on; twice is once."""
    JobScheduler._schedule_reevalutation = _look_again
