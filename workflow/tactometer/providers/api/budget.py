"""Spending cap: pinned prices, and a budget shared by all jobs of a study."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tactometer.journal import journal
from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError
from tactometer.utils.locks import Lock


@dataclass(frozen=True)
class Prices:
    """Prices in US dollars a token; `origin` says where they come from."""

    input: float
    output: float
    cached_input: float
    origin: str

    def cost(self, usage: Mapping[str, Any]) -> float:
        """What a call with this usage costs, in US dollars."""
        cached = usage.get("cached_tokens", 0)
        prompt = usage.get("prompt_tokens", 0) - cached
        tokens = usage.get("completion_tokens", 0)
        return float(prompt * self.input + cached * self.cached_input + tokens * self.output)

    def worst(self, prompt_bytes: int, max_tokens: int) -> float:
        """The most that a call can cost: a token has at least one byte."""
        return prompt_bytes * max(self.input, self.cached_input) + max_tokens * self.output


BATCHED = 0.5  # what a call in a batch costs of its price, with every provider that has them


def pinned(
    path: Path, given: Mapping[str, float] | None, known: Prices | None, share: float = 1.0
) -> Prices | None:
    """The prices of a run: the study's, else the copy of an earlier run, else the known ones.

    `given` is in US dollars for a million tokens, of which calls cost a `share`. The copy is
    written to `path` and kept, so that a new price list does not change what a run has cost.
    """
    if given is not None:
        inward, outward = (given[way] / 1e6 * share for way in ("input", "output"))
        prices: Prices | None = Prices(inward, outward, inward, "the study")
    elif path.exists():
        return Prices(**json.loads(path.read_text()))
    else:
        prices = known
    if prices is not None:
        atomic_files.write_if_changed(path, json.dumps(asdict(prices), indent=1) + "\n")
    return prices


class Purse:
    """What one job may still spend of a study's budget, in US dollars, worst cases of calls in
    flight held back.

    The ledger holds for each job what it has `spent`, and what it `held` for calls in flight at
    their worst case. It is ahead of every call, so a job that is killed leaves its calls counted.
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
            self._lost = before.get("lost", 0.0) + cut_off
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
            self._lost += cost
            with self._lock:
                self._write()

    def settle(self, worst: float, cost: float | None) -> None:
        """Replace a call's worst case by its cost; None if nobody knows whether it was charged."""
        self._held = max(0.0, self._held - worst)
        if cost is None:
            self._lost += worst
        else:
            self._spent += cost
        with self._lock:
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
