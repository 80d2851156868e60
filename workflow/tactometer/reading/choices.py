"""From answers to choices: which utterance each one chose, read from the journal."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from tactometer.journal import journal
from tactometer.journal.answer_keys import answer_key
from tactometer.reading.replies import read_reply
from tactometer.study.option_labels import LABELS
from tactometer.utils.errors import UserError

COLUMNS = {
    "sample": pl.Int32,
    "choice": pl.String,
    "probs": pl.List(pl.Float64),
    "p_yes": pl.Float64,
    "method": pl.String,
    "label_mass": pl.Float64,
    "text": pl.String,
}
YES = "yes"


def parse(
    requests: pl.DataFrame,
    answers: Mapping[str, Mapping[str, Any]],
    who: str,
    samples: int,
    utterances: Sequence[str],
) -> pl.DataFrame:
    """Read every answer to the requests: one row per (request, sample).

    `answers` maps journal keys to lines, `who` is the identity's digest. The requests' columns
    come first, then `COLUMNS`: `probs` is over `utterances` (over yes alone for yes/no prompts)
    where the method gives probabilities, else null; `label_mass` is the probability of all labels
    together. Raises UserError if the journal lacks an answer.
    """
    read = []
    for row in requests.iter_rows(named=True):
        space = utterances if row["goal"] is not None else (YES,)
        for sample in range(samples):
            line = answers.get(answer_key(who, row["request"], sample))
            if line is None:
                raise UserError(
                    f"the journal has no answer to request {row['request']}, sample {sample}: "
                    "run `snakemake ask` to ask what it lacks."
                )
            read.append({**row, "sample": sample, **_read(line, row["options"], space)})
    schema: dict[str, Any] = {**requests.schema, **COLUMNS}
    return pl.DataFrame(read, schema=schema)


def _read(line: Mapping[str, Any], options: Sequence[str], space: Sequence[str]) -> dict[str, Any]:
    """One answer as a choice, in the domain's order: only here are options unshuffled."""
    if line["logprobs"] is not None:
        return {**_by_probability(line["logprobs"], options, space), "text": line["text"]}
    reply = read_reply(line["text"], options)
    yes = None if reply.choice is None or space != (YES,) else float(reply.choice == YES)
    return {
        "choice": reply.choice,
        "probs": None,
        "p_yes": yes,
        "method": reply.method,
        "label_mass": None,
        "text": line["text"],
    }


def _by_probability(
    logprobs: Mapping[str, float], options: Sequence[str], space: Sequence[str]
) -> dict[str, Any]:
    """Probabilities over the options given that a label was said, and the mass of all labels.

    A label that the journal has no log-probability for was not among the likeliest tokens: none of
    the mass is its.
    """
    mass = {
        option: math.exp(logprobs.get(LABELS[i], -math.inf)) for i, option in enumerate(options)
    }
    total = math.fsum(mass.values())
    if total == 0.0:
        nothing = {"choice": None, "probs": None, "p_yes": None}
        return {**nothing, "method": "invalid", "label_mass": 0.0}
    probs = [mass[u] / total for u in space]
    return {
        "choice": max(mass, key=lambda option: mass[option]),
        "probs": probs,
        "p_yes": probs[0] if space == (YES,) else None,
        "method": "logprob",
        "label_mass": total,
    }


def of_journal(path: Path, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The journal's lines for some keys; the first answer counts where a key stands twice."""
    wanted = set(keys)
    found: dict[str, dict[str, Any]] = {}
    for line in journal.read(path):
        if line["key"] in wanted:
            found.setdefault(line["key"], line)
    return found
