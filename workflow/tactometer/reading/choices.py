"""Parse answers into choices: which utterance each one chose, read from the journal."""

import json
import math
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tactometer.elicitation.ask import wanted
from tactometer.elicitation.requests import SCORED
from tactometer.journal import journal
from tactometer.journal.answer_keys import answer_key
from tactometer.replies.journal_line import JournalLine
from tactometer.replies.reply_reader import Reply, read_reply
from tactometer.replies.stop_reasons import counting, no_answer
from tactometer.replies.usability import SURPLUS
from tactometer.replies.usability import mass as probability
from tactometer.study import study
from tactometer.study.comprehension import READ_BACK
from tactometer.study.model import Model
from tactometer.study.option_labels import LABELS
from tactometer.study.study import Study
from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError

COLUMNS = {
    "sample": pl.Int32,
    "choice": pl.String,
    "probs": pl.List(pl.Float64),
    "p_yes": pl.Float64,
    "method": pl.String,
    "reason": pl.String,
    "label_mass": pl.Float64,
    "text": pl.String,
}
YES = "yes"


def parse(
    requests: pl.DataFrame,
    answers: Mapping[str, JournalLine],
    who: str,
    samples: int,
    utterances: Sequence[str],
    stopped: bool = False,
) -> pl.DataFrame:
    """Read every answer to the requests: one row per (request, sample).

    `answers` maps journal keys to lines, `who` is the identity's digest. The requests' columns
    come first, then `COLUMNS`: `probs` is over `utterances` (over yes alone for yes/no prompts,
    over the sorted options of a check) where the method gives probabilities, else null; `reason`
    says of an invalid answer why it is one; `label_mass` is the probability of all labels together.
    Raises UserError if the journal lacks an answer, unless asking was `stopped`: then what was
    asked has a row.
    """
    read = []
    for row in requests.iter_rows(named=True):
        space = _space(row, utterances)
        for sample in range(samples):
            line = answers.get(answer_key(who, row["request"], sample))
            if line is None and stopped:
                continue
            if line is None:
                raise UserError(
                    f"the journal has no answer to request {row['request']}, sample {sample}: "
                    "run `snakemake ask` to ask what it lacks."
                )
            read.append({**row, "sample": sample, **_read(line, _labelled(row), space)})
    kept = {name: kind for name, kind in requests.schema.items() if name not in SCORED}
    schema: dict[str, Any] = {**kept, **COLUMNS}
    return pl.DataFrame(read, schema=schema)


def _labelled(row: Mapping[str, Any]) -> dict[str, str]:
    """The options of a request by their names in a journal line: letters, or the utterances where
    none is shown.
    """
    scored = row.get("continuations")
    if scored:
        return {each["option"]: each["option"] for each in scored}
    return dict(zip(LABELS, row["options"], strict=False))


def _space(row: Mapping[str, Any], utterances: Sequence[str]) -> Sequence[str]:
    """What the probabilities of an answer are over, in a fixed order."""
    if row["prompt_set"] in READ_BACK:
        return sorted(row["options"])
    return utterances if row["goal"] is not None else (YES,)


def _read(line: JournalLine, options: Mapping[str, str], space: Sequence[str]) -> dict[str, Any]:
    """One answer as a choice, in the domain's order: only here are options unshuffled."""
    stopped = no_answer(line)
    if line["logprobs"] is not None and stopped is None:
        return {**_by_probability(line, options, space), "text": _clean(line["text"])}
    shown = [*options.values()]
    reply = read_reply(line["text"], shown) if stopped is None else Reply(None, "invalid")
    yes = None if reply.choice is None or space != (YES,) else float(reply.choice == YES)
    return {
        "choice": reply.choice,
        "probs": None,
        "p_yes": yes,
        "method": reply.method,
        "reason": stopped or reply.reason,
        "label_mass": None,
        "text": _clean(line["text"]),
    }


def _clean(text: str | None) -> str | None:
    """A text as tables can hold it: half of a surrogate pair, which a server may send, is none."""
    return text and text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _by_probability(
    line: JournalLine, options: Mapping[str, str], space: Sequence[str]
) -> dict[str, Any]:
    """Probabilities over the options given that one was said, and the mass of all of them.

    An option that the journal has no log-probability for, or none that is a number, was not among
    the likeliest tokens: none of the mass is its. Options that have more than all of it are an odd
    reply, which is no answer. `scores`, where a line has them, are what choices go by.
    """
    found = {options[name]: p for name, p in (line["logprobs"] or {}).items() if name in options}
    total = math.fsum(map(probability, found.values()))
    if total == 0.0 or total > 1.0 + SURPLUS:  # more than all is no probability
        nothing = {"choice": None, "probs": None, "p_yes": None, "method": "invalid"}
        reason = "error" if total else "undecided"
        return {**nothing, "reason": reason, "label_mass": 0.0}
    if scores := line.get("scores"):
        most = max(scores.values())
        found = {options[name]: score - most for name, score in scores.items()}
    mass = {option: probability(found.get(option, -math.inf)) for option in options.values()}
    whole = math.fsum(mass.values())
    probs = [mass[u] / whole for u in space]
    return {
        "choice": max(mass, key=lambda option: mass[option]),
        "probs": probs,
        "p_yes": probs[0] if space == (YES,) else None,
        "method": "logprob",
        "reason": None,
        "label_mass": total,
    }


def of_journal(path: Path, keys: Iterable[str]) -> dict[str, JournalLine]:
    """The journal's lines for some keys; where one stands twice, its last usable line counts."""
    wanted = set(keys)
    return counting(line for line in journal.read(path) if line["key"] in wanted)


def run(given: Namespace) -> None:
    """Read the choices of one prompt set, with the judge's help where there is one."""
    sweep = study.read(given.study)
    frame = read_strictly(sweep, sweep.models[given.model], given)
    if given.judged:
        frame = with_verdicts(frame, pl.read_parquet(given.judged))
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)


def with_verdicts(choices: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Choices in which the judge has read what the strict parser could not, and nothing else."""
    rescued = found.filter(pl.col("strict").is_null() & pl.col("judged").is_not_null())
    both = choices.join(
        rescued.select("request", "sample", "judged"),
        on=["request", "sample"],
        how="left",
        maintain_order="left",
    )
    new = pl.col("judged").is_not_null()
    yes = pl.when(new & (pl.col("prompt_set") == "semantics")).then(
        (pl.col("judged") == "yes").cast(pl.Float64)
    )
    return both.with_columns(
        choice=pl.coalesce("choice", "judged"),
        p_yes=pl.coalesce("p_yes", yes),
        method=pl.when(new).then(pl.lit("judge")).otherwise("method"),
        reason=pl.when(~new).then("reason"),
    ).drop("judged")


def read_strictly(sweep: Study, model: Model, given: Namespace) -> pl.DataFrame:
    """The choices of one prompt set as the strict parser reads them."""
    done = json.loads(given.done.read_text())
    samples = model.estimator.samples
    utterances = sweep.domain_of(model.domain).utterances
    stopped = given.requests.stem in done.get("stopped", {})
    return read(given.requests, given.journal, done["digest"], samples, utterances, stopped)


def read(
    requests: Path,
    journal_path: Path,
    who: str,
    samples: int,
    utterances: Sequence[str],
    stopped: bool = False,
) -> pl.DataFrame:
    """The choices of the requests in a file, from the answers in a journal."""
    keys = [each.key for each in wanted([requests], who, samples)]
    answers = of_journal(journal_path, keys)
    return parse(pl.read_parquet(requests), answers, who, samples, utterances, stopped)
