"""Concurrent API calls: one call first, then as many at once as the limits allow."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence

from tactometer.journal.journal import Line
from tactometer.providers.api.call_errors import Trouble
from tactometer.providers.provider import Ask
from tactometer.utils.errors import UserError

COLLECT = 0.25  # seconds of answers that go to the journal together
FULL = 128  # answers that go there at once: what waits does not grow with how fast they come
STREAK = 5  # requests that failed for good, one after another: the server is not there


class Crew:
    """A pool of workers that answers every ask by `call`, `size` at once, and hands over what has
    come.

    A refused key costs one call, because the first goes alone. Whatever stops the crew, the calls
    in flight are waited for and their answers handed over: they are paid for.
    """

    def __init__(
        self,
        asks: Sequence[Ask],
        call: Callable[[Ask], Awaitable[Line | Trouble]],
        close: Callable[[], Coroutine[None, None, None]],
        size: int,
    ) -> None:
        self._count = len(asks)
        self._asks = iter(asks)
        self._call, self._close, self._size = call, close, size
        self._lines: list[Line] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop: str | None = None
        self._failed: list[str] = []
        self._streak = self._got = 0
        self._full = asyncio.Event()
        self._fault: BaseException | None = None  # of ours: it stops everything, at the end

    def answers(self) -> Iterator[list[Line]]:
        """Give the answers as they come; raises UserError if some request got none."""
        with asyncio.Runner() as runner:
            try:
                runner.run(self._begin())
                while lines := runner.run(self._collect()):
                    self._got += len(lines)
                    yield lines
            finally:
                runner.run(self._close())
        if self._fault:
            raise self._fault
        if self._stop or self._failed:
            missing = f"{self._count - self._got} of {self._count} answers are missing"
            reason = self._stop or f"the last error was: {self._failed[-1]}"
            raise UserError(f"{missing}: {reason.rstrip('.')}; run again to ask those alone.")

    async def _begin(self) -> None:
        """Ask the first question alone, then let everybody start."""
        first = next(self._asks, None)
        if first is None:
            return
        await self._ask(first)
        if self._failed:
            self._stop = self._failed[-1]
        self._tasks = {asyncio.create_task(self._work()) for _ in range(self._size)}

    async def _work(self) -> None:
        while not (self._stop or self._fault) and (ask := next(self._asks, None)) is not None:
            await self._ask(ask)

    async def _ask(self, ask: Ask) -> None:
        answer = await self._call(ask)
        if isinstance(answer, Line):
            self._lines.append(answer)
            self._streak = 0
            if len(self._lines) >= FULL:
                self._full.set()
            return
        if answer.final:
            self._stop = answer.reason
            return
        self._failed.append(answer.reason)
        self._streak += 1
        print(f"request {ask.row['request']} got no answer: {answer.reason}", flush=True)
        if self._streak >= STREAK:
            self._stop = f"{STREAK} requests in a row failed, the last by: {answer.reason}"

    async def _collect(self) -> list[Line]:
        """The answers since the last call, at least one; none at the end."""
        full = asyncio.create_task(self._full.wait())
        while self._tasks and not self._lines:
            some = asyncio.FIRST_COMPLETED
            await asyncio.wait({full, *self._tasks}, timeout=COLLECT, return_when=some)
            for task in [task for task in self._tasks if task.done()]:
                self._tasks.remove(task)
                self._fault = self._fault or task.exception()
        full.cancel()
        self._full.clear()
        lines, self._lines = self._lines, []
        return lines
