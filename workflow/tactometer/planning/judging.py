"""What the judge will be asked: counted of the replies that are there, estimated of the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path

import polars as pl

from tactometer.journal.answer_keys import answer_key
from tactometer.planning import journal_state, tokens
from tactometer.reading import choices, judge
from tactometer.replies.journal_line import JournalLine
from tactometer.study.model import Model
from tactometer.utils.digests import canonical

UNREAD = 0.05
"""Share of replies that the strict parser cannot read, where none is there to tell: a guess."""
REPLY = "x" * 80
"""A reply of a common size, where none is there: a sentence."""


@dataclass(frozen=True)
class Replies:
    """One prompt set of a checkpoint before it is judged.

    `read` are the replies that its journal has, as the strict parser reads them (`choices.parse`);
    `missing` are still to come, with options such as `options`.
    """

    model: str
    read: pl.DataFrame
    missing: int
    options: Sequence[str]

    @cached_property
    def unread(self) -> int:
        """How many of `read` the parser could not read."""
        return self.read.filter(pl.col("method") == "invalid").height

    def to_come(self, share: float) -> int:
        """How many of `missing` the judge reads, if the parser cannot read this share of them."""
        unread = ceil(share * self.missing)
        audits = max(0, judge.AUDIT - (self.read.height - self.unread))
        return unread + min(audits, self.missing - unread)


def replies(
    model: Model,
    wanted: pl.DataFrame,
    lines: Mapping[str, JournalLine],
    who: str,
    words: Sequence[str],
) -> Replies:
    """The replies to the requests `wanted`, as far as the journal's `lines` (by key) have them.

    `who` is the digest of who is asked, and `words` are the domain's utterances. Probabilities of
    labels are no replies: of those, none is to come.
    """
    k = model.estimator.samples
    keys = {r: [answer_key(who, r, n) for n in range(k)] for r in wanted["request"]}
    whole = [r for r, mine in keys.items() if all(key in lines for key in mine)]
    read = choices.parse(wanted.filter(pl.col("request").is_in(whole)), lines, who, k, words)
    worded = not model.estimator.exact
    missing = wanted.height * k - read.height if worded else 0
    return Replies(model.name, read, missing, wanted["options"][0].to_list())


def shares(found: Iterable[Replies]) -> dict[str, float]:
    """By model, the share of its replies that the parser could not read; none without replies."""
    counts: dict[str, tuple[int, int]] = {}
    for each in found:
        unread, total = counts.get(each.model, (0, 0))
        counts[each.model] = (unread + each.unread, total + each.read.height)
    return {model: unread / total for model, (unread, total) in counts.items() if total}


@dataclass(frozen=True)
class Load:
    """What the judge is asked of one prompt set: `held` is in its journal, a run asks `to_ask`.

    `at_most` is `to_ask` if no reply to come can be read, `each` the tokens of a prompt (a guess).
    """

    held: int
    to_ask: int
    at_most: int
    each: float
    notes: tuple[str, ...]


def load(
    found: Replies,
    known: Mapping[str, float],
    by: Model,
    who: str | None,
    journal: Path,
) -> Load:
    """What the judge `by`, whose digest is `who`, is asked of some replies.

    `known` are the shares that `shares` gives, `journal` is the judge's own for these replies.
    """
    asked = _requests(found.read, by).unique("request")
    keys = set(journal_state.answers(journal)["key"])
    lacking = sum(who is None or answer_key(who, r, 0) not in keys for r in asked["request"])
    share = known.get(found.model, UNREAD)
    origin = "as its journals have it" if found.model in known else "a guess"
    note = (
        f"replies to come that the judge reads: {share:.1%} that the parser cannot ({origin}), and "
        f"up to {judge.AUDIT} of each prompt set that it can; those alike once"
    )
    return Load(
        asked.height - lacking,
        lacking + found.to_come(share),
        lacking + found.missing,
        _mean(asked if asked.height else _requests(_specimen(found.options), by)),
        (note,) if found.missing else (),
    )


def _requests(read: pl.DataFrame, by: Model) -> pl.DataFrame:
    """The judge's requests for these replies, sized as `tokens.sized` does."""
    wire = canonical(by.wire)
    return tokens.sized(judge.build(read, wire, judge.estimator_of(by)))


def _mean(asked: pl.DataFrame) -> float:
    return float(asked["guess"].sum()) / asked.height


def _specimen(options: Sequence[str]) -> pl.DataFrame:
    """A reply such as may come, as the strict parser gives it."""
    reply = {"request": "", "sample": 0, "text": REPLY, "method": "invalid", "reason": "undecided"}
    return pl.DataFrame([{**reply, "options": list(options)}])
