"""APIs, by LiteLLM: any of its model names, and any server that speaks OpenAI's protocol."""

import asyncio
import json
import math
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tactometer.errors import UserError
from tactometer.journal import Line
from tactometer.providers import Ask, wire
from tactometer.providers.budget import Prices, Purse, pinned
from tactometer.providers.crew import Crew
from tactometer.providers.pace import Pace
from tactometer.providers.transport import LiteLLM, Plain, Reply, Transport
from tactometer.providers.trouble import Malformed, Trouble, of
from tactometer.redaction import Redactor, secrets
from tactometer.replies import LABELS

CONCURRENCY, ATTEMPTS, TIMEOUT = 16, 8, 120.0
SHORT, LONG = 0.5, 30.0  # seconds before the second try, and the most between two
ROOM = 1024  # bytes allowed for what a provider puts round the messages
OURS = frozenset(
    {"model", "messages", "stream", "n", "timeout", "api_key", "api_base", "base_url"}
    | {"num_retries", "max_retries", "drop_params", "fallbacks", "caching", "mock_response"}
)


class Provider:
    """A model behind an API; see `tactometer.providers.Provider`."""

    def __init__(self, declared: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self._declared, self._settings = declared, settings
        self._job = settings["job"]
        self._source: str = declared["source"]
        self._base: str | None = declared.get("api_base")
        self._limits = settings.get("limits", {})
        self._exact = settings["estimator"]["kind"] == "label_logprob"
        variable = settings.get("api_key_env")
        self._redact = Redactor(secrets([variable] if variable else []))
        self._models: Counter[str] = Counter()

    def identity(self) -> Mapping[str, Any]:
        """The model's name, its server, and the parameters of the checkpoint."""
        return self._declared

    def answer(self, asks: Sequence[Ask]) -> Iterator[list[Line]]:
        """Ask what is missing, within the limits and the budget."""
        self._prepare(asks)
        size = int(self._limits.get("concurrency", CONCURRENCY))
        crew = Crew(asks, self._answer, self._transport.close, size)
        try:
            yield from crew.answers()
        finally:
            for model, count in self._models.items():
                print(f"{count} answers came from a model that calls itself {model}", flush=True)

    # ---- before anything is spent ----------------------------------------------------------

    def _prepare(self, asks: Sequence[Ask]) -> None:
        self._api = wire.litellm()
        self._parameters: dict[str, dict[str, Any]] = {}
        sent: dict[str, Any] = {}
        for text in sorted({ask.row["wire"] for ask in asks}):
            own = self._declared["checkpoint"].get("wire", {})
            wanted = wire.parameters(self._settings["estimator"], json.loads(text), own)
            self._own(wanted)
            sent = wire.verify(self._source, wanted, self._base, self._place)
            self._parameters[text] = sent if self._plain else wanted
            print(self._redact(f"{self._source} is asked with {json.dumps(sent, default=str)}"))
        self._transport = self._connect()
        self._longest = _longest_answer(sent)
        self._prices = self._pin_prices()
        self._purse = self._open_purse()
        self._pace = Pace(self._limits.get("rpm"), self._limits.get("tpm"))

    @property
    def _place(self) -> str:
        return f"{self._job['file']}, models.{self._job['model']}"

    def _own(self, wanted: Mapping[str, Any]) -> None:
        for key in sorted(OURS & set(wanted)):
            raise UserError(
                f"{self._place}, key wire.{key}: {key} is set elsewhere (source, api_base, "
                "api_key_env, limits and the prompts); remove it."
            )

    @property
    def _plain(self) -> bool:
        """Whether a server of one's own is spoken to in OpenAI's protocol, untranslated."""
        return self._base is not None and self._source.startswith("openai/")

    def _connect(self) -> Transport:
        key = self._find_key()
        if self._base is not None and self._plain:
            return Plain(self._base, self._source.removeprefix("openai/"), key or "none")
        return LiteLLM(self._api, self._source, self._base, key)

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
        return pinned(Path(self._job["prices_copy"]), given, self._known_prices())

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
        return Prices(inward, outward, inward if cached is None else cached, origin)

    def _version(self) -> str:
        from importlib.metadata import version

        return version("litellm")

    def _open_purse(self) -> Purse | None:
        cap = self._job["budget_usd"]
        if cap is None:
            return None
        if self._prices is None:
            raise UserError(
                f"{self._job['file']}, key prices: nobody knows what {self._source} costs, so "
                f"budget_usd cannot be kept; add prices: {{{self._source}: {{input: ..., output: "
                "...}} in USD for a million tokens (0 for a server of your own)."
            )
        if self._longest is None:
            raise UserError(
                f"{self._place}, key estimator.max_tokens: without it one answer may cost any "
                "amount, and budget_usd cannot be kept; set it."
            )
        journal = Path(self._job["journal"])
        return Purse(Path(self._job["ledger"]), self._job["name"], cap, journal)

    # ---- one request -----------------------------------------------------------------------

    async def _answer(self, ask: Ask) -> Line | Trouble:
        """Try until there is an answer, an error that no try would mend, or no try left."""
        attempts = int(self._limits.get("attempts", ATTEMPTS))
        size = ROOM + sum(len(m["content"].encode()) for m in ask.row["messages"])
        trouble = Trouble("no attempt was allowed")
        for attempt in range(1, attempts + 1):
            worst = self._prices.worst(size, self._longest or 0) if self._prices else 0.0
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
        if self._exact and line.logprobs is None:
            return self._no_logprobs()
        self._models[str(line.model)] += 1
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

    def _line(self, ask: Ask, reply: Reply, seconds: float) -> Line:
        try:
            choice = reply["choices"][0]
            message = choice["message"]
            usage = _usage(reply.get("usage"))
            text, thinking = message.get("content"), message.get("reasoning_content")
            exact = _label_logprobs(choice, len(ask.row["options"])) if self._exact else None
        except (AttributeError, LookupError, TypeError):
            raise Malformed("the reply is no chat completion") from None
        return Line(
            key=ask.key,
            request=ask.row["request"],
            sample=ask.sample,
            text=self._verbatim(text),
            thinking=self._verbatim(thinking or message.get("reasoning")),
            logprobs=exact,
            usage=usage,
            cost_usd=self._prices.cost(usage) if self._prices else None,
            finish_reason=choice.get("finish_reason"),
            model=self._verbatim(reply.get("model")),
            seconds=round(seconds, 3),
        )

    def _filtered(self, ask: Ask) -> Line:
        """The provider's filter refused the prompt: an answer too, one that cannot be read."""
        return Line(ask.key, ask.row["request"], ask.sample, None, finish_reason="content_filter")

    def _verbatim(self, text: str | None) -> str | None:
        return None if text is None else self._redact.known(text)


OUTPUT_PRICES = ("output_cost_per_token", "output_cost_per_reasoning_token")
_LENGTHS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")


def _longest_answer(sent: Mapping[str, Any]) -> int | None:
    """The cap on an answer's tokens in the parameters as sent, if they hold one."""
    every = {**sent.get("extra_body", {}), **sent}
    return next((int(every[name]) for name in _LENGTHS if every.get(name)), None)


def _usage(usage: Mapping[str, Any] | None) -> dict[str, Any]:
    """Token counts as reported; those that are not are left out."""
    usage = usage or {}
    prompt = usage.get("prompt_tokens_details") or {}
    completion = usage.get("completion_tokens_details") or {}
    found = {name: usage.get(name) for name in ("prompt_tokens", "completion_tokens")}
    found["total_tokens"] = usage.get("total_tokens")
    found["reasoning_tokens"] = completion.get("reasoning_tokens")
    found["cached_tokens"] = prompt.get("cached_tokens")
    return {name: count for name, count in found.items() if count is not None}


def _label_logprobs(choice: Mapping[str, Any], options: int) -> dict[str, float] | None:
    """Log-probability in nats of each label as first token, its forms " A" and "A" together.

    A label that is not among the top tokens is left out: it has less than the last of them.
    """
    content = (choice.get("logprobs") or {}).get("content")
    if not content or not content[0].get("top_logprobs"):
        return None
    mass: dict[str, float] = {}
    for top in content[0]["top_logprobs"]:
        label = top["token"].strip(
            " \u2581\u0120"
        )  # a space, as SentencePiece and BPE write it too
        if len(label) == 1 and label in LABELS[:options]:
            mass[label] = mass.get(label, 0.0) + math.exp(top["logprob"])
    return {label: math.log(mass[label]) for label in sorted(mass)}
