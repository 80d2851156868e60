"""Progress of long asking: a line that renews itself on a terminal, a line a minute in a log.

It comes while no answer does, too: weights load, a batch waits at its provider, a server hangs.
"""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from tactometer.journal.journal import Line
from tactometer.replies.stop_reasons import no_answer

ON_TERMINAL, IN_LOG = 0.5, 60.0  # seconds between two lines
RECENT = 60.0  # seconds over which the rate is taken: what is left goes on as it went of late


class Progress:
    """How far the asking of one checkpoint is, told while it goes on.

    `total`: answers to ask; `cap`: the study's budget in US dollars, of which `ledger` says what is
    spent. `elsewhere` says what is under way at the provider. Invalid are those of which the
    provider itself says so, and the empty ones. `with` it, lines come by themselves.
    """

    def __init__(
        self,
        total: int,
        cap: float | None,
        ledger: Path,
        stream: IO[str] | None = None,
        elsewhere: Callable[[], str] = lambda: "",
    ) -> None:
        self._total, self._cap, self._ledger = total, cap, ledger
        self._stream = sys.stdout if stream is None else stream
        self._terminal = self._stream.isatty()
        self._done, self._cost = 0, 0.0
        self._invalid: Counter[str] = Counter()
        self._told = time.monotonic()
        self._marks = [(self._told, 0)]  # when how many were done, of late
        self._open = False
        self._elsewhere = elsewhere
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._clock = threading.Thread(target=self._tell, daemon=True)

    @property
    def _pause(self) -> float:
        return ON_TERMINAL if self._terminal else IN_LOG

    def __enter__(self) -> "Progress":
        self._clock.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._clock.join()
        self.end()

    def _tell(self) -> None:
        with suppress(OSError, ValueError):  # whoever read it has gone; the asking goes on
            while not self._over.wait(self._pause / 4):
                with self._lock:
                    self.tick()

    def see(self, lines: Sequence[Line]) -> None:
        """Take answers in that are on disk, and tell of them when it is time."""
        with self._lock:
            self._see(lines)
            self.tick()

    def _see(self, lines: Sequence[Line]) -> None:
        self._done += len(lines)
        for line in lines:
            self._cost += line.cost_usd or 0.0
            reason = no_answer(line.entries())
            if reason is None and line.logprobs is None and not (line.text or "").strip():
                reason = "empty"
            if reason is not None:
                self._invalid[reason] += 1

    def tick(self) -> None:
        """Tell how far it is, when it is time."""
        now = time.monotonic()
        if now - self._told >= self._pause:
            self._told = now
            self._forget(now - RECENT)
            if self._done > self._marks[-1][1]:
                self._marks.append((now, self._done))
            self._print(self.text(now))

    def _forget(self, before: float) -> None:
        """Leave the rate the last mark from before then, or one at which fewer were done: answers
        of an engine come in hundreds, minutes apart.
        """
        while len(self._marks) > 1 and self._marks[1][0] <= before:
            if self._marks[1][1] >= self._done:
                return
            del self._marks[0]

    def text(self, now: float) -> str:
        """Done, to go, rate, time left, spent of the budget, and what is invalid."""
        since, before = self._marks[0]
        rate = (self._done - before) / (now - since) if now > since else 0.0
        parts = [
            f"{self._done:,} of {self._total:,} answers",
            f"{self._total - self._done:,} to go",
        ]
        if rate > 0:
            left = (self._total - self._done) / rate
            parts += [f"{rate:.1f} a second", f"{_span(left)} left"]
        if self._cap is not None:
            parts.append(f"{self._spent():.2f} of {self._cap:g} USD spent")
        elif self._cost:
            parts.append(f"{self._cost:.2f} USD")
        if under_way := self._elsewhere():
            parts.append(under_way)
        every = ", ".join(f"{n} {reason}" for reason, n in self._invalid.most_common())
        return ", ".join(parts) + (f"; invalid: {every}" if every else "")

    def end(self) -> None:
        """Leave the terminal's line as it stands."""
        if self._open:
            print(file=self._stream, flush=True)
            self._open = False

    def _spent(self) -> float:
        """What all jobs of the study have spent, with what calls that broke off may cost."""
        try:
            told = json.loads(self._ledger.read_text()).values()
            return float(sum(job["spent"] + job["lost"] for job in told))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return self._cost

    def _print(self, text: str) -> None:
        if self._terminal:
            print(f"\r\x1b[2K{text}", end="", file=self._stream, flush=True)
            self._open = True
        else:
            print(text, file=self._stream, flush=True)


def _span(seconds: float) -> str:
    """A time in the two units that matter: "1 h 20 min", "5 min", "40 s"."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
