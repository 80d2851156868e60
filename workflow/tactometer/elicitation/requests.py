"""Build the prompts of a study, with names and option orders balanced over the design.

What a request says depends on its own place in the design alone: more name pairs, another framing
or a vignette at the end add requests and change none, and an edited text changes those that use it.
"""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from tactometer.elicitation import comprehension_prompts
from tactometer.elicitation.composers import YES_NO, ByLetter, ByUtterance, Composer
from tactometer.elicitation.scenes import column_of, combinations, filled, option_order, pairs
from tactometer.study import study as studies
from tactometer.study.comprehension import READ_BACK
from tactometer.study.domain import SEMANTICS, Domain
from tactometer.study.fields import plain
from tactometer.study.model import Model
from tactometer.study.prompt_settings import MessageSettings, arrange
from tactometer.study.study import Study
from tactometer.study.wordings import PLAIN, WORDING, in_wording, levels_of
from tactometer.utils import atomic_files
from tactometer.utils.digests import canonical, digest
from tactometer.utils.errors import UserError

SCHEMA: Final[dict[str, Any]] = {
    "request": pl.String,
    "prompt_set": pl.String,
    "vignette": pl.String,
    "speaker": pl.String,
    "listener": pl.String,
    "framing": pl.String,
    "goal": pl.String,
    "state": pl.Int64,
    "utterance": pl.String,
    "options": pl.List(pl.String),
    "messages": pl.List(pl.Struct({"role": pl.String, "content": pl.String})),
    "wire": pl.String,
}
SCORED: Final[dict[str, Any]] = {
    "continuations": pl.List(pl.Struct({"option": pl.String, "text": pl.String})),
    "neutral": SCHEMA["messages"],
}
"""What requests by utterance have besides: what is scored, and what scores are held against."""


def build(
    domain: Domain,
    prompt_set: str,
    *,
    framings: Sequence[str],
    name_pairs: int,
    semantics_name_pairs: int,
    seed: int,
    wire: Mapping[str, Any],
    estimator: Mapping[str, Any],
    prompt: MessageSettings | None = None,
    goals: Sequence[str] = (),
    base: bool = False,
    drawn: bool = False,
) -> pl.DataFrame:
    """Build the requests of a prompt set: the columns of `SCHEMA`, one row each, and of `SCORED` by
    utterance (where `options` are none, for none is shown).

    A goal has vignettes x name pairs x states x framings rows; `semantics` has vignettes x
    semantics name pairs x states x utterances, without goal or framing. Each option stands in each
    position equally often, up to 1, with all framings of the domain (up to 3 with some of them).
    `prompt` says what is done to the messages (`prompt_settings.in_messages`). `goals` are those of
    the study, which the comprehension check asks about (`comprehension_prompts.rows`), by letter
    whatever the estimator. `base`: whether the texts are those for base models, by utterance. A
    domain with factors has a column for each, and a goal a row for each combination of levels, or
    for one that is `drawn`; a yes/no prompt has a level of `wording` alone, in turns.
    Raises `UserError` for a goal or framing without a text and for more pairs than names allow.
    """
    domain.need_prompts()
    fixed = {"prompt_set": prompt_set, "wire": canonical(wire)}
    rows: Iterator[dict[str, Any]]
    by_utterance = estimator["kind"] == "utterance_logprob"
    composers: dict[str, Composer] = {}
    for level in levels_of(domain):
        own = in_wording(domain, level)
        against = estimator.get("score") == "pmi"
        composers[level] = ByUtterance(own, base, against) if by_utterance else ByLetter(own)
    if prompt_set == SEMANTICS:
        rows = _semantics(domain, semantics_name_pairs, seed, composers)
    elif prompt_set in READ_BACK:
        rows = comprehension_prompts.rows(domain, prompt_set, framings, goals, seed)
        if by_utterance:
            by_utterance, estimator = False, {"kind": "label_logprob"}
    else:
        _known(domain, "goal", [prompt_set], domain.goals)
        _known(domain, "framing", framings, domain.framings)
        fixed["goal"] = prompt_set
        rows = _production(domain, prompt_set, framings, name_pairs, seed, composers, drawn)
    told = {"wire": wire, "estimator": estimator}
    if prompt:
        rows = ({**row, "messages": arrange(row["messages"], prompt)} for row in rows)
    records = [{"request": identify(row, told), **row, **fixed} for row in rows]
    varied = dict.fromkeys(domain.factors, pl.String)
    return pl.DataFrame(records, schema={**SCHEMA, **varied, **(SCORED if by_utterance else {})})


def identify(row: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """The identity of a request: the digest of messages, option order, wire and estimator, and of
    what is scored by utterance.
    """
    scored = {name: row[name] for name in SCORED if name in row}
    return digest({"messages": row["messages"], "options": row["options"], **scored, **told})


def _production(
    domain: Domain,
    goal: str,
    framings: Sequence[str],
    name_pairs: int,
    seed: int,
    composers: Mapping[str, Composer],
    drawn: bool,
) -> Iterator[dict[str, Any]]:
    """One goal's prompts; the order of options knows neither the goal nor the other framings, nor
    the levels of factors.
    """
    cells = len(domain.states)
    for number, vignette in enumerate(domain.vignettes):
        for pair, names in enumerate(pairs(domain.names, number, name_pairs, seed)):
            for framing in framings:
                place = domain.framings.index(framing)
                row = number * len(domain.framings) + place
                for cell, state in enumerate(domain.states):
                    column = column_of(pair, cell, cells, len(domain.utterances))
                    options = option_order(domain.utterances, row, column, seed)
                    for levels in combinations(domain, drawn, number, pair, place, cell):
                        fields = filled(domain, vignette, names, state, levels)
                        composer = composers[levels.get(WORDING, PLAIN)]
                        said = composer.production(goal, framing, fields["texts"], options)
                        yield fields["row"] | {"framing": framing, **said}


def _semantics(
    domain: Domain, name_pairs: int, seed: int, composers: Mapping[str, Composer]
) -> Iterator[dict[str, Any]]:
    """The yes/no prompts: is each utterance true of each state? Of several wordings each is put in
    one, in turns: vignettes and pairs walk round them, and so do states and utterances.
    """
    cells = len(domain.states) * len(domain.utterances)
    for number, vignette in enumerate(domain.vignettes):
        for pair, names in enumerate(pairs(domain.names, number, name_pairs, seed)):
            for place, state in enumerate(domain.states):
                for offset, utterance in enumerate(domain.utterances):
                    turn = pair * len(domain.vignettes) + number + place + offset
                    level = list(composers)[turn % len(composers)]
                    levels = {WORDING: level} if len(composers) > 1 else {}
                    fields = filled(domain, vignette, names, state, levels)
                    cell = place * len(domain.utterances) + offset
                    column = column_of(pair, cell, cells, len(YES_NO))
                    options = option_order(YES_NO, number, column, seed)
                    texts = fields["texts"] | {"utterance": utterance}
                    said = composers[level].semantics(texts, options)
                    yield fields["row"] | {"utterance": utterance, **said}


def _known(domain: Domain, what: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise UserError(
                f"{domain.path}, key prompts: the prompts have no {what} {name!r}; "
                f"choose among {', '.join(known)} or write its text."
            )


def of(study: Study, model: Model, prompt_set: str, **fewer: int) -> pl.DataFrame:
    """The requests of a prompt set of a model, as its study has them; `fewer` name pairs of a kind
    (`name_pairs`, `semantics_name_pairs`) leave requests out and change none.
    """
    sample = study.settings.sample
    kinds = ("name_pairs", "semantics_name_pairs")
    return build(
        study.domain_of(model.domain),
        prompt_set,
        framings=study.settings.framings,
        seed=sample.seed,
        wire=model.wire,
        estimator=plain(model.estimator),
        prompt=model.message_settings,
        goals=model.goals,
        base=model.reads_on,
        drawn=sample.factors == "drawn",
        **{kind: fewer.get(kind, getattr(sample, kind)) for kind in kinds},
    )


def run(given: Namespace) -> None:
    """Write one prompt set of one model."""
    sweep = studies.read(given.study)
    frame = of(sweep, sweep.models[given.model], given.prompt_set)
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
