"""API models by LiteLLM: any of its model names, and any server that speaks OpenAI's protocol."""

import asyncio
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tactometer.journal import journal
from tactometer.journal.journal import Line
from tactometer.journal.redaction import Redactor, secrets
from tactometer.providers.api import (
    batch_endpoint,
    batch_ledger,
    batches,
    connections,
    extra_headers,
    final_requests,
    parameters,
    wire_checks,
)
from tactometer.providers.api.abreast import Abreast
from tactometer.providers.api.answer_lines import Reader, size
from tactometer.providers.api.budget import Purse
from tactometer.providers.api.call_errors import Trouble, Unreadable, in_success, of
from tactometer.providers.api.completions import error_of, longest_answer
from tactometer.providers.api.final_requests import BARE
from tactometer.providers.api.rate_limits import Pace
from tactometer.providers.api.settings import timeout_of
from tactometer.providers.api.token_prices import BATCHED, Prices, listed, pinned
from tactometer.providers.api.transport import LiteLLM, Plain, Transport, plain_body
from tactometer.providers.api.worker_pool import Crew
from tactometer.providers.provider import Ask
from tactometer.study.wire_settings import wire_of
from tactometer.utils import stopping
from tactometer.utils.errors import UserError

CONCURRENCY, ATTEMPTS = 16, 8
SHORT, LONG = 0.5, 30.0  # seconds before the second try, and the most between two


class Provider:
    """A model behind an API; see `tactometer.providers.provider.Provider`."""

    def __init__(self, declared: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self._declared, self._settings = declared, settings
        self._job = settings["job"]
        self._source: str = declared["source"]
        self._base: str | None = declared.get("api_base")
        self._limits = settings.get("limits", {})
        self._exact = settings["estimator"]["kind"] == "label_logprob"
        self._redact = Redactor(secrets(extra_headers.variables(settings)))
        self._models: Counter[str] = Counter()
        self._flying: set[asyncio.Task[Any] | None] = set()  # those whose request is out
        self.under_way: Callable[[], str] = lambda: f"{len(self._flying)} in flight"

    def identity(self) -> Mapping[str, Any]:
        """The model's name, its server, and the parameters of the checkpoint."""
        return self._declared

    def alterations(self) -> Mapping[str, Any]:
        """What LiteLLM does to messages; {} where it is not there to be seen."""
        return {} if find_spec("litellm") is None else self._altered

    @cached_property
    def _altered(self) -> dict[str, Any]:
        return final_requests.alterations(self._settings, wire_of(self._declared["checkpoint"]))

    def answer(self, asks: Sequence[Ask]) -> Iterator[list[Line]]:
        """Ask what is missing, within the limits and the budget.

        Goals are asked in turn, in the order of the digests, which is as good as drawn: what
        changes at the provider while a sweep runs is then no effect of a goal.
        """
        asks = sorted(asks, key=lambda ask: ask.key)
        self._prepare(asks)
        if self._batch:
            yield from self._by_batches(asks)
        else:
            yield from self._one_by_one(asks)

    def _one_by_one(self, asks: Sequence[Ask]) -> Iterator[list[Line]]:
        width = int(self._limits.get("concurrency", CONCURRENCY))
        self._abreast = Abreast(self._journal, self._job.get("siblings", ()), len(asks), width)
        crew = Crew(
            asks,
            self._answer,
            self._transport.close,
            width,
            in_doubt=lambda: self._reader.in_doubt,
            flying=self._flying.__contains__,
        )
        try:
            yield from crew.answers()
        finally:
            self._abreast.close()
            for model, count in self._models.items():
                name = self._redact(model)
                print(f"{count} answers came from a model that calls itself {name}", flush=True)

    def _by_batches(self, asks: Sequence[Ask]) -> Iterator[list[Line]]:
        limits = self._limits
        manner = batches.Manner(
            poll=float(limits.get("poll", batches.POLL)),
            attempts=int(limits.get("attempts", ATTEMPTS)),
            requests=int(limits.get("batch_requests", batches.REQUESTS)),
        )
        caller = batches.Caller(self._body, self._reader, self._spent_out, self._no_logprobs)
        with batch_ledger.write(self._orders, self._answers(), {ask.key for ask in asks}) as book:
            purse = self._open_purse(sum(order.worst for order in book.open))
            ordered = batches.Batches(asks, self._server, book, purse, caller, manner, self._redact)
            self.under_way = ordered.under_way
            yield from ordered.answers()

    def _answers(self) -> Counter[str]:
        """How many answers the journal has, by key."""
        return Counter(line["key"] for line in journal.read(self._journal))

    # ---- before anything is spent ----------------------------------------------------------

    def _prepare(self, asks: Sequence[Ask]) -> None:
        self._api = parameters.litellm()
        connections.secure()
        self._parameters: dict[str, dict[str, Any]] = {}
        sent: dict[str, Any] = {}
        own = wire_of(self._declared["checkpoint"])
        for text in sorted({ask.row["wire"] for ask in asks}):
            wanted = parameters.parameters(self._settings["estimator"], json.loads(text), own)
            wire_checks.refuse_ours(wanted, self._place)
            sent = parameters.verify(self._source, wanted, self._base, self._place)
            if "extra_body" in wanted:
                body = self._body_of(sent, wanted)
                wire_checks.body_arrives(wanted, body, self._source, self._place)
            self._parameters[text] = sent if self._plain or self._batch else wanted
            print(self._redact(f"{self._source} is asked with {json.dumps(sent, default=str)}"))
        final_requests.compare(self._settings, self._place)
        wire_checks.messages_arrive(asks, self.alterations, self._source, self._place)
        self._headers = extra_headers.headers_of(self._settings, self._place)
        self._longest = longest_answer(sent)
        self._service = {**sent.get("extra_body", {}), **sent}.get("service_tier")
        self._prices = self._pin_prices()
        self._check_budget()
        self._reader = Reader(self._exact, self._prices, self._longest, self._redact)
        if self._batch:
            self._server = self._batch_server()
            return
        if self._orders.exists():
            keys = {ask.key for ask in asks}
            batch_ledger.refuse_ordered(self._orders, self._answers(), keys, self._place)
        self._transport = self._connect()
        self._purse = self._open_purse()
        account = [self._source, self._base, self._settings.get("api_key_env")]
        self._pace = Pace(self._limits.get("rpm"), self._limits.get("tpm"), account)

    def _body_of(self, sent: Mapping[str, Any], wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """A request's JSON with these parameters, translated and not."""
        made = None
        if not (self._plain or self._batch):
            made = final_requests.final_request(self._source, self._base, wanted, BARE)
        return made or plain_body(BARE, sent)

    def _batch_server(self) -> batch_endpoint.Server:
        key, headers = self._find_key(), self._headers
        server = batch_endpoint.Server(self._api, self._source, self._base, key, headers)
        if server.provider not in batch_endpoint.PROVIDERS:
            known = ", ".join(batch_endpoint.PROVIDERS)
            raise UserError(
                f"{self._place}, key batch: batches can be handed in to {known}, not to "
                f"{server.provider}; remove the key."
            )
        wire_checks.headers_arrive(headers, server.provider, self._place)
        return server

    @property
    def _place(self) -> str:
        return f"{self._job['file']}, models.{self._job['model']}"

    @property
    def _batch(self) -> bool:
        return bool(self._settings.get("batch"))

    @property
    def _journal(self) -> Path:
        return Path(self._job["journal"])

    @property
    def _orders(self) -> Path:
        return self._journal.with_suffix(".batches.jsonl")

    @property
    def _plain(self) -> bool:
        """Whether a server of one's own is spoken to in OpenAI's protocol, untranslated."""
        return final_requests.plain(self._settings)

    def _connect(self) -> Transport:
        key = self._find_key()
        if self._base is not None and self._plain:
            model = self._source.partition("/")[2]
            return Plain(self._base, model, key or "none", self._headers)
        return LiteLLM(self._api, self._source, self._base, key, self._headers)

    def _find_key(self) -> str | None:
        variable = self._settings.get("api_key_env")
        if variable:
            key = os.environ.get(variable)
            if not key:
                raise UserError(
                    f"{self._place}, key api_key_env: the environment variable {variable} is not "
                    "set; export it with the key in it."
                )
            return self._clean(key, variable)
        if self._base:
            return "none"  # a server of one's own: no key, and none of another provider's
        missing = self._api.validate_environment(self._source)["missing_keys"]
        if missing:
            raise UserError(
                f"{self._place}: {self._source} needs {' and '.join(missing)} in the environment; "
                "export the key, or name its variable as api_key_env."
            )
        for name in list(os.environ):
            if name.endswith("_API_KEY"):  # LiteLLM reads it itself
                os.environ[name] = os.environ[name].strip()
        return None

    def _clean(self, key: str, variable: str) -> str:
        """A key without the spaces and line breaks that copying leaves round it."""
        key = key.strip()
        if not key.isprintable() or not key.isascii() or " " in key:
            raise UserError(
                f"{self._place}, key api_key_env: what the environment variable {variable} holds "
                "has a space, a line break or a character in it that no key has; export the key "
                "alone."
            )
        return key

    def _pin_prices(self) -> Prices | None:
        given = self._job["prices"].get(self._source) or self._job["prices"].get(self._job["model"])
        copy = Path(self._job["prices_copy"])
        if self._batch:
            copy = copy.with_suffix(".batches.json")
        return pinned(copy, given, self._known_prices(), BATCHED if self._batch else 1.0)

    def _known_prices(self) -> Prices | None:
        try:
            info = self._api.get_model_info(self._source)
        except Exception:  # not mapped
            return None
        if self._longest is None:
            self._longest = info.get("max_output_tokens") or info.get("max_tokens")
        entry = self._api.model_cost.get(info.get("key"))
        if entry is None:  # likened to a family, and given out as free
            return None
        origin = f"LiteLLM {self._version()}{', in batches' if self._batch else ''}"
        return listed(entry, origin, self._batch, self._service)

    def _version(self) -> str:
        from importlib.metadata import version

        return version("litellm")

    def _check_budget(self) -> None:
        if self._job["budget_usd"] is None:
            return
        if self._prices is None:
            raise UserError(
                f"{self._job['file']}, key prices: nobody knows what {self._source} costs, so "
                f"budget_usd cannot be kept; add prices: {{{self._source}: {{input: ..., output: "
                "...}} in USD for a million tokens (0 for a server of your own)."
            )
        if self._longest is None and self._prices.output:
            raise UserError(
                f"{self._place}, key estimator.max_tokens: without it one answer may cost any "
                "amount, and budget_usd cannot be kept; set it."
            )

    def _open_purse(self, ordered: float = 0.0) -> Purse | None:
        cap = self._job["budget_usd"]
        if cap is None:
            return None
        ledger = Path(self._job["ledger"])
        return Purse(ledger, self._job["name"], cap, self._journal, ordered)

    def _body(self, ask: Ask) -> dict[str, Any]:
        """A request as its JSON, as the plain transport would send it."""
        return plain_body(ask.row["messages"], self._parameters[ask.row["wire"]])

    # ---- one request -----------------------------------------------------------------------

    async def _answer(self, ask: Ask) -> Line | Trouble:
        """Try until there is an answer, an error that no try would mend, or no try left."""
        attempts = int(self._limits.get("attempts", ATTEMPTS))
        worst = self._reader.worst(ask)
        trouble = Trouble("no attempt was allowed")
        await self._abreast.step()
        for attempt in range(1, attempts + 1):
            if stopping.asked():
                raise asyncio.CancelledError
            if self._purse and not await self._afford(self._purse, worst):
                return self._spent_out(self._purse)
            answer = await self._call(ask, worst, last=attempt == attempts)
            if isinstance(answer, Line) or answer.final:
                return answer
            if answer.filtered:
                return self._reader.filtered(ask)
            trouble = answer
            if attempt < attempts:
                await self._wait(trouble, attempt)
        return Trouble(f"{attempts} attempts failed, the last by: {trouble.reason}")

    async def _call(self, ask: Ask, worst: float, last: bool) -> Line | Trouble:
        """Call once; every cost and every token is accounted for."""
        counted = await self._turn(ask, worst)
        began = time.monotonic()
        self._flying.add(asyncio.current_task())
        try:
            found = await self._send(ask, began, last)
        except asyncio.CancelledError:  # the grace of a stop is over
            if self._purse:
                self._purse.settle(worst, None)
            raise
        except Exception as error:
            found = of(error, self._redact)
        finally:
            self._flying.discard(asyncio.current_task())
        if isinstance(found, Trouble):
            self._pace.settle(counted, None)
            if self._purse:
                self._purse.settle(worst, self._cost_of(ask, found))
            return found
        self._pace.settle(counted, found.usage.get("total_tokens", counted))
        if self._purse:
            self._purse.settle(worst, found.cost_usd or 0.0)
        if self._reader.without_logprobs:
            return replace(self._no_logprobs(), line=found)
        if found.model is not None:
            self._models[found.model] += 1
        return found

    async def _turn(self, ask: Ask, worst: float) -> float:
        """Wait for the turn of a call; gives the tokens that are counted for it."""
        try:
            return await self._pace.turn(guess=size(ask) / 4 + min(self._longest or 256, 256))
        except asyncio.CancelledError:
            if self._purse:
                self._purse.settle(worst, 0.0)
            raise

    async def _send(self, ask: Ask, began: float, last: bool) -> Line | Trouble:
        """Send a request; gives its line, or the error within a reply that is to be tried again."""
        timeout = timeout_of(self._settings)
        parameters = self._parameters[ask.row["wire"]]
        try:
            async with asyncio.timeout(timeout + 5.0):  # LiteLLM's own starts anew with each byte
                reply = await self._transport.send(ask.row["messages"], parameters, timeout)
        except Unreadable as whole:
            return self._reader.unreadable(ask, str(whole), time.monotonic() - began)
        line = self._reader.line(ask, reply, time.monotonic() - began)
        error = error_of(reply)
        if error is None:
            return line
        trouble = in_success(error, self._redact)
        if trouble.final or (trouble.transient and not last):
            return trouble
        return replace(line, reason="filtered") if trouble.filtered else line

    def _cost_of(self, ask: Ask, trouble: Trouble) -> float | None:
        """What a call that failed is counted at; None for its worst case, which may be charged."""
        if trouble.filtered:
            return self._reader.filtered(ask).cost_usd or 0.0
        return None if trouble.charged else 0.0

    async def _wait(self, trouble: Trouble, attempt: int) -> None:
        pause = min(SHORT * 2.0 ** (attempt - 1), LONG) * random.uniform(0.5, 1.0)
        if trouble.throttled and trouble.after is not None:
            self._pace.pause(trouble.after)  # the account is throttled, not this request alone
        await asyncio.sleep(max(pause, trouble.after or 0.0))

    async def _afford(self, purse: Purse, worst: float) -> bool:
        while not purse.take(worst):
            if not purse.holds:
                return False
            await asyncio.sleep(0.05)  # what is in flight may turn out cheaper than feared
        return True

    def _spent_out(self, purse: Purse) -> Trouble:
        cap = self._job["budget_usd"]
        return Trouble(
            f"the budget of {cap} USD has no room for another call at its worst case "
            f"({purse.account()}); raise budget_usd in {self._job['file']}",
            final=True,
        )

    def _no_logprobs(self) -> Trouble:
        return Trouble(
            f"{self._source} took the request for log-probabilities and gave none; write "
            f"estimator: {{kind: samples, k: 10}} for {self._place}",
            final=True,
        )
