"""Simulated speakers: RSA speakers with known parameters that answer in words.

What they mean to say is drawn from S2 (`speaker_model.reference`), what they hold true from their
literal semantics. How they put it varies as with a language model: a letter, "(C)", a sentence, the
phrase alone; and a share `noise` of the answers cannot be read at all. With a `behaviour` it is no
speaker: a mixture of two, or a model that answers by the first letter.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tactometer.journal.journal import Line
from tactometer.providers.provider import Ask
from tactometer.speaker_model import reference
from tactometer.study.comprehension import READ_BACK
from tactometer.utils import digests

BATCH = 500
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
STYLES = (
    "{letter}",
    "{letter}",
    "({letter})",
    "{letter}.",
    "({letter}) {phrase}",
    "I'd say {letter}) {phrase}.",
    "Answer: {letter}",
    "{phrase}",
    '"{phrase}"',
    "The answer is ({letter}).",
)
UNREADABLE = (
    "I would rather not say.",
    "",
    "Either {phrase} or {other}, it depends.",
    "That is a lovely question! What did you have in mind?",
    "({letter}) {other}",
)


class Provider:
    """A simulated speaker; see `tactometer.providers.provider.Provider`."""

    def __init__(self, declared: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self._declared = declared
        self._speaker = declared["checkpoint"]
        self._behaviour = self._speaker.get("behaviour")
        self._values = [int(v) for v in declared["values"]]
        self._literal = {**declared["literal"], **self._speaker.get("literal", {})}
        self._utterances = list(declared["literal"])
        self._probabilities: dict[str, Any] = {}
        # another version shows what it changed, not other luck
        self._seed = digests.digest({k: v for k, v in declared.items() if k != "simulator"})

    def identity(self) -> Mapping[str, Any]:
        """Its parameters, its semantics, its seed, and the version of the simulator."""
        return self._declared

    def answer(self, asks: Sequence[Ask]) -> Iterator[list[Line]]:
        """Answer every ask; the same speaker, request and sample give the same answer."""
        for start in range(0, len(asks), BATCH):
            yield [self._line(ask) for ask in asks[start : start + BATCH]]

    def _line(self, ask: Ask) -> Line:
        draw = random.Random(f"{self._seed} {ask.row['request']} {ask.sample}")
        meant = self._meant(ask.row, draw)
        return Line(
            key=ask.key,
            request=ask.row["request"],
            sample=ask.sample,
            text=self._say(meant, ask.row["options"], draw),
            finish_reason="stop",
            model="simulated",
            cost_usd=0.0,
        )

    def _meant(self, row: Mapping[str, Any], draw: random.Random) -> str:
        if self._behaviour == "letter":
            return str(row["options"][0])
        if row["prompt_set"] in READ_BACK:
            return self._read_back(row, draw)
        state = self._values.index(row["state"])
        if row["goal"] is None:
            return "yes" if draw.random() < self._literal[row["utterance"]][state] else "no"
        levels = {name: row[name] for name in self._speaker.get("factors", {})}
        weights = self._speaker_probabilities(row["goal"], levels)[state]
        return str(draw.choices(self._utterances, weights=weights)[0])

    def _read_back(self, row: Mapping[str, Any], draw: random.Random) -> str:
        """What it was told; a share of the time something else."""
        wrong = draw.random() < self._speaker.get("misreads", 0.0)
        others = [option for option in row["options"] if option != row["utterance"]]
        return str(draw.choice(others) if wrong else row["utterance"])

    def _speaker_probabilities(self, goal: str, levels: Mapping[str, str]) -> Any:
        """S2 of the speaker under a goal and at levels of factors, or what a mixture chooses:
        [state, utterance].
        """
        key = " ".join([goal, *levels.values()])
        if key not in self._probabilities:
            told = {**self._speaker, **self._speaker.get("goals", {}).get(goal, {})}
            for factor, level in levels.items():
                told |= self._speaker["factors"][factor].get(level, {})
            omega = [told["omega"][name] for name in ("inf", "soc", "pre")]
            theta = np.array([self._literal[u] for u in self._utterances])
            own = np.exp(reference.s2(told["alpha"], told["phi"], omega, theta, self._values))
            if self._behaviour == "mixture":
                own = (own + own[::-1]) / 2  # states from the last to the first
            self._probabilities[key] = own
        return self._probabilities[key]

    def _say(self, meant: str, options: Sequence[str], draw: random.Random) -> str:
        other = draw.choice([o for o in options if o != meant])
        unreadable = draw.random() < self._speaker.get("noise", 0.0)
        styles = STYLES[:1] if self._behaviour == "letter" else STYLES
        style = draw.choice(UNREADABLE if unreadable else styles)
        return style.format(letter=LETTERS[options.index(meant)], phrase=meant, other=other)
