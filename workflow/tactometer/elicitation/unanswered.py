"""Unanswered prompts: what a journal lacks, what is asked once more, and which sets are stopped.

A prompt set stops where most of its first answers are unusable: before the rest is spent on. The
first answers are those that stand first in the journal, so a run that goes on stops where the run
before it did. What was cut or failed has a remedy and ends the job, once the other sets are done;
what a model refuses or cannot say is a finding.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tactometer.journal.journal import Line
from tactometer.providers.provider import Ask
from tactometer.replies.journal_line import JournalLine
from tactometer.replies.stop_reasons import REFUSALS
from tactometer.replies.usability import why_unusable
from tactometer.study.providers import engines, paid

FIRST: Final = 50
"""Answers of a prompt set by which it is told whether to go on."""
TRIES: Final = 2
"""How often a prompt is asked at most: nothing is asked thrice."""
_JUDGED: Final = ("undecided", "several")
"""Reasons that a judge may mend."""
_REMEDIES: Final = {
    "cut": "raise estimator.max_tokens, which asks the model anew",
    "error": "see what the server says in the journal (`raw`), then write ask_again: [error]",
}


@dataclass(frozen=True)
class Manner:
    """What a study says of unusable answers.

    `again`: reasons for which a prompt is asked once more; `most`: the share of unusable ones
    among a set's first answers above which it stops; `judged`: whether a judge reads what the
    parser cannot.
    """

    again: tuple[str, ...] = ()
    most: float = 1.0
    judged: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Manner":
        """The manner that a model's settings ask for; they hold the study's where it has one.

        Simulated speakers cost nothing, and are never stopped.
        """
        again = tuple(settings.get("ask_again", ()))
        real = settings["provider"] in (*paid(), *engines())
        most = float(settings.get("stop_at_unusable", 1.0)) if real else 1.0
        return cls(again, most, bool(settings.get("judged")))


@dataclass(frozen=True)
class Stop:
    """A prompt set that was stopped, and what its first answers were."""

    prompt_set: str
    reasons: Mapping[str, int]
    wanted: int
    answered: int
    most: float

    @property
    def unusable(self) -> int:
        """How many of the first answers are unusable."""
        return sum(self.reasons.values())

    @property
    def remedy(self) -> str | None:
        """What to do about it; None where it is a finding."""
        most = max(self.reasons, key=lambda reason: self.reasons[reason])
        refused = sum(self.reasons.get(reason, 0) for reason in REFUSALS)
        return None if 2 * refused > self.unusable else _REMEDIES.get(most)

    def told(self) -> str:
        """The stop in words."""
        every = ", ".join(f"{n} {reason}" for reason, n in self.reasons.items())
        return (
            f"prompt set {self.prompt_set}: {self.unusable} of its first {FIRST} answers are "
            f"unusable ({every}), and it was stopped before its {self.wanted:,} were asked"
        )

    def content(self) -> dict[str, Any]:
        """The stop as it stands in the `.done` of a checkpoint."""
        found = {"unusable": self.unusable, "of": FIRST, "wanted": self.wanted}
        found["answered"] = self.answered
        return {**found, "reasons": dict(self.reasons), "most": self.most}


@dataclass
class _Set:
    """One prompt set: its keys wanted, and of those that have an answer why it is unusable."""

    wanted: int = 0
    first: dict[str, str | None] = field(default_factory=dict)
    answered: int = 0


class Unanswered:
    """The answers that are wanted of a checkpoint, against what its journal holds."""

    def __init__(self, asks: Sequence[Ask], manner: Manner) -> None:
        self._asks = {ask.key: ask for ask in asks}
        self._manner = manner
        self._tries: Counter[str] = Counter()
        self._again: dict[str, bool] = {}
        self._sets: dict[str, _Set] = {}
        for ask in asks:
            self._sets.setdefault(ask.row["prompt_set"], _Set()).wanted += 1

    def take(self, lines: Iterable[JournalLine]) -> None:
        """Take in lines of the journal, in its order."""
        for line in lines:
            ask = self._asks.get(line["key"])
            if ask is not None:
                self._take(ask, line)

    def see(self, lines: Iterable[Line]) -> None:
        """Take in answers that have just come."""
        self.take(line.entries() for line in lines)

    def _take(self, ask: Ask, line: JournalLine) -> None:
        of = self._sets[ask.row["prompt_set"]]
        self._tries[ask.key] += 1
        of.answered += self._tries[ask.key] == 1
        tallied = ask.key in of.first or len(of.first) < FIRST
        watched = tallied and self._manner.most < 1.0
        if not (watched or self._manner.again):
            return
        reason = why_unusable(line, ask.row["options"])
        self._again[ask.key] = reason in self._manner.again
        if watched and not (ask.key in of.first and reason):  # a usable line counts for its key
            of.first[ask.key] = reason

    def stop(self, prompt_set: str) -> Stop | None:
        """The stop of a prompt set, if it has one."""
        of = self._sets[prompt_set]
        if len(of.first) < FIRST or of.answered == of.wanted:
            return None
        skipped = _JUDGED if self._manner.judged else ()
        found = Counter(r for r in of.first.values() if r is not None and r not in skipped)
        if sum(found.values()) <= self._manner.most * FIRST:
            return None
        reasons = dict(found.most_common())
        return Stop(prompt_set, reasons, of.wanted, of.answered, self._manner.most)

    @property
    def stops(self) -> list[Stop]:
        """The stops of all prompt sets that have one."""
        return [stop for name in self._sets if (stop := self.stop(name)) is not None]

    def _open(self, ask: Ask) -> bool:
        """Whether an answer is to be asked for now."""
        tries = self._tries[ask.key]
        if tries:
            return tries < TRIES and self._again.get(ask.key, False)
        return self.stop(ask.row["prompt_set"]) is None

    def asks(self) -> list[Ask]:
        """What is to be asked: of each prompt set first what decides whether it goes on.

        The first answers of a set are spread over it: its prompts are in the order of their
        digests there, which is as good as drawn. Where some of a stopped set are asked once more,
        its others are here too, and wanted only if those let it go on.
        """
        now = [ask for ask in self._asks.values() if self._open(ask)]
        moving = {ask.row["prompt_set"] for ask in now}
        found = [
            replace(ask, tries=self._tries[ask.key], still=self._open)
            for ask in self._asks.values()
            if self._open(ask) or (not self._tries[ask.key] and ask.row["prompt_set"] in moving)
        ]
        if self._manner.most >= 1.0:
            return found
        pilots: set[str] = set()
        for name, of in self._sets.items():
            mine = [ask for ask in found if ask.row["prompt_set"] == name]
            pilots |= {ask.key for ask in mine if ask.key in of.first}
            fresh = sorted(ask.key for ask in mine if not ask.tries)
            if of.wanted > FIRST:
                pilots |= set(fresh[: max(0, FIRST - len(of.first))])
        first = [replace(ask, pilot=True) for ask in found if ask.key in pilots]
        return first + [ask for ask in found if ask.key not in pilots]
