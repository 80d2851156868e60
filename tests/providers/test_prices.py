"""What an answer costs is what LiteLLM works out from its list, kind of token by kind of token."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import stub
from asking import inside, job, model
from tactometer.providers.api import parameters
from tactometer.providers.api.completions import token_counts
from tactometer.providers.api.token_prices import Prices, Rates, listed, of_content, pinned
from tactometer.report import at_a_glance
from tactometer.report.at_a_glance import RARE
from tactometer.tables import gather
from tactometer.tables.cells import Cell
from tactometer.utils.errors import UserError

SHORT: dict[str, Any] = {"prompt_tokens": 900, "completion_tokens": 70, "total_tokens": 970}
LONG: dict[str, Any] = {"prompt_tokens": 300_001, "completion_tokens": 70, "total_tokens": 300_071}
CACHED = {"prompt_tokens_details": {"cached_tokens": 600}}
WRITTEN = {"prompt_tokens_details": {"cached_tokens": 100, "cache_creation_tokens": 300}}
THOUGHT = {"completion_tokens_details": {"reasoning_tokens": 50}}
SOUND = {
    "prompt_tokens_details": {"audio_tokens": 400, "text_tokens": 500},
    "completion_tokens_details": {"audio_tokens": 40, "text_tokens": 30},
}
USAGES = {
    "plain": SHORT,
    "cached": SHORT | CACHED,
    "written": SHORT | WRITTEN,
    "thought": SHORT | THOUGHT,
    "sound": SHORT | SOUND,
    "long": LONG,
    "long, cached, thought": LONG | CACHED | THOUGHT,
}
MODELS = (
    "openai/gpt-4o",
    "openai/gpt-5",
    "openai/gpt-audio",
    "anthropic/claude-sonnet-4-5",
    "anthropic/claude-sonnet-4-5-20250929",
    "gemini/gemini-2.5-pro",
    "gemini/gemini-2.5-flash",
    "xai/grok-4.3",
    "deepseek/deepseek-chat",
    "dashscope/qwen-plus-2025-07-28",
)


def price(source: str, **more: Any) -> Prices:
    api = parameters.litellm()
    info = api.get_model_info(source)
    found = listed(api.model_cost[info["key"]], "LiteLLM", **more)
    assert found is not None
    return found


def theirs(source: str, told: dict[str, Any], **more: Any) -> float:
    """What LiteLLM works out for a call."""
    api = parameters.litellm()
    model, provider, _, _ = api.get_llm_provider(source)
    usage = api.Usage(**told)
    costs: tuple[float, float] = api.cost_per_token(
        model=model, custom_llm_provider=provider, usage_object=usage, **more
    )
    return sum(costs)


@pytest.mark.parametrize("source", MODELS)
@pytest.mark.parametrize("kind", USAGES)
def test_a_cost_is_what_litellm_works_out(source: str, kind: str) -> None:
    told = USAGES[kind]
    ours = price(source).cost(token_counts(told))
    assert ours == pytest.approx(theirs(source, told), rel=1e-9) and ours > 0


@pytest.mark.parametrize("service", ["flex", "priority"])
@pytest.mark.parametrize("source", ["openai/gpt-5", "gemini/gemini-2.5-pro"])
def test_a_service_tier_has_its_own_price(source: str, service: str) -> None:
    ours = price(source, service=service).cost(token_counts(SHORT | CACHED))
    assert ours == pytest.approx(theirs(source, SHORT | CACHED, service_tier=service), rel=1e-9)
    assert ours != price(source).cost(token_counts(SHORT | CACHED))


def test_the_list_has_every_kind_that_is_tried_here() -> None:
    """A kind that no model here has a price of its own for would be tried by nobody."""
    every = [price(source) for source in MODELS]
    rates = [each.rates for each in every] + [rates for each in every for _, rates in each.tiers]
    for kind in ("cached_input", "written_input", "reasoning", "audio_input", "audio_output"):
        assert any(getattr(each, kind) is not None for each in rates), kind
    assert any(each.tiers for each in every)


def test_a_batch_costs_what_the_list_says_and_else_half() -> None:
    entry = parameters.litellm().model_cost["gpt-5"]
    batch = price("openai/gpt-5", batch=True)
    assert batch.rates.input == entry["input_cost_per_token_batches"]
    assert batch.rates.cached_input == entry["cache_read_input_token_cost_batches"]
    bare = {"input_cost_per_token": 4e-6, "output_cost_per_token": 8e-6}
    halved = listed(bare, "LiteLLM", batch=True)
    assert halved is not None and halved.rates == Rates(2e-6, 4e-6)


def test_no_call_can_cost_more_than_its_worst_case() -> None:
    for source in MODELS:
        prices = price(source)
        for told in USAGES.values():
            if told is not USAGES["sound"]:  # a prompt here is text
                usage = token_counts(told)
                worst = prices.worst(usage["prompt_tokens"], usage["completion_tokens"])
                assert prices.cost(usage) <= worst * (1 + 1e-12)


def test_pinned_prices_come_back_as_they_were_and_those_of_old_runs_are_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "0.prices.json"
    found = price("gemini/gemini-2.5-pro")
    assert pinned(path, None, found) == found == pinned(path, None, None)
    old = {"input": 1e-6, "output": 2e-6, "cached_input": 5e-7, "origin": "LiteLLM 1.0"}
    path.write_text(json.dumps(old))
    expected = Prices(Rates(1e-6, 2e-6, 5e-7), "LiteLLM 1.0")
    assert pinned(path, None, found) == of_content(old) == expected
    path.write_text(json.dumps({**old, "input": 0.0, "output": 0.0, "cached_input": 0.0}))
    assert pinned(path, None, None) is None, "it was free because nobody knew its price"
    path.write_text('{"input": 1e-6')
    with pytest.raises(UserError, match="no price list any more: delete it"):
        pinned(path, None, found)


@pytest.mark.parametrize("source", ["openrouter/some/m", "openai/m"])
def test_what_a_provider_says_a_call_cost_stands_beside_our_own(
    tmp_path: Path, source: str
) -> None:
    prices = {source: {"input": 0.0, "output": 1000.0}}
    with stub.running(tmp_path / "log", "--manner", "cost") as base:
        asked = job(tmp_path / "run", model(base, source), rows=1, prices=prices)
        assert inside(asked).returncode == 0
    lines = asked.lines()
    assert {line["told_usd"] for line in lines} == {stub.COST}
    assert {line["cost_usd"] for line in lines} == {5 * 1e-3}
    account = json.loads(asked.done.read_text())["journal"]
    assert account["told_usd"] == pytest.approx(stub.COST * len(lines))
    assert account["cost_usd"] == pytest.approx(5e-3 * len(lines))
    names = [name for name, kind in gather.ASKED.items() if kind == pl.String]
    row = {**dict.fromkeys(gather.ASKED), **dict.fromkeys(names, "x"), **account}
    told = pl.DataFrame([{k: row[k] for k in gather.ASKED}], schema=gather.ASKED)
    shown = at_a_glance.taken(told)
    of = dict(zip(shown.columns, shown.rows[0], strict=True))
    cell = of[RARE["told_usd"]]
    assert isinstance(cell, Cell) and cell.order == account["told_usd"]
    assert RARE["assumed_usd"] not in of
    untold = told.with_columns(pl.lit(None, pl.Float64).alias("told_usd"))
    assert RARE["told_usd"] not in at_a_glance.taken(untold).columns


def test_a_model_that_is_only_likened_to_others_has_no_price(tmp_path: Path) -> None:
    """LiteLLM gives what it knows of a family for a name that its list lacks, at no price."""
    source = "anthropic/claude-opus-4-1"
    assert parameters.litellm().get_model_info(source)["input_cost_per_token"] == 0
    with stub.running(tmp_path / "log") as base:
        done = inside(job(tmp_path / "run", model(base, source), rows=1, budget_usd=1.0))
    assert f"nobody knows what {source} costs" in done.stderr and done.returncode == 1
    assert not stub.calls(tmp_path / "log")
