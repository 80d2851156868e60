"""Prices of a model in US dollars a token, by kind of token and length of the prompt, for a run.

LiteLLM's list has them: what was read from a cache or written to one, thoughts and sound cost other
than text with some models, and all of them more from so many tokens of a prompt on. A batch costs
what the list says, else half; a service tier what the list says, else the usual price.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError

BATCHED = 0.5  # what a call in a batch costs of its price, with every provider that has them
INCLUSIVE = ("xai",)  # where a dearer tier begins at its threshold, not above it
SERVICES = ("flex", "priority")  # service tiers that the list knows
KINDS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cached_input": "cache_read_input_token_cost",
    "written_input": "cache_creation_input_token_cost",
    "reasoning": "output_cost_per_reasoning_token",
    "audio_input": "input_cost_per_audio_token",
    "audio_output": "output_cost_per_audio_token",
}
"""The kinds of tokens, and their keys in LiteLLM's list."""
_ABOVE = re.compile(r"_above_(\d+)(k?)_tokens")


@dataclass(frozen=True)
class Rates:
    """Prices a token. A kind without one of its own costs what the text beside it does."""

    input: float
    output: float
    cached_input: float | None = None
    written_input: float | None = None
    reasoning: float | None = None
    audio_input: float | None = None
    audio_output: float | None = None

    def cost(self, usage: Mapping[str, Any]) -> float:
        """What a call with this usage costs. The special kinds of tokens are among the whole."""
        inward = {
            "cached_tokens": self.cached_input,
            "written_tokens": self.written_input,
            "prompt_audio_tokens": self.audio_input,
        }
        outward = {
            "reasoning_tokens": self.reasoning,
            "completion_audio_tokens": self.audio_output,
        }
        return _cost(usage, "prompt_tokens", self.input, inward) + _cost(
            usage, "completion_tokens", self.output, outward
        )

    def worst(self, prompt: int, answer: int) -> float:
        """The most that so many tokens of a prompt, which is text, and of an answer can cost."""
        inward = (self.input, self.cached_input or 0.0, self.written_input or 0.0)
        outward = (self.output, self.reasoning or 0.0, self.audio_output or 0.0)
        return prompt * max(inward) + answer * max(outward)


def _cost(
    usage: Mapping[str, Any], whole: str, rate: float, special: Mapping[str, float | None]
) -> float:
    rest, cost = usage.get(whole, 0), 0.0
    for name, own in special.items():
        tokens = usage.get(name, 0) if own is not None else 0
        cost += tokens * (own or 0.0)
        rest -= tokens
    return float(max(0, rest) * rate + cost)


@dataclass(frozen=True)
class Prices:
    """What a model costs: its `rates`, and other ones for prompts of more than so many tokens
    (`tiers`, from short to long); `origin` says where they come from.
    """

    rates: Rates
    origin: str
    tiers: tuple[tuple[int, Rates], ...] = ()

    def cost(self, usage: Mapping[str, Any]) -> float:
        """What a call with this usage costs, in US dollars."""
        return self._of(usage.get("prompt_tokens", 0)).cost(usage)

    def worst(self, prompt_bytes: int, max_tokens: int) -> float:
        """The most that a call can cost: a token has at least one byte."""
        within = [rates for above, rates in self.tiers if above < prompt_bytes]
        return max(rates.worst(prompt_bytes, max_tokens) for rates in (self.rates, *within))

    def _of(self, prompt_tokens: int) -> Rates:
        found = self.rates
        for above, rates in self.tiers:
            if prompt_tokens > above:
                found = rates
        return found

    @property
    def output(self) -> float:
        """The price of a token of an answer, thought or not, to a short prompt."""
        return max(self.rates.output, self.rates.reasoning or 0.0)

    def content(self) -> dict[str, Any]:
        """The JSON object of a file of pinned prices."""
        tiers = [{"above": above, **_entries(rates)} for above, rates in self.tiers]
        told = {**_entries(self.rates), "origin": self.origin}
        return {**told, "tiers": tiers} if tiers else told


def _entries(rates: Rates) -> dict[str, float]:
    return {kind: rate for kind, rate in asdict(rates).items() if rate is not None}


def of_content(content: Mapping[str, Any]) -> Prices:
    """The prices of a file of pinned ones; raises LookupError, TypeError for what is none."""
    own = {k: v for k, v in content.items() if k not in ("origin", "tiers")}
    tiers = [dict(tier) for tier in content.get("tiers", ())]
    return Prices(
        Rates(**own), content["origin"], tuple((tier.pop("above"), Rates(**tier)) for tier in tiers)
    )


def pinned(
    path: Path, given: Mapping[str, float] | None, known: Prices | None, share: float = 1.0
) -> Prices | None:
    """The prices of a run: the study's, else the copy of an earlier run, else the known ones.

    `given` is in US dollars for a million tokens, of which calls cost a `share`. The copy is
    written to `path` and kept, so that a new price list does not change what a run has cost.
    """
    if given is not None:
        inward, outward = (given[way] / 1e6 * share for way in ("input", "output"))
        prices: Prices | None = Prices(Rates(inward, outward), "the study")
    elif path.exists() and (earlier := _copy(path)) is not None:
        return earlier
    else:
        prices = known
    if prices is not None:
        atomic_files.write_if_changed(path, json.dumps(prices.content(), indent=1) + "\n")
    return prices


def _copy(path: Path) -> Prices | None:
    """The prices of an earlier run; None of one that took a model for free because nobody knew."""
    try:
        found = of_content(json.loads(path.read_text()))
    except (LookupError, TypeError, ValueError):
        raise UserError(f"{path} is no price list any more: delete it.") from None
    unknown = found.origin.startswith("LiteLLM") and found.rates == Rates(0.0, 0.0, 0.0)
    return None if unknown else found


def listed(
    entry: Mapping[str, Any], origin: str, batch: bool = False, service: str | None = None
) -> Prices | None:
    """The prices of an entry of LiteLLM's list; None of one that has none for text.

    `service` is the service tier that is asked for; what has no price for it costs the usual one.
    """
    inclusive = entry.get("litellm_provider") in INCLUSIVE
    ending = f"_{service}" if service in SERVICES else ""
    share = 1.0
    if batch:
        ending, share = "_batches", BATCHED
    base = _rates(entry, "", ending, share, None)
    if base is None:
        return _by_range(entry, origin, share)
    found, tiers = base, []
    for above, middle in _thresholds(entry):
        tier = _rates(entry, middle, ending, share, found)
        if tier is not None and tier != found:
            tiers.append((above - inclusive, tier))
            found = tier
    return Prices(base, origin, tuple(tiers))


def _thresholds(entry: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Tokens of a prompt above which other prices hold, and what stands in their keys."""
    seen = (_ABOVE.search(key) for key in entry)
    found = {int(m[1]) * (1000 if m[2] else 1): m[0] for m in seen if m is not None}
    return sorted(found.items())


def _rates(
    entry: Mapping[str, Any], middle: str, ending: str, share: float, below: Rates | None
) -> Rates | None:
    """Prices of one length of prompts; those of the length `below` where it has none."""

    def of(kind: str) -> float | None:
        for end, part in ((ending, 1.0), ("", share)):
            found = entry.get(f"{KINDS[kind]}{middle}{end}")
            if found is not None:
                return float(found) * part
        return None if below is None else getattr(below, kind)

    found = {kind: of(kind) for kind in KINDS}
    inward, outward = found.pop("input"), found.pop("output")
    return None if inward is None or outward is None else Rates(inward, outward, **found)


def _by_range(entry: Mapping[str, Any], origin: str, share: float) -> Prices | None:
    """The prices of an entry that has a list of them by ranges of a prompt's tokens."""
    tiers = []
    for each in entry.get("tiered_pricing") or ():
        rates = _rates({**_flat(entry), **each}, "", "", share, None)
        if rates is not None:
            tiers.append((int(each["range"][0]), rates))
    if not tiers:
        return None
    tiers.sort(key=lambda tier: tier[0])
    return Prices(tiers[0][1], origin, tuple(tiers[1:]))


def _flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key == KINDS["output"]}
