"""Replies to measure the reader with: hand-written wordings, each over options and their places."""

import csv
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tactometer.replies.reply_reader import read_reply

DATA = Path(__file__).parents[1] / "data"
ADJECTIVES = ("terrible", "bad", "good", "amazing")
UTTERANCES = (*ADJECTIVES, *(f"not {adjective}" for adjective in ADJECTIVES))
YES_NO = ("yes", "no")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
SHARED_ORDER = (
    "not good", "bad", "terrible", "amazing", "not bad", "not amazing", "not terrible", "good",
)  # fmt: skip
INVALID = "invalid"


def growth(unit: str, options: Sequence[str]) -> float:
    """How many times longer a reply of so many units takes to read when it is four times as long.

    4 where time grows with length, 16 where with its square: a share, the same on any machine.
    """

    def cost(letters: int) -> float:
        text, seconds = unit * (letters // len(unit)), []
        for _ in range(2):
            start = time.process_time()
            read_reply(text, options)
            seconds.append(time.process_time() - start)
        return max(min(seconds), 0.05)  # a machine's clock may tick in hundredths

    return cost(16_000) / cost(4_000)


@dataclass(frozen=True)
class Case:
    """A reply with the options that were shown, and what a careful person reads it as.

    `allowed` are the readings that can be defended, options or `invalid`; the first is the truth.
    `option` and `place` say which option, at which place (from 0), the wording was put on.
    """

    text: str
    options: tuple[str, ...]
    allowed: tuple[str, ...]
    wording: str
    kind: str = ""
    option: str = ""
    place: int = -1


def listed(name: str) -> list[Case]:
    """Replies as they stand: the project's `shared` cases, or those written `fresh`, by others or
    before a look at any rule, in the shared ones' kinds; rules were mended on them since.
    """
    with (DATA / f"replies_{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Case(
            row["text"],
            tuple(row["options"].split("|")),
            tuple(filter(None, (row["truth"], row["also"]))),
            row["text"],
        )
        for row in rows
    ]


def own(half: str | None = None, thin: int = 1) -> Iterator[Case]:
    """Every wording of `replies_own.csv` over all options and places.

    `half` picks those that the rules were tuned on, those that were held out until they stood,
    those written `later`, with the rules known, the `kinds` of language that strangers' replies
    were misread by, each with what must not be read by its rule, or those `mended` since, of
    replies written fresh. `thin` keeps one of so many pairs
    of option and place of each wording, other ones for each; odd, so that each wording still meets
    all places.
    """
    at = 0
    with (DATA / "replies_own.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if half in (None, row["half"]):
                at += 1
                yield from _crossed(row, thin, 5 * at % thin)


def on(text: str, option: str, place: int) -> Case:
    """A wording that chooses an utterance shown at a place, the others shuffled round it."""
    row = {"text": text, "truth": "chosen", "also": "", "kind": ""}
    return _shown(row, UTTERANCES, option, place)


def _crossed(row: dict[str, str], thin: int, first: int) -> Iterator[Case]:
    """A wording over the options that it is meant for (`over`), each at every place.

    `fixed` wordings name their options themselves and stand in the shared cases' order.
    """
    if row["over"] == "fixed":
        rng = random.Random(row["text"])
        yield _case(row, SHARED_ORDER, SHARED_ORDER[0], 0, rng)
        return
    options = YES_NO if row["over"].startswith("yes") else UTTERANCES
    over = {"pos": UTTERANCES[:4], "neg": UTTERANCES[4:], "yes-fixed": YES_NO[:1]}
    chosen = over.get(row["over"], options)
    pairs = [(option, place) for option in chosen for place in range(len(options))]
    for option, place in pairs if len(pairs) < 32 else pairs[first::thin]:
        yield _shown(row, options, option, place)


def _shown(row: dict[str, str], options: tuple[str, ...], option: str, place: int) -> Case:
    rng = random.Random(f"{row['text']} {option} {place}")
    shown = [other for other in options if other != option]
    rng.shuffle(shown)
    shown.insert(place, option)
    return _case(row, tuple(shown), option, place, rng)


def _case(
    row: dict[str, str], shown: tuple[str, ...], option: str, place: int, rng: random.Random
) -> Case:
    others = [u for u in shown if _adjective(u) != _adjective(option)]
    rng.shuffle(others)
    other = others[0]
    rest = [u for u in others if _adjective(u) != _adjective(other)]
    third = rest[0] if rest else other
    names = {"chosen": option, "other": other, "third": third, "opposite": _opposite(option)}
    allowed = tuple(names.get(name, name) for name in (row["truth"], row["also"]) if name)
    text = _filled(row["text"], shown, option, other, third)
    return Case(text, shown, allowed, row["text"], row["kind"], option, place)


def _filled(text: str, shown: tuple[str, ...], chosen: str, other: str, third: str) -> str:
    """The wording with its places filled; other braces, as in JSON, stay."""
    labels = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(shown)]

    def letter(option: str) -> str:
        return labels[shown.index(option)]

    adjective = _adjective(chosen)
    contracted = f"wasn't {adjective}" if chosen.startswith("not ") else f"was {chosen}"
    listed = list(zip(labels, shown, strict=True))
    places = {
        "L": letter(chosen),
        "l": letter(chosen).lower(),
        "u": chosen,
        "U": chosen.capitalize(),
        "UP": chosen.upper(),
        "N": letter(other),
        "n": other,
        "o": other,
        "O": other.capitalize(),
        "M": letter(third),
        "m": third,
        "a": adjective,
        "A": adjective.capitalize(),
        "b": _adjective(other),
        "ordinal": ORDINALS[shown.index(chosen)],
        "Ordinal": ORDINALS[shown.index(chosen)].capitalize(),
        "number": str(shown.index(chosen) + 1),
        "wasnt": contracted,
        "wasntc": contracted.replace("'", "’"),
        "listing": "\n".join(f"({label}) {option}" for label, option in listed),
        "dotlist": "\n".join(f"{label}. {option.capitalize()}" for label, option in listed),
        "inline": ", ".join(f"({label}) {option}" for label, option in listed),
    }
    pattern = re.compile("{(" + "|".join(sorted(places, key=len, reverse=True)) + ")}")
    return pattern.sub(lambda place: places[place[1]], text)


def _adjective(option: str) -> str:
    return option.removeprefix("not ")


def _opposite(option: str) -> str:
    return option[4:] if option.startswith("not ") else f"not {option}"
