"""Concurrent API calls: one call first, then as many at once as the limits allow."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence

from tactometer.journal.journal import Line
from tactometer.providers.api.call_errors import Trouble
from tactometer.providers.provider import Ask, in_turn
from tactometer.utils.errors import UserError

COLLECT = 0.25  # seconds of answers that go to the journal together
FULL = 128  # answers that go there at once: what waits does not grow with how fast they come
STREAK = 5  # requests that failed for good, one after another: the server is not there


class Crew:
    """A pool of workers that answers every ask by `call`, `size` at once, and hands over what has
    come.

    A refused key costs one call, because the first goes alone; so does the second where the first
    leaves it `in_doubt` whether the server gives what was asked for. Whatever stops the crew, the
    calls in flight are waited for and their answers handed over: they are paid for.
    """

    def __init__(
        self,
        asks: Sequence[Ask],
        call: Callable[[Ask], Awaitable[Line | Trouble]],
        close: Callable[[], Coroutine[None, None, None]],
        size: int,
        in_doubt: Callable[[], bool] = lambda: False,
    ) -> None:
        self._all = asks
        self._asks: Iterator[Ask] = iter(())
        self._call, self._close, self._size = call, close, size
        self._in_doubt = in_doubt
        self._lines: list[Line] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop: str | None = None
        self._failed: list[str] = []
        self._streak = 0
        self._got: set[str] = set()
        self._full = asyncio.Event()
        self._fault: BaseException | None = None  # of ours: it stops everything, at the end

    def answers(self) -> Iterator[list[Line]]:
        """Give the answers as they come; raises UserError if some request got none."""
        with asyncio.Runner() as runner:
            try:
                for asks in filter(None, in_turn(self._all)):
                    if self._stop or self._fault:
                        break
                    self._asks = iter(asks)
                    runner.run(self._begin())
                    while lines := runner.run(self._collect()):
                        self._got |= {line.key for line in lines}
                        yield lines
            finally:
                runner.run(self._close())
        if self._fault:
            raise self._fault
        if self._stop or self._failed:
            lacking = [ask for ask in self._all if ask.key not in self._got and ask.wanted]
            missing = f"{len(lacking)} of {len(self._all)} answers are missing"
            reason = self._stop or f"the last error was: {self._failed[-1]}"
            raise UserError(f"{missing}: {reason.rstrip('.')}; run again to ask those alone.")

    async def _begin(self) -> None:
        """Ask the first question of all alone, then let everybody start."""
        for _ in range(2 if not self._got else 0):
            first = next((ask for ask in self._asks if ask.wanted), None)
            if first is None:
                return
            await self._ask(first)
            if self._failed:
                self._stop = self._failed[-1]
            if self._stop or not self._in_doubt():
                break
        self._tasks = {asyncio.create_task(self._work()) for _ in range(self._size)}

    async def _work(self) -> None:
        while not (self._stop or self._fault) and (ask := next(self._asks, None)) is not None:
            if ask.wanted:
                await self._ask(ask)

    async def _ask(self, ask: Ask) -> None:
        answer = await self._call(ask)
        if isinstance(answer, Line):
            self._lines.append(answer)
            self._streak = 0
            if len(self._lines) >= FULL:
                self._full.set()
            return
        if answer.line is not None:
            self._lines.append(answer.line)
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
