"""Score the utterances that may go on with a begun reply, none of them shown."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tactometer.providers.local.chat_template import Prompt, Prompts, Scored
from tactometer.providers.local.engine import Engine
from tactometer.providers.provider import Ask


@dataclass(frozen=True)
class Scores:
    """What each utterance has behind one prompt, by name: its log-probability in nats, and what the
    choice goes by where that is another number; and which has most.
    """

    logprobs: dict[str, float]
    scores: dict[str, float] | None
    best: str | None


def texts_of(ask: Ask) -> list[str]:
    """The texts whose probability is asked for; none where labels are read or samples drawn."""
    return [each["text"] for each in ask.row.get("continuations") or ()]


class Utterances:
    """Scores utterances behind rendered prompts.

    `score`: by the log-probability of all tokens (`sum`), by their mean (`mean`), or by how much
    more it is than without a scene (`pmi`).
    """

    def __init__(self, prompts: Prompts, score: str) -> None:
        self._prompts, self._score = prompts, score
        self._without: dict[str, Sequence[float]] = {}

    def scored(
        self, engine: Engine, asks: Sequence[Ask], prompts: Sequence[Prompt]
    ) -> list[Scores]:
        """The scores of each prompt's utterances."""
        pairs = list(zip(asks, prompts, strict=True))
        each = [self._prompts.continuations(prompt, texts_of(ask)) for ask, prompt in pairs]
        found = engine.continuation_logprobs([s.before for s in each], [s.tokens for s in each])
        return [
            self._named(engine, ask, scored, sums)
            for ask, scored, sums in zip(asks, each, found, strict=True)
        ]

    def _named(self, engine: Engine, ask: Ask, scored: Scored, sums: Sequence[float]) -> Scores:
        names = [each["option"] for each in ask.row["continuations"]]
        logprobs = _finite(names, sums)
        scores = logprobs
        if self._score == "mean":
            lengths = map(len, scored.tokens)
            scores = _finite(names, [p / n for p, n in zip(sums, lengths, strict=True)])
        if self._score == "pmi":
            without = self._neutral(engine, ask)
            scores = _finite(names, [p - q for p, q in zip(sums, without, strict=True)])
        best = max(scores, key=lambda name: scores[name]) if scores else None
        return Scores(logprobs, None if scores is logprobs else scores, best)

    def _neutral(self, engine: Engine, ask: Ask) -> Sequence[float]:
        """The log-probability of each utterance without a scene."""
        prompt = self._prompts.render(ask.row["neutral"])
        if prompt.text not in self._without:
            scored = self._prompts.continuations(prompt, texts_of(ask))
            found = engine.continuation_logprobs([scored.before], [scored.tokens])
            self._without[prompt.text] = found[0]
        return self._without[prompt.text]


def _finite(names: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    return {name: p for name, p in zip(names, values, strict=True) if math.isfinite(p)}
