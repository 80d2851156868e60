"""Spending cap: a budget shared by all jobs of a study."""

import json
from pathlib import Path

from tactometer.journal import journal
from tactometer.utils.errors import UserError
from tactometer.utils.locks import Lock

SAME = 1e-9  # US dollars within which sums in another order are the same


class Purse:
    """What one job may still spend of a study's budget, in US dollars, worst cases of calls in
    flight held back.

    The ledger holds for each job what it has `spent`, and what it `held` for calls in flight at
    their worst case. It is ahead of every call, so a job that is killed leaves its calls counted.
    What it had spent and no journal holds was paid for when it was killed before that was written.
    `ordered` is the worst case of batches that an earlier run has handed in: still held, not lost.
    """

    def __init__(
        self, ledger: Path, job: str, cap: float, answers: Path, ordered: float = 0.0
    ) -> None:
        self._ledger, self._job, self._cap = ledger, job, cap
        self._lock = Lock(ledger.with_name(f"{ledger.name}.lock"))
        self._spent = sum(line["cost_usd"] or 0.0 for line in journal.read(answers))
        self._held = ordered
        ledger.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            before = self._read().get(job, {})
            cut_off = max(0.0, before.get("held", 0.0) - ordered)
            unwritten = max(0.0, before.get("spent", 0.0) - self._spent - SAME)
            self._lost = before.get("lost", 0.0) + cut_off + unwritten
            self._write()

    def take(self, worst: float) -> bool:
        """Hold the worst case of a call; False if the budget has no room for it now."""
        with self._lock:
            if worst > self._room():
                return False
            self._held += worst
            self._write()
            return True

    @property
    def room(self) -> float:
        """What no job has spent or holds."""
        with self._lock:
            return self._room()

    def _room(self) -> float:
        others = sum(sum(e.values()) for j, e in self._read().items() if j != self._job)
        return self._cap - others - self._spent - self._lost - self._held

    def lose(self, cost: float) -> None:
        """Count what was paid for answers that no journal of this job keeps."""
        if cost:
            with self._lock:
                self._lost += cost
                self._write()

    def settle(self, worst: float, cost: float | None) -> None:
        """Replace a call's worst case by its cost; None if nobody knows whether it was charged."""
        with self._lock:  # of threads too: two that settle at once are both counted
            self._held = max(0.0, self._held - worst)
            if cost is None:
                self._lost += worst
            else:
                self._spent += cost
            self._write()

    @property
    def holds(self) -> bool:
        """Whether calls in flight may still give room back."""
        return self._held > 1e-12

    def account(self) -> str:
        """What was spent, in words."""
        with self._lock:
            entries = self._read().values()
        spent, lost = sum(e["spent"] for e in entries), sum(e["lost"] for e in entries)
        words = f"{spent:.4f} USD are spent"
        if lost:
            words += f" and {lost:.4f} USD more may be, on calls that were cut off"
        return words

    def _read(self) -> dict[str, dict[str, float]]:
        try:
            found: dict[str, dict[str, float]] = json.loads(self._ledger.read_text())
        except FileNotFoundError:
            return {}
        except ValueError:
            raise UserError(
                f"{self._ledger} is no ledger any more: delete it when no job of this study runs, "
                "and what the journals cost is counted anew."
            ) from None
        return found

    def _write(self) -> None:
        entry = {"spent": self._spent, "held": self._held, "lost": self._lost}
        text = json.dumps({**self._read(), self._job: entry}, indent=1)
        temporary = self._ledger.with_name(f"{self._ledger.name}.new")
        temporary.write_text(
            text
        )  # under the lock; not synced: a kill loses nothing, a crash little
        temporary.replace(self._ledger)
