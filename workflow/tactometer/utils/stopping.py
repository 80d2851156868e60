"""Orderly stop at SIGINT and SIGTERM: nothing new is begun, and what is in flight may end.

Ctrl-C, a batch system's cancellation, pre-emption and time limit all come as one of these signals.
The first one is noted; whoever works asks `asked` before beginning anything, and has `left` seconds
for what is under way. A second one, half a second later or more, ends the process at once.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tactometer.utils.errors import UserError

SIGNALS = (signal.SIGINT, signal.SIGTERM)
ECHO = (
    0.5  # seconds within which a second signal is the first one's: one cancellation sends several
)
KILL_WAIT = 30.0  # seconds that Slurm waits before it kills, where it does not say
RESERVE = 5.0  # of these, seconds kept to write what came
LATE = 3.0  # seconds after the grace in which whoever does not come to an end is ended


class Stopped(UserError):
    """The process was told to stop, and did; exits as shells have it, with 128 and the signal."""

    def __init__(self, text: str, number: int) -> None:
        super().__init__(text)
        self.status = 128 + number


class _State:
    """What this process was told: `number` of the signal, when (`at`), and its `grace`."""

    number: int | None = None
    at = 0.0
    grace = 0.0
    under_way = ""
    wake: Callable[[], None] | None = None


def asked() -> bool:
    """Whether this process was told to stop."""
    return _State.number is not None


def left() -> float | None:
    """Seconds that are left of the grace; None where nothing told this process to stop."""
    return None if _State.number is None else max(0.0, _State.at + _State.grace - time.monotonic())


def sleep(seconds: float) -> None:
    """Sleep, but not on when this process is told to stop."""
    end = time.monotonic() + seconds
    while not asked() and (rest := end - time.monotonic()) > 0:
        time.sleep(min(rest, 0.2))


def stopped(text: str) -> Stopped:
    """The error of a process that was told to stop, once it has come to its end."""
    return Stopped(text, _State.number or signal.SIGTERM)


def name() -> str:
    """The signal's name."""
    return signal.Signals(_State.number or signal.SIGTERM).name


@contextmanager
def on_wake(wake: Callable[[], None]) -> Iterator[None]:
    """Have `wake` called when a signal comes: for whoever waits in an event loop."""
    _State.wake = wake
    try:
        yield
    finally:
        _State.wake = None


@contextmanager
def orderly(
    grace: float, under_way: str = "nothing new is asked; what is in flight"
) -> Iterator[None]:
    """Stop in order at SIGINT and SIGTERM, with so many seconds for what is under way."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are not ours there
        return
    _State.number, _State.grace = None, min(grace, _slurm())
    _State.under_way = under_way
    before = {number: signal.signal(number, _note) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _State.number = None


@contextmanager
def prompt() -> Iterator[None]:
    """Stop at once at SIGINT and SIGTERM, with a sentence: what is under way can be done again."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        told = f"stopped by {signal.Signals(number).name}: what came is in the journal"
        raise Stopped(f"{told}; run again to ask what is missing.", number)

    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _note(number: int, frame: FrameType | None) -> None:
    if _State.number is not None:
        if time.monotonic() - _State.at >= ECHO:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        return
    _State.number, _State.at = number, time.monotonic()
    print(
        f"{name()}: {_State.under_way} has {_State.grace:.0f} s to end "
        "(a second signal ends at once).",
        flush=True,
    )
    late = threading.Timer(_State.grace + LATE, _end, [number])
    late.daemon = True
    late.start()
    if _State.wake is not None:
        _State.wake()


def _end(number: int) -> None:
    if _State.number is not None:
        print("tactometer: stopped at the end of its grace; run again to go on.", file=sys.stderr)
        sys.stderr.flush()
        os._exit(128 + number)


def _slurm() -> float:
    """Seconds before Slurm kills what it has told to stop, less a reserve; no limit elsewhere."""
    if "SLURM_JOB_ID" not in os.environ:
        return float("inf")
    try:
        command = ["scontrol", "show", "config"]
        told = subprocess.run(command, capture_output=True, text=True, timeout=5).stdout
    except (OSError, subprocess.SubprocessError):
        told = ""
    found = re.search(r"^KillWait\s*=\s*(\d+)", told, re.M)
    return max(1.0, (float(found[1]) if found else KILL_WAIT) - RESERVE)
