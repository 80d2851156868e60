"""The two CSV files of a recorded model, from counted exports."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from tactometer.reading.exports import Counted
from tactometer.study.domain import Domain
from tactometer.utils import atomic_files
from tactometer.utils.errors import UserError


def write(counted: Counted, domain: Domain, out: str, named: Path | None) -> Iterator[str]:
    """Write what there is, over files of these names; gives the lines that say so, and what a
    study names. Raises UserError where no row counts.
    """
    if not counted.production and not counted.asked:
        raise UserError("no row of the exports counts: mend `rows` in the mapping.")
    keys = ["    provider: recorded"]
    if counted.production:
        path = Path(f"{out}_production.csv")
        _save(path, _production(counted, domain))
        goals = dict.fromkeys(goal for goal, *_ in counted.production)
        yield f"{path}: {counted.production.total():,} choices, goals {', '.join(goals)}"
        keys.append(f"    production: {path}")
    if counted.asked:
        path = Path(f"{out}_semantics.csv")
        _save(path, _semantics(counted, domain))
        yield f"{path}: {counted.asked.total():,} yes/no answers"
        keys.append(f"    semantics: {path}")
    if counted.empty:
        yield f"{counted.empty:,} empty answers were left out"
    if named:
        keys.append(f"    domain: {named}")
    lacking = [n for n, has in (("choices", counted.production), ("yes/no answers", counted.asked))
               if not has]  # fmt: skip
    if lacking:
        yield f"A study needs {lacking[0]} too: import the file that has them."
    yield "In a study, below models:"
    yield from ["  people:", *keys]


def _production(counted: Counted, domain: Domain) -> Iterator[Sequence[object]]:
    framed = any(framing for _, framing, _, _ in counted.production)
    yield ["goal", *(["framing"] if framed else []), "state", "utterance", "count"]
    groups = dict.fromkeys((goal, framing) for goal, framing, _, _ in counted.production)
    for goal, framing in sorted(groups):
        for state in domain.states:
            for utterance in domain.utterances:
                n = counted.production[goal, framing, state, utterance]
                yield [goal, *([framing] if framed else []), state, utterance, n]


def _semantics(counted: Counted, domain: Domain) -> Iterator[Sequence[object]]:
    yield ["utterance", "state", "yes", "n"]
    for utterance in domain.utterances:
        for state in domain.states:
            key = (utterance, state)
            yield [utterance, state, int(counted.yes[key]), counted.asked[key]]


def _save(path: Path, rows: Iterator[Sequence[object]]) -> None:
    with atomic_files.atomic(path) as temporary, temporary.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
