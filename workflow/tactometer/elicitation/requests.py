"""Build the prompts of a study, with names and option orders balanced over the design.

What a request says depends on its own place in the design alone: more name pairs, another framing
or a vignette at the end add requests and change none, and an edited text changes those that use it.
"""

import math
import random
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from tactometer.study import study
from tactometer.study.domain import SEMANTICS, STRIDE, Domain, Scene, Vignette
from tactometer.study.fields import plain
from tactometer.study.option_labels import LABELS
from tactometer.study.prompt_settings import MessageSettings, arrange
from tactometer.utils import atomic_files
from tactometer.utils.digests import canonical, digest
from tactometer.utils.errors import UserError

YES_NO: Final = ("yes", "no")
"""The options of a yes/no prompt, before they are shuffled."""

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

# Row: vignette x framing; column: name pair x state. Any rectangle from the corner, tiled or cut,
# holds each rotation equally often, up to one; found by search, and checked by a test.
_SQUARE: Final = (
    (2, 0, 5, 4, 1, 3, 6, 7),
    (1, 7, 6, 3, 5, 2, 4, 0),
    (4, 3, 2, 0, 7, 6, 1, 5),
    (5, 6, 1, 7, 0, 4, 3, 2),
    (0, 4, 3, 2, 6, 7, 5, 1),
    (6, 1, 7, 5, 3, 0, 2, 4),
    (3, 2, 0, 1, 4, 5, 7, 6),
    (7, 5, 4, 6, 2, 1, 0, 3),
)


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
) -> pl.DataFrame:
    """Build the requests of a goal, or of `semantics`: the columns of `SCHEMA`, one row each.

    A goal has vignettes x name pairs x states x framings rows; `semantics` has vignettes x
    semantics name pairs x states x utterances, without goal or framing. Each option stands in each
    position equally often, up to 1, with all framings of the domain (up to 3 with some of them).
    `prompt` says what is done to the messages (`prompt_settings.in_messages`).
    Raises `UserError` for a goal or framing without a text and for more pairs than names allow.
    """
    prompts = domain.need_prompts()
    fixed = {"prompt_set": prompt_set, "wire": canonical(wire)}
    rows: Iterator[dict[str, Any]]
    if prompt_set == SEMANTICS:
        rows = _semantics(domain, semantics_name_pairs, seed)
    else:
        _known(domain, "goal", [prompt_set], domain.goals)
        _known(domain, "framing", framings, domain.framings)
        fixed["goal"] = prompt_set
        rows = _production(domain, prompts.goals[prompt_set], framings, name_pairs, seed)
    told = {"wire": wire, "estimator": estimator}
    if prompt:
        rows = ({**row, "messages": arrange(row["messages"], prompt)} for row in rows)
    records = [{"request": identify(row, told), **row, **fixed} for row in rows]
    return pl.DataFrame(records, schema=SCHEMA)


def identify(row: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """The identity of a request: the digest of messages, option order, wire and estimator."""
    return digest({"messages": row["messages"], "options": row["options"], **told})


def pairs(names: Sequence[str], vignette: int, count: int, seed: int) -> list[tuple[str, str]]:
    """The first `count` (speaker, listener) pairs of a vignette, by its position.

    Round the shuffled names, each is speaker and listener once; every round pairs them anew.
    """
    rng = random.Random(f"{seed}/names")
    circle = rng.sample(list(names), len(names))
    steps = rng.sample(range(1, len(names)), len(names) - 1)
    found = []
    for pair in range(count):
        turn, place = divmod(pair * STRIDE + vignette, len(names))
        if turn >= len(steps):
            raise UserError(
                f"sample.name_pairs: {len(names)} names give vignette {vignette + 1} only {pair} "
                "pairs; ask for fewer or add names to the vignettes file."
            )
        found.append((circle[place], circle[(place + steps[turn]) % len(circle)]))
    return found


def option_order(options: Sequence[str], row: int, column: int, seed: int) -> list[str]:
    """Counterbalanced option order of one cell of the design: a rotation of a base that is seeded.

    Over rows and columns, each option comes to each position equally often: up to 1 for two and
    eight options, nearly for other numbers.
    """
    count = len(options)
    block, place = divmod(column, count)
    base = random.Random(f"{seed}/options/{block}").sample(list(options), count)
    square = _SQUARE[row % 8][place] if count == 8 else row + place
    turn = square % count
    return base[turn:] + base[:turn]


def _production(
    domain: Domain, goal: str | None, framings: Sequence[str], name_pairs: int, seed: int
) -> Iterator[dict[str, Any]]:
    """One goal's prompts; the order of options knows neither the goal nor the other framings."""
    prompts = domain.need_prompts()
    cells = len(domain.states)
    for number, vignette in enumerate(domain.vignettes):
        for pair, names in enumerate(pairs(domain.names, number, name_pairs, seed)):
            for framing in framings:
                row = number * len(domain.framings) + domain.framings.index(framing)
                for cell, state in enumerate(domain.states):
                    column = _column(pair, cell, cells, len(domain.utterances))
                    options = option_order(domain.utterances, row, column, seed)
                    scene = prompts.framings[framing]
                    fields = _fields(domain, vignette, names, state)
                    yield fields["row"] | {
                        "framing": framing,
                        "options": options,
                        "messages": _messages(domain, goal, scene, fields["texts"], options),
                    }


def _semantics(domain: Domain, name_pairs: int, seed: int) -> Iterator[dict[str, Any]]:
    """The yes/no prompts: is each utterance true of each state?"""
    scene = domain.need_prompts().semantics
    cells = len(domain.states) * len(domain.utterances)
    for number, vignette in enumerate(domain.vignettes):
        for pair, names in enumerate(pairs(domain.names, number, name_pairs, seed)):
            for place, state in enumerate(domain.states):
                fields = _fields(domain, vignette, names, state)
                for offset, utterance in enumerate(domain.utterances):
                    cell = place * len(domain.utterances) + offset
                    column = _column(pair, cell, cells, len(YES_NO))
                    options = option_order(YES_NO, number, column, seed)
                    texts = fields["texts"] | {"utterance": utterance}
                    yield fields["row"] | {
                        "utterance": utterance,
                        "options": options,
                        "messages": _messages(domain, None, scene, texts, options),
                    }


def _column(pair: int, cell: int, cells: int, options: int) -> int:
    """The column of a cell; where cells and options have a factor in common, pairs shift them.

    Else the same state would meet the same few rotations with every pair.
    """
    shift = pair if math.gcd(cells, options) > 1 else 0
    return pair * cells + (cell + shift) % cells


def _fields(
    domain: Domain, vignette: Vignette, names: tuple[str, str], state: int
) -> dict[str, dict[str, Any]]:
    """What the templates are filled with, and the columns that say so."""
    speaker, listener = names
    return {
        "row": {
            "vignette": vignette.id,
            "speaker": speaker,
            "listener": listener,
            "state": state,
        },
        "texts": {
            "speaker": speaker,
            "listener": listener,
            "made": vignette.made,
            "took": vignette.took,
            "thing": vignette.thing,
            "asked": vignette.asked,
            "number": state,
            "state": domain.state_text(state),
            "top": domain.state_text(domain.states[-1]),
        },
    }


def _messages(
    domain: Domain, goal: str | None, scene: Scene, texts: Mapping[str, Any], options: Sequence[str]
) -> list[dict[str, str]]:
    """A goal as system prompt, then instruction and scene, and what varies most at the end."""
    shown = "\n".join(f"({label}) {option}" for label, option in zip(LABELS, options, strict=False))
    content = "\n\n".join(
        [
            domain.need_prompts().instruction,
            scene.scene.format_map(texts),
            f"{scene.question.format_map(texts)}\n{shown}",
        ]
    )
    system = [{"role": "system", "content": goal}] if goal else []
    return [*system, {"role": "user", "content": content}]


def _known(domain: Domain, what: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise UserError(
                f"{domain.path}, key prompts: the prompts have no {what} {name!r}; "
                f"choose among {', '.join(known)} or write its text."
            )


def run(given: Namespace) -> None:
    """Write one prompt set of one model."""
    sweep = study.read(given.study)
    model = sweep.models[given.model]
    asked, sample = sweep.settings, sweep.settings.sample
    frame = build(
        sweep.domain_of(model.domain),
        given.prompt_set,
        framings=asked.framings,
        name_pairs=sample.name_pairs,
        semantics_name_pairs=sample.semantics_name_pairs,
        seed=sample.seed,
        wire=model.wire,
        estimator=plain(model.estimator),
        prompt=model.message_settings,
    )
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
