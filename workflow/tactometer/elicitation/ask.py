"""Query one checkpoint for every answer that its journal lacks."""

import json
import math
import statistics
import time
from argparse import Namespace
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tactometer.elicitation import engine_environment
from tactometer.journal import journal, usage
from tactometer.journal.answer_keys import answer_key, identity_digest
from tactometer.journal.journal import Line
from tactometer.providers.local import checkpoint_files
from tactometer.providers.provider import Ask, alterations, open_provider
from tactometer.study import study
from tactometer.study.study import Study
from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError

MIN_LABEL_MASS = 0.1


def ask(
    declared: Mapping[str, Any],
    settings: Mapping[str, Any],
    requests: Sequence[Path],
    journal_path: Path,
    done: Path,
) -> None:
    """Ask a checkpoint every request of its prompt sets that its journal has no answer for.

    `declared` is the checkpoint's recipe, `settings` its model's part of the study. Every answer
    is on disk before the next batch is asked for. `done` is written when nothing is missing: it
    names the resolved identity, by whose digest the answers are found again, and what they took.
    """
    provider = open_provider(declared, settings)
    identity = provider.identity()
    who = identity_digest(identity)
    samples = samples_of(settings["estimator"])
    asks = wanted(requests, who, samples)
    with journal.write(journal_path) as writer:
        held = journal.keys(journal_path)
        missing = [a for a in asks if a.key not in held]
        print(f"{len(asks)} answers wanted, {len(missing)} to ask", flush=True)
        if missing:
            mass = LabelMass(float(settings.get("min_label_mass", MIN_LABEL_MASS)))
            _ask_all(mass.watched(provider.answer(missing)), writer, len(missing))
    account = usage.add_up(journal.read(journal_path))
    content = {"identity": identity, "digest": who, "answers": len(asks), "journal": account}
    sent = alterations(provider)
    if sent:
        differ = differing(journal.read(journal_path), {each.key for each in asks})
        content["prompt"] = {**sent, "differing": differ}
    with atomic_files.atomic(done) as temporary:
        temporary.write_text(json.dumps(content, sort_keys=True, indent=1) + "\n")


def differing(lines: Iterable[Mapping[str, Any]], keys: Collection[str]) -> int:
    """How many requests were rendered in several ways, among the answers with these keys."""
    seen: dict[str, set[str]] = {}
    for line in lines:
        if line["key"] in keys and line.get("prompt"):
            seen.setdefault(line["request"], set()).add(line["prompt"])
    return sum(len(digests) > 1 for digests in seen.values())


class LabelMass:
    """Checks that a model answers by letter at all: the probability mass of the option labels in
    its first answers.
    """

    FIRST = 100

    def __init__(self, least: float) -> None:
        self._least = least
        self._seen: list[float] = []

    def watched(self, answers: Iterable[list[Line]]) -> Iterator[list[Line]]:
        """Give the answers on; raises UserError where the labels have too little of the mass."""
        for lines in answers:
            yield lines  # on disk first
            self._look(lines)

    def _look(self, lines: Sequence[Line]) -> None:
        if len(self._seen) >= self.FIRST:
            return
        found = [line.logprobs for line in lines if line.logprobs is not None]
        self._seen += [math.fsum(map(math.exp, each.values())) for each in found]
        mass = statistics.median(self._seen) if self._seen else 1.0
        if len(self._seen) >= self.FIRST and mass < self._least:
            raise UserError(
                f"the labels have {mass:.3g} of the probability in the median of the first "
                f"{len(self._seen)} answers: this model does not answer by letter; write "
                "estimator: {kind: samples, k: 10} for it, or lower min_label_mass "
                f"({self._least:g}) to go on all the same."
            )


def samples_of(estimator: Mapping[str, Any]) -> int:
    """How many answers an estimator wants for each request."""
    return int(estimator["k"]) if estimator["kind"] == "samples" else 1


def wanted(requests: Iterable[Path], who: str, samples: int) -> list[Ask]:
    """Every answer that the requests files want of one checkpoint, each key once."""
    asks: dict[str, Ask] = {}
    for path in requests:
        for row in pl.read_parquet(path).iter_rows(named=True):
            for sample in range(samples):
                key = answer_key(who, row["request"], sample)
                asks.setdefault(key, Ask(key, row, sample))
    return list(asks.values())


def _ask_all(answers: Iterable[list[journal.Line]], writer: journal.Writer, count: int) -> None:
    told, got = time.monotonic(), 0
    for lines in answers:
        got += writer.append(lines)
        if time.monotonic() - told > 10:
            told = time.monotonic()
            print(f"{got} of {count} answers", flush=True)
    if got < count:
        raise UserError(
            f"{count - got} of {count} requests got no answer: run again to ask those alone."
        )


def run(given: Namespace) -> None:
    """Ask checkpoints of one model what their journals lack, one after another."""
    sweep = study.read(given.study)
    model = sweep.models[given.model]
    place = f"{sweep.source}, models.{model.name}"
    for who in given.who:
        checkpoint_files.check_folder(json.loads(who.read_text()), place)
    engine_environment.enter(model.provider, place)
    if not len(given.who) == len(given.journal) == len(given.done):
        raise UserError("--who, --journal and --done must be given once for each checkpoint.")
    for who, journal_path, done in zip(given.who, given.journal, given.done, strict=True):
        settings = {**model.settings, "job": job_of(sweep, model.name, journal_path)}
        ask(json.loads(who.read_text()), settings, given.requests, journal_path, done)


def job_of(sweep: Study, model: str, journal_path: Path) -> dict[str, Any]:
    """What a provider has to know of the study beside its model: for messages and money."""
    return {
        "file": sweep.source,
        "model": model,
        "name": f"{model}/{journal_path.stem}",
        "journal": journal_path,
        "budget_usd": sweep.data.get("budget_usd"),
        "prices": sweep.data.get("prices", {}),
        "prices_copy": journal_path.with_suffix(".prices.json"),
        "ledger": journal_path.parent.parent / ".spending.json",
    }
