"""Query one checkpoint for every answer that its journal lacks."""

import json
import math
import statistics
from argparse import Namespace
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import polars as pl

from tactometer.elicitation import engine_environment
from tactometer.elicitation.progress import Progress
from tactometer.elicitation.unanswered import Manner, Unanswered
from tactometer.journal import journal, usage
from tactometer.journal.answer_keys import answer_key, identity_digest
from tactometer.journal.journal import Line
from tactometer.providers.local import checkpoint_files
from tactometer.providers.provider import Ask, Provider, ability, alterations, open_provider
from tactometer.replies.journal_line import JournalLine
from tactometer.replies.usability import SURPLUS
from tactometer.replies.usability import mass as probability
from tactometer.study import providers, study
from tactometer.study.comprehension import READ_BACK
from tactometer.study.domain import SEMANTICS
from tactometer.study.fields import plain, written
from tactometer.study.model import Model
from tactometer.study.study import Study
from tactometer.utils import atomic_files, stopping
from tactometer.utils.errors import UserError

MIN_LABEL_MASS = 0.1
LEAST = 2  # answers of a prompt set by which the cost of the rest is told


def ask(
    declared: Mapping[str, Any],
    settings: Mapping[str, Any],
    requests: Sequence[Path],
    journal_path: Path,
    done: Path,
    share: float | None = None,
) -> None:
    """Ask a checkpoint every request of its prompt sets that its journal has no answer for.

    `declared` is the checkpoint's recipe, `settings` its model's part of the study. Every answer
    is on disk before the next batch is asked for. `done` is written when nothing is missing: it
    names the resolved identity, by whose digest the answers are found again, and what they took.
    With a `share`, that much of each prompt set is asked alone, and `done` is not written.
    """
    provider = open_provider(declared, settings)
    identity = provider.identity()
    who = identity_digest(identity)
    asks = wanted(requests, who, samples_of(settings["estimator"]))
    open_asks = Unanswered(asks, Manner.of(settings))
    first = {ask.key for ask in asks} if share is None else first_of(asks, share)
    mass = LabelMass(
        [ask for ask in asks if ask.key in first],
        float(settings.get("min_label_mass", MIN_LABEL_MASS)),
    )
    with journal.write(journal_path) as writer:
        _take_over(writer, journal_path, settings["job"].get("beside", ()), first)
        open_asks.take(mass.held(journal.read(journal_path)))
        missing = [ask for ask in open_asks.asks() if ask.key in first]
        now = sum(ask.wanted for ask in missing)
        print(f"{len(first)} answers wanted, {now} to ask", flush=True)
        if missing:
            with _orderly(settings):
                job = settings["job"]
                told = Progress(
                    now,
                    job.get("budget_usd"),
                    Path(job["ledger"]),
                    elsewhere=lambda: getattr(provider, "under_way", str)(),
                )
                watched = mass.watched(provider.answer(missing))
                with told:
                    _ask_all(watched, writer, missing, open_asks, told)
    if share is not None:
        return
    stopped = _stopped(open_asks, settings["job"], journal_path.with_suffix(".stops.json"))
    account = usage.add_up(journal.read(journal_path))
    content = {"identity": identity, "digest": who, "answers": len(asks), "journal": account}
    sent = alterations(provider)
    if sent:
        differ = differing(journal.read(journal_path), {each.key for each in asks})
        content["prompt"] = {**sent, "differing": differ}
    if known := _ability(provider, journal_path.with_suffix(".ability.json")):
        content["ability"] = known
    if stopped:
        content["stopped"] = stopped
    with atomic_files.atomic(done) as temporary:
        temporary.write_text(json.dumps(content, sort_keys=True, indent=1) + "\n")


def _ability(provider: Provider, history: Path) -> dict[str, Any]:
    """What the checkpoint makes of a fixed text, now or when it was last loaded: `history` has it
    where nothing is left to ask.
    """
    if found := ability(provider):
        atomic_files.write_if_changed(history, json.dumps(found, sort_keys=True) + "\n")
    elif history.exists():
        found = json.loads(history.read_text())
    return found


def _take_over(
    writer: journal.Writer, path: Path, others: Iterable[Path], wanted: Collection[str]
) -> None:
    """Copy the answers that are wanted, and that the journals of the same checkpoint by another
    estimator have: where a study puts its estimators in another order, nothing is asked again.
    """
    lines: list[JournalLine] = []
    if any(other.exists() for other in others):
        lacking = set(wanted) - journal.keys(path)
        lines = [line for other in others for line in journal.read(other) if line["key"] in lacking]
    if writer.write(lines):
        print(f"{len(lines)} answers were there already, by another of its estimators", flush=True)


def _orderly(settings: Mapping[str, Any]) -> AbstractContextManager[None]:
    """How a signal stops the asking: calls that are paid for may end, an engine's need not."""
    grace = providers.declared()[settings["provider"]].grace
    return stopping.prompt() if grace is None else stopping.orderly(grace(settings))


def differing(lines: Iterable[JournalLine], keys: Collection[str]) -> int | None:
    """How many requests were rendered in several ways, among the answers with these keys; None
    where no answer tells how its own was.
    """
    seen: dict[str, set[str]] = {}
    for line in lines:
        if line["key"] in keys and line.get("prompt"):
            seen.setdefault(line["request"], set()).add(line["prompt"])
    return sum(len(digests) > 1 for digests in seen.values()) if seen else None


def _stopped(found: Unanswered, job: Mapping[str, Any], history: Path) -> dict[str, Any]:
    """The prompt sets that were stopped, each told; raises UserError for those with a remedy.

    `history` holds every set that ever was, with the share that it was stopped at. It is no output
    of a rule, which goes by it: how such a set was parsed is stale when the share is another.
    """
    file, model = job["file"], job["model"]
    for stop in found.stops:
        print(f"{file}, models.{model}: {stop.told()}.", flush=True)
    if found.stops:
        ever = json.loads(history.read_text()) if history.exists() else {}
        ever |= {stop.prompt_set: stop.content() for stop in found.stops}
        atomic_files.write_if_changed(history, json.dumps(ever, sort_keys=True, indent=1) + "\n")
    faults = [stop for stop in found.stops if stop.remedy is not None]
    if faults:
        told = "; ".join(stop.told() for stop in faults)
        remedies = "; ".join(dict.fromkeys(str(stop.remedy) for stop in faults))
        raise UserError(
            f"{file}, models.{model}: {told}: {remedies}, or raise stop_at_unusable to go on all "
            "the same."
        )
    return {stop.prompt_set: stop.content() for stop in found.stops}


class LabelMass:
    """Checks that a model answers by letter at all: the probability mass of the option labels in
    its first answers, of the production prompts and of the yes/no prompts.
    """

    FIRST = 100
    ODD = 4  # so many replies may be broken, one after the other, before it is the server's doing

    def __init__(self, asks: Sequence[Ask], least: float) -> None:
        self._least = least
        self._kinds = {ask.key: _kind(ask) for ask in asks if _read(ask)}
        self._wanted = Counter(self._kinds.values())
        self._seen: dict[str, list[float]] = {kind: [] for kind in self._wanted}
        self._surplus = 0  # answers whose labels have more than all of the probability

    def held(self, lines: Iterable[JournalLine]) -> Iterator[JournalLine]:
        """Give the lines of a journal on, and look at those of the answers that are wanted."""
        for line in lines:
            self._look(line["key"], line["logprobs"])
            yield line

    def watched(self, answers: Iterable[list[Line]]) -> Iterator[list[Line]]:
        """Give the answers on; raises UserError where the labels have too little of the mass, or
        more than there is.
        """
        for lines in answers:
            yield lines  # on disk first
            for line in lines:
                self._look(line.key, line.logprobs)

    def _look(self, key: str, logprobs: Mapping[str, float] | None) -> None:
        kind = self._kinds.get(key)
        if kind is None or logprobs is None or len(self._seen[kind]) >= self.FIRST:
            return
        seen, mass = self._seen[kind], math.fsum(map(probability, logprobs.values()))
        if mass > 1.0 + SURPLUS:  # a few are odd replies; where most are, the server counts so
            self._surplus += 1
            if self._surplus > max(self.ODD, sum(map(len, self._seen.values()))):
                raise UserError(
                    f"the labels have {mass:.3g} of the probability in {self._surplus} answers, "
                    "more than all: what the server gives is no natural logarithm of "
                    "probabilities; write estimator: {kind: samples, k: 10} for this model."
                )
            return
        seen.append(mass)
        if len(seen) < min(self.FIRST, self._wanted[kind]):
            return
        mass = statistics.median(seen)
        if mass < self._least:
            raise UserError(
                f"the labels have {mass:.3g} of the probability in the median of the first "
                f"{len(seen)} answers to {kind}: this model does not answer them by letter; write "
                "estimator: {kind: samples, k: 10} for it, or lower min_label_mass "
                f"({self._least:g}) to go on all the same."
            )


def _read(ask: Ask) -> bool:
    """Whether an answer is read by letter for what is measured: a check of the model stops nothing,
    and the mass of utterances, which nobody has offered, is small by nature.
    """
    return ask.row["prompt_set"] not in READ_BACK and not ask.row.get("continuations")


def _kind(ask: Ask) -> str:
    return "yes/no prompts" if ask.row["prompt_set"] == SEMANTICS else "production prompts"


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


def first_of(asks: Sequence[Ask], share: float) -> set[str]:
    """The keys of a share of each prompt set, and of two answers at least: those whose digests come
    first, so that a larger share holds a smaller one.
    """
    by_set: dict[str, list[str]] = {}
    for ask in asks:
        by_set.setdefault(ask.row["prompt_set"], []).append(ask.key)
    return {
        key
        for keys in by_set.values()
        for key in sorted(keys)[: max(LEAST, math.ceil(share * len(keys)))]
    }


def _ask_all(
    answers: Iterable[list[Line]],
    writer: journal.Writer,
    asks: Sequence[Ask],
    open_asks: Unanswered,
    told: Progress,
) -> None:
    got = set[str]()
    for lines in answers:
        writer.append(lines)
        open_asks.see(lines)
        got |= {line.key for line in lines}
        told.see(lines)
    lacking = sum(ask.key not in got and ask.wanted for ask in asks)
    if lacking:
        raise UserError(
            f"{lacking} of {len(asks)} requests got no answer: run again to ask those alone."
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
        settings = {**settings_of(sweep, model), "job": job_of(sweep, model.name, journal_path)}
        ask(json.loads(who.read_text()), settings, given.requests, journal_path, done)


def settings_of(sweep: Study, model: Model) -> dict[str, Any]:
    """A model's settings, with what the study says of unusable answers."""
    most = sweep.settings.stop_at_unusable
    return {**model.as_given, "stop_at_unusable": most, "judged": sweep.judge is not None}


def job_of(sweep: Study, model: str, journal_path: Path) -> dict[str, Any]:
    """What a provider has to know of the study beside its model: for messages and money."""
    return {
        "file": sweep.source,
        "model": model,
        "name": f"{model}/{journal_path.stem}",
        "journal": journal_path,
        "beside": _beside(sweep, model, journal_path),
        "siblings": [journal_path.with_name(f"{c}.jsonl") for c in sweep.models[model].checkpoints],
        "budget_usd": written(sweep.settings.budget_usd, None),
        "prices": plain(sweep.settings.prices),
        "prices_copy": journal_path.with_suffix(".prices.json"),
        "ledger": journal_path.parent.parent / ".spending.json",
    }


def _beside(sweep: Study, model: str, journal_path: Path) -> list[Path]:
    """The journals of the same checkpoint by other estimators of its model, now or before."""
    headline = sweep.models[model].also or model
    answers = journal_path.parent.parent
    names = {headline, *(path.name for path in answers.glob(f"{headline}.*"))} - {model}
    return [answers / name / journal_path.name for name in sorted(names)]
