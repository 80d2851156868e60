"""How fast an API is asked: token buckets for calls and for tokens, and a common pause."""

import asyncio
import time


class Bucket:
    """Lets `per_minute` units a minute through, evenly: a minute never holds a burst on top."""

    def __init__(self, per_minute: float | None) -> None:
        self._seconds = 60.0 / per_minute if per_minute else 0.0
        self._due = 0.0  # when the next unit is due: turns are handed out ahead, so waits add up

    async def take(self, units: float = 1.0) -> None:
        """Wait for the next turn and take some units with it."""
        if self._seconds:
            now = time.monotonic()
            turn = max(self._due, now)
            self._due = turn + units * self._seconds
            await asyncio.sleep(turn - now)

    def correct(self, units: float) -> None:
        """Count units that turned out to be more than were taken; fewer, if negative."""
        self._due += units * self._seconds


class Pace:
    """The limits of one account: calls a minute, tokens a minute, and pauses that it asks for."""

    def __init__(self, rpm: float | None, tpm: float | None) -> None:
        self._calls, self._tokens = Bucket(rpm), Bucket(tpm)
        self._until = 0.0
        self._mean: tuple[float, int] = (0.0, 0)  # tokens of the calls so far, and their number

    async def turn(self, guess: float) -> float:
        """Wait until one more call may go out; give the tokens counted for it.

        These are the mean of the calls so far, or `guess` before there is one.
        """
        total, count = self._mean
        tokens = total / count if count else guess
        await self._tokens.take(tokens)
        await self._calls.take()
        while (pause := self._until - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        return tokens

    def settle(self, counted: float, tokens: float | None) -> None:
        """Correct what was counted for a call by the tokens that it took; None if it failed."""
        if tokens is None:
            self._tokens.correct(-counted)
            return
        total, count = self._mean
        self._mean = total + tokens, count + 1
        self._tokens.correct(tokens - counted)

    def pause(self, seconds: float) -> None:
        """Hold every call back: the server asked for it."""
        self._until = max(self._until, time.monotonic() + seconds)
