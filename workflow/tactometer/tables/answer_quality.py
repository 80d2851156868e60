"""Answer quality: invalid answers by reason and state, and samples of one prompt that are alike.

A server that caches, or ignores the temperature, gives one answer k times. Where every prompt has
k replies alike, word for word, that is held against what independent samples would do: two replies
to prompts of one cell (framing, state, utterance) choose alike with a chance that follows from the
shares of the choices in that cell.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl
from scipy import special

from tactometer.replies.stop_reasons import REASONS

INVALID: Final = {
    **dict.fromkeys(["study", "model", "checkpoint", "prompt_set"], pl.String),
    "state": pl.Int64,
    "reason": pl.String,
    **dict.fromkeys(["n", "answers"], pl.Int64),
    "share": pl.Float64,
}
PROMPT_SETS: Final = {
    **{name: INVALID[name] for name in ["study", "model", "checkpoint", "prompt_set"]},
    **dict.fromkeys(["wanted", "answers", "invalid"], pl.Int64),
    "reasons": pl.String,
    "refused": pl.Int64,
    "stopped": pl.Boolean,
    **dict.fromkeys(["samples", "prompts"], pl.Int64),
    **dict.fromkeys(["alike", "alike_expected", "alike_p", "entropy"], pl.Float64),
}
_CELL: Final = ["framing", "state", "utterance"]


def invalid(choices: pl.DataFrame) -> pl.DataFrame:
    """Invalid answers of a prompt set by state and reason, beside all answers about the state."""
    every = choices.group_by("state").agg(answers=pl.len())
    found = (
        choices.filter(pl.col("method") == "invalid")
        .group_by("state", "reason")
        .agg(n=pl.len())
        .join(every, on="state")
        .with_columns(share=pl.col("n") / pl.col("answers"))
    )
    order = pl.col("reason").replace_strict(dict(zip(REASONS, range(9), strict=False)), default=9)
    return found.sort("state", order)


def of_prompt_set(choices: pl.DataFrame, stop: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the answers of one prompt set are: the columns of PROMPT_SETS but for its names.

    `stop` is what `ask` wrote of a set that it stopped. `reasons` counts the invalid ones in words,
    the commonest reason first.
    """
    reasons = choices.filter(pl.col("method") == "invalid")["reason"].drop_nulls()
    counts = dict(reasons.value_counts(sort=True).iter_rows())
    return {
        "wanted": choices.height if stop is None else int(stop["wanted"]),
        "answers": choices.height,
        "invalid": choices.filter(pl.col("method") == "invalid").height,
        "reasons": ", ".join(f"{n} {reason}" for reason, n in counts.items()) or None,
        "refused": counts.get("refused", 0) + counts.get("filtered", 0),
        "stopped": stop is not None,
        **repeats(choices),
    }


def repeats(choices: pl.DataFrame) -> dict[str, Any]:
    """How often all samples of a prompt are alike, and how often independent ones would be.

    `samples` of a prompt at most, `prompts` with several, `alike` the share of those whose replies
    are the same word for word, `alike_expected` what the shares of choices in each cell say of
    independent samples, `alike_p` the chance of as many alike prompts, `entropy` (nats) of the
    choices in a cell on average. {} where no prompt has several answers in words.
    """
    worded = choices.filter(pl.col("probs").is_null())
    said = worded.with_columns(chosen=pl.col("choice").fill_null(""))
    each = said.group_by("request", *_CELL).agg(
        k=pl.len(), texts=pl.col("text").n_unique(), chosen=pl.col("chosen").n_unique()
    )
    several = each.filter(pl.col("k") > 1)
    if several.is_empty():
        return {}
    shares = said.group_by(*_CELL, "chosen").agg(n=pl.len())
    shares = shares.with_columns(p=pl.col("n") / pl.col("n").sum().over(_CELL))
    cells = {tuple(cell): part["p"].to_numpy() for cell, part in shares.group_by(*_CELL)}
    expected = np.array(
        [float((cells[tuple(cell)] ** k).sum()) for *cell, k in several.select(*_CELL, "k").rows()]
    )
    entropy = [-math.fsum(p * np.log(p)) for p in cells.values()]
    alike = int((several["texts"] == 1).sum())
    return {
        "samples": int(several["k"].max()),  # type: ignore[arg-type]
        "prompts": several.height,
        "alike": alike / several.height,
        "alike_expected": float(expected.mean()),
        "alike_p": _as_many(alike, expected),
        "entropy": float(np.mean(entropy)),
    }


def _as_many(alike: int, expected: np.ndarray) -> float:
    """The chance of at least so many alike prompts, each with a chance of its own."""
    if alike == len(expected):
        return float(np.prod(expected))
    spread = math.sqrt(float((expected * (1 - expected)).sum()))
    if spread == 0.0:
        return 1.0
    return float(special.ndtr((float(expected.sum()) - alike + 0.5) / spread))
