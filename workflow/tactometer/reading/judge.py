"""LLM as a judge: a model that reads replies which the parser cannot, and audits some that it can.

It is asked blind: it sees a reply and the options as they were shown, and neither who gave it nor
goal, framing or state. Its answers are requests and journal lines like any other.
"""

import json
from argparse import Namespace
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from tactometer.elicitation import engine_environment
from tactometer.elicitation.ask import ask, job_of
from tactometer.elicitation.requests import SCHEMA
from tactometer.reading import choices
from tactometer.replies.reply_reader import strip_thought
from tactometer.replies.stop_reasons import UNSEEN
from tactometer.study import study
from tactometer.study.fields import plain
from tactometer.study.model import Model
from tactometer.study.option_labels import LABELS
from tactometer.utils import atomic_files
from tactometer.utils.digests import canonical, digest
from tactometer.utils.open_data import Row

NONE: Final = "none of these, or more than one"
AUDIT: Final = 50
"""Replies of a prompt set that the strict parser has read and the judge reads as well."""

PROMPT: Final = """\
Somebody was shown a list of options and told to choose one. This is the whole reply:

<<<
{reply}
>>>

Which of the options does the reply choose? Answer with its letter alone.
{options}"""
VERDICTS: Final = {
    "request": pl.String,
    "sample": pl.Int32,
    "strict": pl.String,
    "judged": pl.String,
    "by": pl.String,
}
NOBODY: Final = pl.DataFrame(schema={"request": pl.String, "choice": pl.String})
"""The judge's answers where there was nothing to judge."""


def build(choices: pl.DataFrame, wire: str, estimator: Mapping[str, Any]) -> pl.DataFrame:
    """Build the judge's requests: the columns of a requests file, then `of` and `of_sample`.

    `choices` is a prompt set as strictly read. Every unreadable reply with text is judged, but for
    those that were cut, filtered or failed; of the others those `AUDIT` whose digests come first,
    so that more replies judge few others anew.
    """
    told = choices.filter(pl.col("text").fill_null("").str.strip_chars() != "")
    seen = pl.col("reason").is_null() | ~pl.col("reason").is_in(UNSEEN)
    unread = told.filter((pl.col("method") == "invalid") & seen)
    read = told.filter(pl.col("method").is_in(["letter", "phrase"])).sort("request", "sample")
    rows = [
        {**_request(row, wire, estimator), "of": row["request"], "of_sample": row["sample"]}
        for row in pl.concat([unread, read.head(AUDIT)]).iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema={**SCHEMA, "of": pl.String, "of_sample": pl.Int32})


def estimator_of(model: Model) -> dict[str, Any]:
    """How a model is asked as the judge: once, however often it is asked as a model."""
    told: dict[str, Any] = plain(model.estimator)
    return told if model.estimator.exact else {**told, "k": 1}


def verdicts(asked: pl.DataFrame, judged: pl.DataFrame, choices: pl.DataFrame) -> pl.DataFrame:
    """One row for each reply that was judged: the columns of `VERDICTS`.

    `asked` is what `build` gave and `judged` the judge's answers to it as choices. `strict` is the
    strict parser's choice and `judged` the judge's; null where there is none.
    """
    said = judged.unique("request", keep="first").select(
        "request", judged=pl.when(pl.col("choice") != NONE).then("choice")
    )
    strict = choices.select(of="request", of_sample="sample", strict="choice", by=pl.col("method"))
    found = asked.select("request", "of", "of_sample").join(said, on="request", how="left")
    found = found.join(strict, on=["of", "of_sample"], how="left", maintain_order="left")
    named = found.select("strict", "judged", "by", request="of", sample="of_sample")
    return named.select(pl.col(name).cast(kind) for name, kind in VERDICTS.items())


def _request(row: Row, wire: str, estimator: Mapping[str, Any]) -> dict[str, Any]:
    options = [*row["options"], NONE]
    shown = zip(LABELS, options, strict=False)
    listed = "\n".join(f"({label}) {option}" for label, option in shown)
    content = PROMPT.format(reply=strip_thought(row["text"]).strip(), options=listed)
    messages = [{"role": "user", "content": content}]
    told = {"messages": messages, "options": options, "wire": wire, "estimator": dict(estimator)}
    nobody = dict.fromkeys(SCHEMA)  # the judge is told neither speaker nor state nor goal
    return {
        **nobody,
        "request": digest(told),
        "prompt_set": "judge",
        "goal": "judge",
        "options": options,
        "messages": messages,
        "wire": wire,
    }


def run(given: Namespace) -> None:
    """Let the study's judge read what the strict parser cannot, and an audit of what it can."""
    sweep = study.read(given.study)
    assert sweep.judge is not None
    who = sweep.models[sweep.judge[0]]
    engine_environment.enter(who.provider, f"{sweep.source}, models.{who.name}")
    strict = choices.read_strictly(sweep, sweep.models[given.model], given)
    estimator = estimator_of(who)
    asked = build(strict, canonical(who.wire), estimator)
    judged = NOBODY
    if not asked.is_empty():
        requests, journal = (given.out.with_suffix(end) for end in (".requests.parquet", ".jsonl"))
        done = given.out.with_suffix(".done")
        with atomic_files.atomic(requests) as temporary:
            asked.write_parquet(temporary)
        job = job_of(sweep, who.name, journal)
        job["name"] = f"judge/{given.model}/{given.journal.stem}/{given.out.stem}"
        job["ledger"] = given.journal.parent.parent / ".spending.json"
        settings = {**who.as_given, "estimator": estimator, "job": job}
        ask(json.loads(given.judge.read_text()), settings, [requests], journal, done)
        answered = json.loads(done.read_text())["digest"]
        judged = choices.read(requests, journal, answered, 1, sorted(asked["options"][0]))
    with atomic_files.atomic(given.out) as temporary:
        verdicts(asked, judged, strict).write_parquet(temporary)
