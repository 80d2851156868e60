"""Estimate token counts of prompts and answers without a model's tokenizer.

Where a journal has the provider's own figures, the guess is scaled to them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from tactometer.planning.prices import listed
from tactometer.providers.local.settings import EngineModel
from tactometer.study.fields import written
from tactometer.study.model import Model

CHARACTERS = 3.8
"""Characters a token on these prompts: cl100k_base has 3.7 to 4.1, Claude 2's tokenizer 3.4 to 3.8
(measured on every prompt set of the demo with the tokenizers that LiteLLM brings)."""
MESSAGE = 5
"""Tokens that a chat template puts round a message."""
ANSWER = 8
"""Tokens of an answer such as "(C) not bad", with what ends it."""
EFFORTS = {"none": 0, "disable": 0, "minimal": 32, "low": 256, "medium": 512, "high": 1024}
"""Tokens of a thought by the word for its effort; of a budget in tokens, a quarter. Guesses."""
THOUGHT = 512


def sized(frame: pl.DataFrame) -> pl.DataFrame:
    """Requests with their size: request, prompt_set, goal, options, guess (prompt tokens)."""
    contents = pl.col("messages").list.eval(pl.element().struct["content"].str.len_chars())
    characters, messages = contents.list.sum(), pl.col("messages").list.len()
    guess = characters / CHARACTERS + messages * MESSAGE
    return frame.select("request", "prompt_set", "goal", "options", guess=guess)


def calibrated(wanted: pl.DataFrame, answers: Iterable[pl.DataFrame]) -> float:
    """Reported prompt tokens as a share of the guessed ones, over a model's journals; 1 without."""
    told = [frame.drop_nulls("prompt_tokens") for frame in answers]
    both = pl.concat(told).join(wanted, on="request") if told else wanted.clear()
    if both.is_empty():
        return 1.0
    return float(both["prompt_tokens"].sum()) / float(both["guess"].sum())


def answer(model: Model, checkpoint: str, found: pl.DataFrame) -> tuple[float, tuple[str, ...]]:
    """Tokens of one answer, thought included, and how that is known."""
    counts = found["completion_tokens"].drop_nulls()
    if len(counts):
        return float(counts.sum()) / len(counts), ("tokens: as its journal reports them",)
    thought, how = _thought(model, checkpoint)
    said = 1 if model.estimator.exact else ANSWER
    note = f"tokens: {CHARACTERS} characters each, {said} in an answer"
    return thought + said, (f"{note}{how}",)


def longest(model: Model, checkpoint: str) -> int | None:
    """The cap on an answer's tokens, where the study sets one."""
    if model.estimator.exact:
        return 1
    wire = _wire(model, checkpoint)
    caps = ("max_tokens", "max_completion_tokens", "max_output_tokens")
    own = written(model.estimator.max_tokens, None)
    return next((wire[name] for name in caps if isinstance(wire.get(name), int)), own)


def _wire(model: Model, checkpoint: str) -> Mapping[str, Any]:
    return {**model.wire, **model.checkpoints[checkpoint].own_wire}


def _below(wire: Mapping[str, Any], name: str, key: str) -> Any:
    """A value below a wire parameter, which may be anything: what a run sends, it proves."""
    outer = wire.get(name)
    return outer.get(key) if isinstance(outer, Mapping) else None


def _thought(model: Model, checkpoint: str) -> tuple[float, str]:
    """Tokens of a thought: a guess that errs on the side of more."""
    if isinstance(model.settings, EngineModel):
        thinks = model.settings.engine.thinking
        return (THOUGHT, f" and {THOUGHT} in a thought (a guess)") if thinks else (0, "")
    wire = _wire(model, checkpoint)
    effort = wire.get("reasoning_effort") or _below(wire, "output_config", "effort")
    budget = _below(wire, "thinking", "budget_tokens")
    if not isinstance(budget, int | float):
        budget = None
    if effort is None and budget is None:
        entry = listed(model.asked.source or "") or {}
        reasons = entry.get("supports_reasoning") and entry.get("litellm_provider") != "anthropic"
        effort = "medium" if reasons and "thinking" not in wire else None
    tokens = EFFORTS.get(str(effort), 0) if budget is None else budget / 4
    return tokens, f" and {tokens:g} in a thought (a guess)" if tokens else ""
