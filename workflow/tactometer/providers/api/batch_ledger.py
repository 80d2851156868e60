"""Ledger of provider batches of one checkpoint: every batch that was submitted, or may have been.

A file beside the journal, append-only and synced line by line: a step is written down before it is
taken and again when its outcome is known, so a killed run finds its batches again and pays once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tactometer.journal import journal
from tactometer.providers.provider import Ask
from tactometer.utils.errors import UserError


@dataclass
class Order:
    """One batch job: its own `tag`, the answers' `keys` that are still open, what it costs at
    worst.

    `file` and `batch` are the provider's ids; `asked`: whether a submission was begun; `taken`:
    how many keys it began with; `again`: those of them that had an answer before and are asked once
    more; `settled`: whether it was read, or never submitted.
    """

    tag: str
    keys: set[str]
    worst: float
    taken: int
    file: str | None = None
    batch: str | None = None
    asked: bool = False
    settled: bool = False
    again: Collection[str] = ()


class Book:
    """The ledger of a checkpoint's batches; made by `write`, or without a writer to look alone.

    `answers`: how many the journal has, by key; `again`: the keys that have one and are asked once
    more now, of orders that do not say it themselves.
    """

    def __init__(
        self,
        path: Path,
        answers: Mapping[str, int],
        again: Collection[str],
        writer: journal.Writer | None,
    ) -> None:
        self.path, self._answers, self._again, self._writer = path, answers, again, writer
        self._orders: dict[str, Order] = {}
        self.attempts: Counter[str] = Counter()  # how often each key was ordered in vain
        for line in journal.objects(path):
            self._take(line)

    @property
    def open(self) -> list[Order]:
        """The orders that may still bring answers."""
        return [order for order in self._orders.values() if order.keys or not order.settled]

    def intend(self, asks: Iterable[Ask], worst: float) -> Order:
        """Note an order before anything of it leaves this machine."""
        tag, tries = f"tactometer-{uuid4().hex}", {ask.key: ask.tries for ask in asks}
        again = [key for key in tries if tries[key]]
        self._note(tag, "intend", keys=list(tries), again=again, worst=worst)
        return self._orders[tag]

    def uploaded(self, order: Order, file: str) -> None:
        """Note the provider's id of the uploaded requests."""
        self._note(order.tag, "upload", file=file)

    def ask(self, order: Order) -> None:
        """Note that the order is about to be submitted: from here on it may cost."""
        if not order.asked:
            self._note(order.tag, "ask")

    def submitted(self, order: Order, batch: str) -> None:
        """Note the provider's id of the batch."""
        self._note(order.tag, "submit", batch=batch)

    def drop(self, order: Order) -> None:
        """Note that the order was never submitted."""
        self._note(order.tag, "drop")

    def read(self, order: Order, left: Iterable[str], failed: Iterable[str]) -> None:
        """Note that its answers are in the journal: but for `left`, which nobody wanted now, and
        `failed`, which are to be ordered anew."""
        self._note(order.tag, "read", left=sorted(left), failed=sorted(failed))

    def _note(self, tag: str, step: str, **more: Any) -> None:
        assert self._writer is not None
        line = {"key": tag, "step": step, "at": journal.now(), **more}
        self._writer.write([line])
        self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        tag, step = line["key"], line["step"]
        if step == "intend":
            order = Order(tag, set(), line["worst"], len(line["keys"]))
            order.again = frozenset(line.get("again", self._again))
            order.keys = self._unread(order, line["keys"])
            self._orders[tag] = order
            return
        order = self._orders[tag]
        if step == "upload":
            order.file = line["file"]
        elif step == "ask":
            order.asked = True
        elif step == "submit":
            order.batch = line["batch"]
        else:  # dropped or read: it costs nothing more
            order.settled, order.worst = True, 0.0
            order.keys = self._unread(order, line.get("left", ()))
            self.attempts.update(line.get("failed", ()))

    def _unread(self, order: Order, keys: Iterable[str]) -> set[str]:
        """Those of an order's keys whose answer from it the journal does not hold yet."""
        return {key for key in keys if self._answers.get(key, 0) <= (key in order.again)}


@contextmanager
def write(path: Path, answers: Mapping[str, int], again: Collection[str]) -> Iterator[Book]:
    """Open the orders for writing, alone; heals a torn last line first."""
    with journal.write(path) as writer:
        yield Book(path, answers, again, writer)


def refuse_ordered(
    path: Path, answers: Mapping[str, int], keys: Collection[str], place: str
) -> None:
    """Refuse to ask for what is on order in a batch: it would be paid for twice."""
    for order in Book(path, answers, keys, None).open:
        if order.asked and (ordered := order.keys.intersection(keys)):
            raise UserError(
                f"{place}, key batch: {len(ordered)} of the answers are on order in "
                f"batch {order.batch}; set batch: true to fetch them, or delete {path} to ask and "
                "pay again."
            )
