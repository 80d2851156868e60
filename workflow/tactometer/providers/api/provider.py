"""API models by LiteLLM: any of its model names, and any server that speaks OpenAI's protocol."""

import asyncio
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    extra_headers,
    final_requests,
    parameters,
    wire_checks,
)
from tactometer.providers.api.budget import BATCHED, Prices, Purse, pinned
from tactometer.providers.api.call_errors import Malformed, Trouble, of
from tactometer.providers.api.completions import (
    label_logprobs,
    longest_answer,
    outcome_of,
    token_counts,
)
from tactometer.providers.api.final_requests import BARE
from tactometer.providers.api.rate_limits import Pace
from tactometer.providers.api.transport import LiteLLM, Plain, Reply, Transport, plain_body
from tactometer.providers.api.worker_pool import Crew
from tactometer.providers.provider import Ask
from tactometer.replies.stop_reasons import no_answer
from tactometer.study.wire_settings import wire_of
from tactometer.utils.errors import UserError

CONCURRENCY, ATTEMPTS, TIMEOUT = 16, 8, 120.0
SHORT, LONG = 0.5, 30.0  # seconds before the second try, and the most between two
OUTPUT_PRICES = ("output_cost_per_token", "output_cost_per_reasoning_token")
ROOM = 1024  # bytes allowed for what a provider puts round the messages


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
        """Ask what is missing, within the limits and the budget."""
        self._prepare(asks)
        if self._batch:
            yield from self._by_batches(asks)
        else:
            yield from self._one_by_one(asks)

    def _one_by_one(self, asks: Sequence[Ask]) -> Iterator[list[Line]]:
        size = int(self._limits.get("concurrency", CONCURRENCY))
        crew = Crew(asks, self._answer, self._transport.close, size)
        try:
            yield from crew.answers()
        finally:
            for model, count in self._models.items():
                print(f"{count} answers came from a model that calls itself {model}", flush=True)

    def _by_batches(self, asks: Sequence[Ask]) -> Iterator[list[Line]]:
        limits = self._limits
        manner = batches.Manner(
            poll=float(limits.get("poll", batches.POLL)),
            attempts=int(limits.get("attempts", ATTEMPTS)),
            requests=int(limits.get("batch_requests", batches.REQUESTS)),
        )
        caller = batches.Caller(
            self._body, self._worst, self._read, self._filtered, self._spent_out
        )
        with batch_ledger.write(self._orders, self._held(asks)) as book:
            purse = self._open_purse(sum(order.worst for order in book.open))
            ordered = batches.Batches(asks, self._server, book, purse, caller, manner, self._redact)
            yield from ordered.answers()

    def _held(self, asks: Sequence[Ask]) -> set[str]:
        """The keys that no batch need bring any more; what is asked once more is none of them."""
        return journal.keys(self._journal) - {ask.key for ask in asks}

    # ---- before anything is spent ----------------------------------------------------------

    def _prepare(self, asks: Sequence[Ask]) -> None:
        self._api = parameters.litellm()
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
        self._prices = self._pin_prices()
        self._check_budget()
        if self._batch:
            self._server = self._batch_server()
            return
        self._check_orders(asks)
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
        if headers and server.provider not in batch_endpoint.WITH_HEADERS:
            raise UserError(
                f"{self._place}, key extra_headers: LiteLLM sends none with batches of "
                f"{server.provider}; remove them, or batch."
            )
        return server

    def _check_orders(self, asks: Sequence[Ask]) -> None:
        """Refuse to ask for what is on order in a batch: it would be paid for twice."""
        wanted = {ask.key for ask in asks}
        for order in batch_ledger.read(self._orders, set()).open:
            if order.asked and order.keys & wanted:
                raise UserError(
                    f"{self._place}, key batch: {len(order.keys & wanted)} of the answers are on "
                    f"order in batch {order.batch}; set batch: true to fetch them, or delete "
                    f"{self._orders} to ask and pay again."
                )

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
            return key
        if self._base:
            return "none"  # a server of one's own: no key, and none of another provider's
        missing = self._api.validate_environment(self._source)["missing_keys"]
        if missing:
            raise UserError(
                f"{self._place}: {self._source} needs {' and '.join(missing)} in the environment; "
                "export the key, or name its variable as api_key_env."
            )
        return None

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
        outward = max(info[k] or 0.0 for k in OUTPUT_PRICES if k in info)
        inward = info["input_cost_per_token"] or 0.0
        cached = info.get("cache_read_input_token_cost")
        origin = f"LiteLLM {self._version()}"
        if self._batch:  # nothing is promised there of what is in a cache
            inward = info.get("input_cost_per_token_batches") or inward * BATCHED
            outward = info.get("output_cost_per_token_batches") or outward * BATCHED
            return Prices(inward, outward, inward, f"{origin}, in batches")
        return Prices(inward, outward, inward if cached is None else cached, origin)

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

    def _worst(self, ask: Ask) -> float:
        """The most that a call can cost, in US dollars."""
        return self._prices.worst(_size(ask), self._longest or 0) if self._prices else 0.0

    def _body(self, ask: Ask) -> dict[str, Any]:
        """A request as its JSON, as the plain transport would send it."""
        return plain_body(ask.row["messages"], self._parameters[ask.row["wire"]])

    def _read(self, ask: Ask, reply: Reply) -> Line | Trouble:
        """What a batch brought for a request."""
        line = self._line(ask, reply, None)
        return self._no_logprobs() if self._lacks_logprobs(line) else line

    def _lacks_logprobs(self, line: Line) -> bool:
        """Whether an answer should have log-probabilities; what is no answer has none."""
        ended = no_answer(line.entries())
        return self._exact and line.logprobs is None and ended in (None, "cut")

    # ---- one request -----------------------------------------------------------------------

    async def _answer(self, ask: Ask) -> Line | Trouble:
        """Try until there is an answer, an error that no try would mend, or no try left."""
        attempts = int(self._limits.get("attempts", ATTEMPTS))
        size, worst = _size(ask), self._worst(ask)
        trouble = Trouble("no attempt was allowed")
        for attempt in range(1, attempts + 1):
            if self._purse and not await self._afford(self._purse, worst):
                return self._spent_out(self._purse)
            answer = await self._call(ask, size, worst)
            if isinstance(answer, Line) or answer.final:
                return answer
            if answer.filtered:
                return self._filtered(ask)
            trouble = answer
            if attempt < attempts:
                await self._wait(trouble, attempt)
        return Trouble(f"{attempts} attempts failed, the last by: {trouble.reason}")

    async def _call(self, ask: Ask, size: int, worst: float) -> Line | Trouble:
        """Call once; every cost and every token is accounted for."""
        counted = await self._pace.turn(guess=size / 4 + min(self._longest or 256, 256))
        began = time.monotonic()
        timeout = float(self._limits.get("timeout", TIMEOUT))
        try:
            async with asyncio.timeout(timeout + 5.0):  # LiteLLM's own starts anew with each byte
                parameters = self._parameters[ask.row["wire"]]
                reply = await self._transport.send(ask.row["messages"], parameters, timeout)
            line = self._line(ask, reply, time.monotonic() - began)
        except Exception as error:
            trouble = of(error, self._redact)
            self._pace.settle(counted, None)
            if self._purse:
                self._purse.settle(worst, None if trouble.charged else 0.0)
            return trouble
        self._pace.settle(counted, line.usage.get("total_tokens", counted))
        if self._purse:
            self._purse.settle(worst, line.cost_usd or 0.0)
        if self._lacks_logprobs(line):
            return self._no_logprobs()
        if line.model is not None:
            self._models[line.model] += 1
        return line

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

    # ---- what came back --------------------------------------------------------------------

    def _line(self, ask: Ask, reply: Reply, seconds: float | None) -> Line:
        try:
            usage = token_counts(reply.get("usage"))
            outcome = outcome_of(reply)
            choice = outcome.choice
            message = choice.get("message") or {}
            text, thinking = message.get("content"), message.get("reasoning_content")
            exact = label_logprobs(choice, len(ask.row["options"])) if self._exact else None
        except (AttributeError, LookupError, TypeError):
            raise Malformed("the reply is no chat completion") from None
        return Line(
            key=ask.key,
            request=ask.row["request"],
            sample=ask.sample,
            text=self._verbatim(text),
            thinking=self._verbatim(thinking or message.get("reasoning")),
            logprobs=exact if outcome.reason is None else None,
            usage=usage,
            cost_usd=self._prices.cost(usage) if self._prices else None,
            finish_reason=outcome.finish_reason,
            model=self._verbatim(reply.get("model")),
            seconds=None if seconds is None else round(seconds, 3),
            reason=outcome.reason,
            raw=self._verbatim(outcome.raw),
        )

    def _filtered(self, ask: Ask) -> Line:
        """The provider's filter refused the prompt: an answer too, one that cannot be read."""
        return Line(ask.key, ask.row["request"], ask.sample, None, finish_reason="content_filter")

    def _verbatim(self, text: str | None) -> str | None:
        return None if text is None else self._redact.known(text)


def _size(ask: Ask) -> int:
    """The most tokens that a prompt can have: a token has at least one byte."""
    return ROOM + sum(len(m["content"].encode()) for m in ask.row["messages"])
