"""Concurrent API calls: one call first, then as many at once as the limits allow."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import suppress

from tactometer.journal.journal import Line
from tactometer.providers.api.call_errors import Trouble
from tactometer.providers.provider import Ask, in_turn
from tactometer.utils import stopping
from tactometer.utils.errors import UserError

# Seconds in which answers that come together go to the journal together: at least and at most, and
# between them as long as the last ones took to be written. What is not written, a kill loses.
GATHER, LONGEST = 0.002, 0.02
FULL = 128  # answers that go there at once: what waits does not grow with how fast they come
STREAK = 5  # requests that failed for good, one after another: the server is not there


class Crew:
    """A pool of workers that answers every ask by `call`, `size` at once, and hands over what has
    come.

    A refused key costs one call, because the first goes alone; so does the second where the first
    leaves it `in_doubt` whether the server gives what was asked for. Whatever stops the crew, the
    calls in flight are waited for and their answers handed over: they are paid for. Whoever is not
    `flying` ends at once; where the process is told to stop, those in flight have its grace.
    """

    def __init__(
        self,
        asks: Sequence[Ask],
        call: Callable[[Ask], Awaitable[Line | Trouble]],
        close: Callable[[], Coroutine[None, None, None]],
        size: int,
        in_doubt: Callable[[], bool] = lambda: False,
        flying: Callable[["asyncio.Task[None]"], bool] = lambda task: True,
    ) -> None:
        self._all = asks
        self._asks: Iterator[Ask] = iter(())
        self._call, self._close, self._size = call, close, size
        self._in_doubt, self._flying = in_doubt, flying
        self._lines: list[Line] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop: str | None = None
        self._failed: list[str] = []
        self._streak = 0
        self._got: set[str] = set()
        self._news = asyncio.Event()  # an answer, a worker's end, or a signal
        self._full = asyncio.Event()
        self._gather = GATHER
        self._kept = asyncio.Event()  # set once the answers that have come since are on disk
        self._handed: asyncio.Event | None = None  # the same of those that were handed over
        self._fault: BaseException | None = None  # of ours: it stops everything, at the end

    def answers(self) -> Iterator[list[Line]]:
        """Give the answers as they come; raises UserError if some request got none."""
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            with stopping.on_wake(lambda: _wake(loop, self._news)):
                try:
                    for asks in filter(None, in_turn(self._all)):
                        self._asks = iter(asks)
                        yield from self._round(runner)
                finally:
                    runner.run(self._close())
        if self._fault:
            raise self._fault
        self._complain()

    def _complain(self) -> None:
        """Raise the error of a crew that leaves requests without an answer."""
        lacking = [ask for ask in self._all if ask.key not in self._got and ask.wanted]
        missing = f"{len(lacking)} of {len(self._all)} answers are missing"
        if stopping.asked() and lacking:
            raise stopping.stopped(
                f"stopped by {stopping.name()}: {missing}; every one that came is in the journal; "
                "run again to ask those alone."
            )
        if self._stop or self._failed:
            reason = self._stop or f"the last error was: {self._failed[-1]}"
            raise UserError(f"{missing}: {reason.rstrip('.')}; run again to ask those alone.")

    @property
    def _over(self) -> bool:
        return bool(self._stop or self._fault or stopping.asked())

    def _round(self, runner: asyncio.Runner) -> Iterator[list[Line]]:
        """Ask the first question of all alone, then let everybody start."""
        alone = 0
        while not self._over:
            single = not self._got if alone == 0 else alone == 1 and self._in_doubt()
            alone += single
            runner.run(self._start(single))
            while lines := runner.run(self._collect()):
                self._got |= {line.key for line in lines}
                began = time.monotonic()
                yield lines
                self._gather = min(max(GATHER, time.monotonic() - began), LONGEST)
            if not single:
                return
            if self._failed:
                self._stop = self._failed[-1]

    async def _start(self, single: bool) -> None:
        for _ in range(1 if single else self._size):
            task = asyncio.create_task(self._work(1 if single else None))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._fault = self._fault or (None if task.cancelled() else task.exception())
        self._news.set()

    async def _work(self, most: int | None) -> None:
        done = 0
        while not self._over and done != most and (ask := next(self._asks, None)) is not None:
            if ask.wanted:
                done += 1
                await self._ask(ask)

    async def _ask(self, ask: Ask) -> None:
        answer = await self._call(ask)
        line = answer if isinstance(answer, Line) else answer.line
        if line is not None:
            self._lines.append(line)
            self._news.set()
            if len(self._lines) >= FULL:
                self._full.set()
        if isinstance(answer, Line):
            self._streak = 0
        elif answer.final:
            self._stop = answer.reason
        else:
            self._failed.append(answer.reason)
            self._streak += 1
            print(f"request {ask.row['request']} got no answer: {answer.reason}", flush=True)
            if self._streak >= STREAK:
                self._stop = f"{STREAK} requests in a row failed, the last by: {answer.reason}"
        if self._stop:
            self._news.set()
        if line is not None:  # what has come is written before more is sent
            await self._kept.wait()

    async def _collect(self) -> list[Line]:
        """The answers since the last call, at least one; none at the end. Those of the last are
        on disk.
        """
        if self._handed is not None:
            self._handed.set()
        while self._tasks and not self._lines:
            self._news.clear()
            if self._over:
                self._leave()
            with suppress(TimeoutError):
                async with asyncio.timeout(stopping.left()):
                    await self._news.wait()
        if self._tasks:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._gather):
                    await self._full.wait()
        self._full.clear()
        lines, self._lines = self._lines, []
        self._handed, self._kept = self._kept, asyncio.Event()
        return lines

    def _leave(self) -> None:
        """End whoever waits for a turn, and after the grace of a signal everybody."""
        over = stopping.left() == 0.0
        for task in self._tasks:
            if over or not self._flying(task):
                task.cancel()


def _wake(loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(news.set)
