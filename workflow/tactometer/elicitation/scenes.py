"""Scenes of a prompt: names and option orders balanced over the design, and the messages."""

import math
import random
from collections.abc import Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Any, Final

from tactometer.study import factors
from tactometer.study.domain import STRIDE, Domain, Scene, Vignette
from tactometer.study.option_labels import LABELS
from tactometer.utils.errors import UserError

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


def column_of(pair: int, cell: int, cells: int, options: int) -> int:
    """The column of a cell; where cells and options have a factor in common, pairs shift them.

    Else the same state would meet the same few rotations with every pair.
    """
    shift = pair if math.gcd(cells, options) > 1 else 0
    return pair * cells + (cell + shift) % cells


def filled(
    domain: Domain,
    vignette: Vignette,
    names: tuple[str, str],
    state: int,
    levels: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, dict[str, Any]]:
    """What the templates are filled with, and the columns that say so; `levels` of factors, of
    which those that are not named are filled with their first, and have no column.
    """
    speaker, listener = names
    row = {"vignette": vignette.id, "speaker": speaker, "listener": listener, "state": state}
    texts = {
        "speaker": speaker,
        "listener": listener,
        "made": vignette.made,
        "took": vignette.took,
        "thing": vignette.thing,
        "asked": vignette.asked,
        "expert": vignette.expert,
        "number": state,
        "state": domain.state_text(state),
        "top": domain.state_text(domain.states[-1]),
    }
    varied = factors.fillings(domain.factors, levels, texts)
    return {"row": {**row, **levels}, "texts": {**texts, **varied}}


def combinations(
    domain: Domain, drawn: bool, vignette: int, pair: int, framing: int, cell: int
) -> list[dict[str, str]]:
    """The levels of all factors that one cell of the design is asked with: every combination, or
    the one that is `drawn` for it.

    Drawn, vignettes walk round the combinations from pair to pair, and so do framings and states:
    each has each equally often, nearly, and more pairs change none.
    """
    names = list(domain.factors)
    every = [dict(zip(names, levels, strict=True)) for levels in product(*domain.factors.values())]
    if not drawn:
        return every
    again = pair if math.gcd(len(every), STRIDE) > 1 else 0
    return [every[(pair * STRIDE + again + vignette + framing + cell) % len(every)]]


def messages(
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
