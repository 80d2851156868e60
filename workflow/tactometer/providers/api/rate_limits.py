"""Rate limiting: token buckets for calls and tokens a minute, and a shared pause after a 429.

What is due when stands in a small file that all jobs of one machine share for one account, so that
checkpoints which are asked side by side keep its limits together.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tactometer.utils.digests import digest
from tactometer.utils.locks import Lock

CREDIT = 1.0  # seconds of a stall that are made up for: within 2% of a minute
HASTE = 0.8  # of the even gap between two turns, while a stall is made up for
FAR = 3600.0  # seconds: what is due later than that was written before a restart of the machine


class Clock:
    """When things are due for one account, in seconds of this machine's monotonic clock."""

    def __init__(self, account: list[str | None] | None) -> None:
        self._own: dict[str, float] = {}
        self._path: Path | None = None
        if account is not None:
            folder = Path(tempfile.gettempdir()) / f"tactometer-{os.getuid()}"
            folder.mkdir(mode=0o700, exist_ok=True)
            self._path = folder / f"pace-{digest(account)}.json"

    @contextmanager
    def due(self) -> Iterator[dict[str, float]]:
        """What is due, to be read and changed; no other job sees it meanwhile."""
        if self._path is None:
            yield self._own
            return
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+") as stream, Lock(self._path.with_suffix(".lock")):
            found = _read(stream.read())
            yield found
            stream.seek(0)
            stream.truncate()
            stream.write(json.dumps(found))
            stream.flush()


def _read(text: str) -> dict[str, float]:
    """What a file says; nothing if its writer was killed, and nothing that is far off."""
    try:
        found: dict[str, float] = json.loads(text)
    except ValueError:
        return {}
    horizon = time.monotonic() + FAR
    return {name: at for name, at in found.items() if at < horizon}


class Bucket:
    """A token bucket: lets `per_minute` units a minute through, evenly, without a burst after a
    stall.
    """

    def __init__(self, name: str, per_minute: float) -> None:
        self._name, self._next = name, f"{name}, at the earliest"
        self._seconds = 60.0 / per_minute

    def wait(self, due: dict[str, float], now: float) -> float:
        """Seconds until the next turn."""
        return max(due.get(self._name, now), due.get(self._next, now)) - now

    def take(self, due: dict[str, float], now: float, units: float) -> None:
        """Take a turn with some units."""
        due[self._name] = max(due.get(self._name, now), now - CREDIT) + units * self._seconds
        due[self._next] = now + HASTE * units * self._seconds

    def correct(self, due: dict[str, float], units: float) -> None:
        """Count units that turned out to be more than were taken; fewer, if negative."""
        due[self._name] = due.get(self._name, time.monotonic()) + units * self._seconds


class Pace:
    """Rate limits of one account: calls a minute, tokens a minute, and pauses that it asks for.

    `account` names it: its model, server and the variable of its key; None if it has no limits.
    """

    def __init__(
        self, rpm: float | None, tpm: float | None, account: list[str | None] | None = None
    ) -> None:
        self._clock = Clock(account if rpm or tpm else None)
        self._calls = Bucket("calls", rpm) if rpm else None
        self._tokens = Bucket("tokens", tpm) if tpm else None
        self._line = asyncio.Lock()  # one call waits at its head, the others behind it
        self._mean: tuple[float, int] = (0.0, 0)  # tokens of the calls so far, and their number

    async def turn(self, guess: float) -> float:
        """Wait until one more call may go out; give the tokens counted for it.

        These are the mean of the calls so far, or `guess` before there is one.
        """
        async with self._line:
            while True:
                total, count = self._mean
                tokens = total / count if count else guess
                if (wait := self._claim(tokens)) <= 0:
                    return tokens
                await asyncio.sleep(wait)

    def _claim(self, tokens: float) -> float:
        """Seconds until a call may go out; if it may now, its turn is taken."""
        buckets = [(each, n) for each, n in ((self._calls, 1), (self._tokens, tokens)) if each]
        now = time.monotonic()
        with self._clock.due() as due:
            waits = [due.get("pause", now) - now, *(each.wait(due, now) for each, _ in buckets)]
            if max(waits) <= 0:
                for each, units in buckets:
                    each.take(due, now, units)
        return max(waits)

    def settle(self, counted: float, tokens: float | None) -> None:
        """Correct what was counted for a call by the tokens that it took; None if it failed."""
        if tokens is not None:
            total, count = self._mean
            self._mean = total + tokens, count + 1
        if self._tokens and tokens != counted:
            with self._clock.due() as due:
                self._tokens.correct(due, (tokens or 0.0) - counted)

    def pause(self, seconds: float) -> None:
        """Hold every call back: the server asked for it."""
        with self._clock.due() as due:
            due["pause"] = max(due.get("pause", 0.0), time.monotonic() + seconds)
