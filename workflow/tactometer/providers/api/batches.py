"""Batch API: requests submitted together at half the price, and answered within a day."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tactometer.journal.journal import Line
from tactometer.providers.api.answer_lines import Reader
from tactometer.providers.api.batch_endpoint import ENDPOINT, Server
from tactometer.providers.api.batch_ledger import Book, Order
from tactometer.providers.api.budget import Purse
from tactometer.providers.api.call_errors import Refused, Trouble, of
from tactometer.providers.provider import Ask
from tactometer.utils import stopping
from tactometer.utils.errors import UserError

REQUESTS, BYTES = 50_000, 100_000_000  # of one batch: the least that the providers allow
POLL = 60.0  # seconds between two looks
SLICE = 500  # answers that go to the journal together
ENDED = ("completed", "failed", "expired", "cancelled")
TOO_MUCH = "token_limit_exceeded"  # more tokens on order than the account may have


@dataclass(frozen=True)
class Caller:
    """What the provider knows of its requests and their answers.

    `body`: a request as JSON, without the model's name; `reader` reads the answers; `spent_out`:
    what to say where the budget has no room; `no_logprobs`: where the server gives none.
    """

    body: Callable[[Ask], dict[str, Any]]
    reader: Reader
    spent_out: Callable[[Purse], Trouble]
    no_logprobs: Callable[[], Trouble]


@dataclass(frozen=True)
class Manner:
    """How batches are dealt with: seconds between two looks, and tries for one request."""

    poll: float
    attempts: int
    requests: int = REQUESTS


class Refusal(Exception):
    """No call would fare better; the text says why."""


class Batches:
    """Orders what is missing, waits for it, and gives the answers as batches end."""

    def __init__(
        self,
        asks: Sequence[Ask],
        server: Server,
        book: Book,
        purse: Purse | None,
        caller: Caller,
        manner: Manner,
        redact: Callable[[str], str],
    ) -> None:
        self._wanted = {ask.key: ask for ask in asks}
        self._queue = list(asks)
        self._unwanted: list[Ask] = []  # of prompt sets that are stopped, for now
        self._server, self._book, self._purse = server, book, purse
        self._caller, self._manner, self._redact = caller, manner, redact
        self._most = manner.requests
        self._open: list[Order] = []
        self._done: dict[str, int] = {}  # requests that are through at the provider, by batch
        self._stop: str | None = None
        self._failed: list[str] = []
        self._got = 0

    def answers(self) -> Iterator[list[Line]]:
        """Give the answers as they come; raises UserError if some request got none."""
        try:
            self._attach()
            while self._stop is None and not stopping.asked():
                self._submit()
                if not self._open:
                    break
                yield from self._round()
            yield from self._rest()
        except Refusal as refusal:
            self._stop = str(refusal)
        if stopping.asked():
            raise stopping.stopped(
                f"stopped by {stopping.name()}: what is on order stays so, noted in "
                f"{self._book.path}; run again to fetch it."
            )
        if self._stop or self._failed:
            wanted = len(self._wanted) - sum(not ask.wanted for ask in self._unwanted)
            missing = f"{wanted - self._got} of {wanted} answers are missing"
            reason = self._stop or f"the last error was: {self._failed[-1]}"
            raise UserError(f"{missing}: {reason.rstrip('.')}; run again to order those alone.")

    def under_way(self) -> str:
        """What is on order, and how much of it the provider says that it has done."""
        orders = list(self._open)
        taken = sum(order.taken for order in orders)
        done = sum(self._done.get(str(order.batch), 0) for order in orders)
        return f"batches on order: {len(orders)} with {taken:,} requests, {done:,} done there"

    def _round(self) -> Iterator[list[Line]]:
        """One look at every open batch, and a pause if none had ended."""
        before = len(self._open)
        for order in list(self._open):
            yield from self._look(order)
        if self._open and len(self._open) == before:
            stopping.sleep(self._manner.poll)

    def _rest(self) -> Iterator[list[Line]]:
        """Whatever stopped us, what has ended already is fetched: it is paid for."""
        for order in [] if stopping.asked() else list(self._open):
            yield from self._look(order)

    # ---- orders ------------------------------------------------------------------------------

    def _attach(self) -> None:
        """Take up what an earlier run has ordered of the answers that are wanted now."""
        ordered: set[str] = set()
        for order in self._book.open:
            if not order.keys:  # cut off when all its answers were in the journal
                self._settle(order, 0.0, [], [])
            if not order.keys & self._wanted.keys():
                continue
            if order.batch is None and not (order.asked and self._found(order)):
                self._drop(order)
                continue
            print(f"batch {order.batch} was ordered before: waiting for it", flush=True)
            self._open.append(order)
            ordered |= order.keys
        self._queue = [ask for ask in self._queue if ask.key not in ordered]

    def _found(self, order: Order) -> bool:
        """Find out whether an order reached the provider before the run was cut off."""
        if not self._server.lists:
            raise UserError(
                f"{self._book.path}: a run was cut off while it submitted the file {order.file}, "
                f"and {self._server.provider} does not say what became of it: look into its "
                f'console, then add the line {{"key": "{order.tag}", "step": "submit", "batch": '
                '"ID OF THE BATCH"}, or with "step": "drop" if there is none.'
            )
        for look in range(2):  # what was sent a moment ago may turn up a moment later
            if look:
                stopping.sleep(self._manner.poll)
            found = self._try(lambda: self._server.find(str(order.file), order.tag))
            if found is not None:
                self._book.submitted(order, found)
                return True
        return False

    def _drop(self, order: Order) -> None:
        if self._purse:
            self._purse.settle(order.worst, 0.0)
        self._book.drop(order)

    def _submit(self) -> None:
        """Order all that is free, as far as the budget reaches."""
        unasked = self._queue + self._unwanted
        self._queue = [ask for ask in unasked if ask.wanted]
        self._unwanted = [ask for ask in unasked if not ask.wanted]
        while self._queue and self._stop is None:
            asks, content, worst = self._next()
            if not asks:
                if not self._open and self._purse:
                    self._stop = self._caller.spent_out(self._purse).reason
                return
            order = self._book.intend(asks, worst)
            if self._purse and not self._purse.take(worst):
                self._book.drop(order)  # another job was faster
                continue
            del self._queue[: len(asks)]
            self._hand_in(order, content)

    def _next(self) -> tuple[list[Ask], bytes, float]:
        """As many of the requests as fit into a batch and into the budget."""
        room = self._purse.room if self._purse else float("inf")
        asks, lines, size, worst = [], [], 0, 0.0
        for ask in self._queue[: self._most]:
            body = {"model": self._server.model, **self._caller.body(ask)}
            told = {"custom_id": ask.key, "method": "POST", "url": ENDPOINT, "body": body}
            line = json.dumps(told, ensure_ascii=False).encode() + b"\n"
            cost = self._caller.reader.worst(ask)
            if size + len(line) > BYTES or worst + cost > room:
                break
            asks.append(ask)
            lines.append(line)
            size, worst = size + len(line), worst + cost
        return asks, b"".join(lines), worst

    def _hand_in(self, order: Order, content: bytes) -> None:
        try:
            self._book.uploaded(order, self._try(lambda: self._server.upload(order.tag, content)))
            batch = self._create(order)
        except Refusal as refusal:
            self._drop(order)
            self._stop = str(refusal)
            return
        if order.batch is None:
            self._book.submitted(order, batch)
        print(f"batch {order.batch} holds {order.taken} requests", flush=True)
        self._open.append(order)

    def _create(self, order: Order) -> str:
        """Submit once: after an unclear failure the provider is asked what it has."""
        reason = ""
        for attempt in range(1, self._manner.attempts + 1):
            self._book.ask(order)
            try:
                return self._server.create(str(order.file), order.tag)
            except Exception as error:  # LiteLLM's have no common class
                trouble = of(error, self._redact)
            if trouble.final:
                raise Refusal(trouble.reason)
            reason = trouble.reason
            self._pause(trouble, attempt)
            if stopping.asked():
                raise stopping.stopped(
                    f"stopped by {stopping.name()} while a batch was submitted; run again: it is "
                    "looked for first."
                )
            if self._looked_for(order):
                return str(order.batch)
        raise UserError(
            f"{self._manner.attempts} attempts to submit a batch failed, the last by: {reason}; "
            "run again: it is looked for first."
        )

    def _looked_for(self, order: Order) -> bool:
        """As `_found`; UserError where nobody can say, for then it may be on order all the same."""
        try:
            return self._found(order)
        except Refusal as refusal:
            raise UserError(
                f"{self._book.path}: whether the file {order.file} was submitted as a batch cannot "
                f"be found out ({refusal}); run again: it is looked for first."
            ) from None

    def _try(self, call: Callable[[], Any]) -> Any:
        """Call until it succeeds; raises Refusal where no call would fare better."""
        for attempt in range(1, self._manner.attempts + 1):
            try:
                return call()
            except Exception as error:  # LiteLLM's have no common class
                trouble = of(error, self._redact)
            if trouble.final:
                raise Refusal(trouble.reason)
            self._pause(trouble, attempt)
            if stopping.asked():
                raise Refusal("told to stop")
        raise Refusal(f"{self._manner.attempts} attempts failed, the last by: {trouble.reason}")

    def _pause(self, trouble: Trouble, attempt: int) -> None:
        stopping.sleep(max(trouble.after or 0.0, min(0.5 * 2.0 ** (attempt - 1), 30.0)))

    # ---- what came back ----------------------------------------------------------------------

    def _look(self, order: Order) -> Iterator[list[Line]]:
        """Look at a batch, and fetch what it brought if it has ended."""
        batch = self._try(lambda: self._server.look(str(order.batch)))
        if batch["status"] not in ENDED:
            counts = batch.get("request_counts") or {}
            self._done[str(order.batch)] = sum(
                counts.get(way) or 0 for way in ("completed", "failed")
            )
            return
        self._open.remove(order)
        result = Result(order, self._wanted)
        for file in filter(None, (batch.get("output_file_id"), batch.get("error_file_id"))):
            for raw in self._lines_of(file):
                self._read(raw, result)
        if self._caller.reader.without_logprobs:
            self._stop = self._caller.no_logprobs().reason
        self._why_ended(batch, order, result)
        for start in range(0, len(result.lines), SLICE):
            lines = result.lines[start : start + SLICE]
            self._got += len(lines)
            yield lines  # in the journal when we go on
        cost = sum(line.cost_usd or 0.0 for line in result.lines)
        if self._purse:
            self._purse.lose(order.worst * len(result.others) / order.taken)
        self._settle(order, cost, sorted(result.others), result.missing)
        self._order_anew(result.missing, result)

    def _settle(
        self, order: Order, cost: float, others: Sequence[str], failed: Sequence[str]
    ) -> None:
        if self._purse:
            self._purse.settle(order.worst, cost)
        self._book.read(order, others, failed)

    def _lines_of(self, file: str) -> list[bytes]:
        """The lines of a result file; one whose last line is torn is fetched once more."""
        for attempt in (1, 2):
            content: bytes = self._try(partial(self._server.content, file))
            lines = list(filter(bytes.strip, content.split(b"\n")))
            if attempt == 2 or not lines or lines[-1].rstrip().endswith(b"}"):
                break
        return lines

    def _read(self, raw: bytes, result: "Result") -> None:
        """Take one line of a result file in, whatever it is."""
        told = _line(raw)
        key = told.get("custom_id")
        if not isinstance(key, str) or key not in result.order.keys:
            print(
                f"batch {result.order.batch}: a line of no request of ours is left out: "
                f"{self._redact(raw[:80].decode('utf-8', 'replace'))}",
                flush=True,
            )
            return
        ask = self._wanted.get(key)
        if ask is None or key in result.answered:
            return
        found = self._found_in(told, ask, raw)
        result.add(key, found)
        if isinstance(found, Trouble) and found.final:
            self._stop = found.reason

    def _found_in(self, told: Mapping[str, Any], ask: Ask, raw: bytes) -> Line | Trouble:
        """What a line of a result file says of its request."""
        reader, response = self._caller.reader, told.get("response")
        if not isinstance(response, Mapping):
            response = {}
        status, body = response.get("status_code"), response.get("body")
        error = told.get("error")
        if "torn" in told or not (error or isinstance(status, int)):
            return reader.unreadable(ask, raw.decode("utf-8", "replace"), None)
        if status == 200 and not error:
            return reader.line(ask, body, None)
        said = json.dumps(error or body or "no reason given", default=str)
        number = status if isinstance(status, int) and 400 <= status < 600 else 500
        trouble = of(Refused(number, {}, said), self._redact)
        return reader.filtered(ask) if trouble.filtered else trouble

    def _why_ended(self, batch: Mapping[str, Any], order: Order, result: "Result") -> None:
        """Say what became of a batch that did not complete, and whether to go on."""
        if batch["status"] == "completed":
            return
        told = (batch.get("errors") or {}).get("data") or []
        said = "; ".join(str(e.get("message") or e.get("code")) for e in told) or "no reason given"
        result.reason = self._redact(f"batch {order.batch} {batch['status']}: {said}")
        print(result.reason, flush=True)
        if any(error.get("code") == TOO_MUCH for error in told) and order.taken > 1:
            self._most = max(1, order.taken // 2)
        elif batch["status"] in ("failed", "cancelled"):
            self._stop = result.reason

    def _order_anew(self, keys: Sequence[str], result: "Result") -> None:
        for key in keys:
            reason = result.reasons.get(key) or result.reason
            if self._book.attempts[key] >= self._manner.attempts:
                self._failed.append(f"{self._manner.attempts} attempts failed, the last: {reason}")
                continue
            self._queue.append(self._wanted[key])


def _line(raw: bytes) -> dict[str, Any]:
    """A line of a result file as JSON; of one that is torn, the key that is still seen in it."""
    text = raw.decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        return told
    seen = re.search(r'"custom_id"\s*:\s*"([^"\\]+)"', text)
    return {"custom_id": seen[1] if seen else None, "torn": True}


class Result:
    """What one batch brought: lines, reasons of requests that failed, keys nobody wants now."""

    def __init__(self, order: Order, wanted: Mapping[str, Ask]) -> None:
        self.order, self._asked = order, order.keys & wanted.keys()
        self.lines: list[Line] = []
        self.reasons: dict[str, str] = {}
        self.others = order.keys - wanted.keys()
        self.answered: set[str] = set()
        self.reason = "the batch ended without it"

    def add(self, key: str, found: Line | Trouble) -> None:
        """Take in what came back for a key."""
        if isinstance(found, Line):
            self.lines.append(found)
            self.answered.add(key)
        else:
            self.reasons[key] = found.reason

    @property
    def missing(self) -> list[str]:
        """The keys that are wanted and got no answer."""
        return sorted(self._asked - self.answered)
