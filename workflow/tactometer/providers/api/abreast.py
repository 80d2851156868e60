"""Checkpoints of one model that are asked at the same time go on abreast, whatever their speed.

An effort that answers in a second is not through before one that thinks for a minute has begun:
what changes at the provider meanwhile meets all of them at the same share of their prompts, and is
no effect of effort. Each job says in a file beside its journal how far it is, and holds a lock
while it asks, so that nobody waits for one that has ended, in whatever way.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tactometer.utils.locks import Busy, Lock

LEAD = 0.02  # share of its prompts, beside those in flight, by which one may be ahead of another
LOOK = 0.05  # seconds between two looks of one that waits


class Abreast:
    """Lets the calls of one checkpoint go on as far as its siblings are; close it at the end.

    `journal`: its own; `siblings`: those of all of the model; `total`: how many calls it has to
    make, `width` of them at once.
    """

    def __init__(self, journal: Path, siblings: Sequence[Path], total: int, width: int) -> None:
        self._siblings = [_share(each) for each in siblings if each != journal]
        self._mine, self._total = _share(journal), total
        self._lead = LEAD + width / total
        self._lock = _lock(self._mine)
        self._begun, self._free = 0, 0.0  # calls so far, and the share up to which nobody is asked
        self._turn = asyncio.Lock()  # one looks, the others wait behind it
        if self._siblings:
            self._mine.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()

    async def step(self) -> None:
        """Wait until one more call leaves no sibling too far behind."""
        if not self._siblings:
            return
        async with self._turn:
            self._begun += 1
            share = self._begun / self._total
            while share > self._free:
                self._mine.write_text(repr(share))
                self._free = (
                    min([share - self._lead / 2, *map(_reached, self._siblings)]) + self._lead
                )
                if share > self._free:
                    await asyncio.sleep(LOOK)

    def close(self) -> None:
        """Let nobody wait for this one any more."""
        if self._siblings:
            self._mine.unlink(missing_ok=True)
            self._lock.release()


def _share(journal: Path) -> Path:
    return journal.with_name(f".{journal.name}.share")


def _lock(share: Path) -> Lock:
    return Lock(share.with_name(f"{share.name}.lock"))


def _reached(share: Path) -> float:
    """How far a sibling is: all the way where it is not being asked now."""
    lock = _lock(share)
    with suppress(Busy, OSError):
        lock.acquire(timeout=0)
        lock.release()
        return 1.0
    try:
        return float(share.read_text())
    except (OSError, ValueError):  # it has just begun, or is writing
        return 0.0
