"""Human coding of replies: a blind sample for two coders, and Cohen's kappa between them and the
reader.

Coders see a reply and its options, in a random order, and neither who gave it nor how it was read.
kappa is the agreement beyond that of two coders who choose with the same frequencies and know
nothing of each other (Cohen 1960); its interval is that of a bootstrap over replies.
"""

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tactometer.replies.stop_reasons import UNSEEN
from tactometer.study.option_labels import LABELS
from tactometer.utils import atomic_files, spreadsheets
from tactometer.utils.digests import digest
from tactometer.utils.errors import UserError, no_file
from tactometer.utils.open_data import Row

COLUMNS: Final = ("id", "text", "options", "choice")
NONE: Final = "none"
"""What a coder writes where a reply chooses none of the options, or more than one."""
DRAWS: Final = 2000


@dataclass(frozen=True)
class Agreement:
    """Two readings of `n` replies: the share alike, kappa, and its 95% interval.

    kappa is None where both gave every reply the same one option: then nothing can be told.
    """

    n: int
    share: float
    kappa: float | None
    low: float | None
    high: float | None


def name_of(row: Row) -> str:
    """What a coder knows an answer by: a digest of whose it is."""
    return digest([row[k] for k in ("model", "checkpoint", "request", "sample")])[:12]


def sample(choices: pl.DataFrame, count: int, seed: int) -> list[dict[str, str]]:
    """Draw answers in words at random, each with the columns of COLUMNS, `choice` left empty.

    `choices` are rows of choices files with columns model and checkpoint. What was cut, filtered or
    failed is no answer, and label probabilities are no words: neither is drawn. Raises UserError
    where there are fewer than `count`.
    """
    worded = choices.filter(
        pl.col("text").is_not_null(),
        pl.col("method") != "logprob",
        ~pl.col("reason").fill_null("").is_in(UNSEEN),
    )
    if worded.height < count:
        raise UserError(
            f"--export-for-coding {count}: there are {worded.height:,} answers in words that match "
            "(label probabilities, and what was cut, filtered or failed, are not coded); ask for "
            "fewer."
        )
    rows = worded.sort("model", "checkpoint", "request", "sample").with_row_index("row")
    drawn = random.Random(seed).sample(range(rows.height), count)
    return [
        {
            "id": name_of(row),
            "text": row["text"],
            "options": "|".join(row["options"]),
            "choice": "",
        }
        for row in (rows.row(at, named=True) for at in drawn)
    ]


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write a sample as CSV."""
    try:
        with atomic_files.atomic(path) as temporary, temporary.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows({k: spreadsheets.text(v) for k, v in row.items()} for row in rows)
    except OSError as error:
        raise UserError(f"--out {path}: {error.strerror or error}.") from error


def coded(path: Path) -> dict[str, str]:
    """What a coder chose, by id: an option, or NONE; what is empty is left out.

    A choice is an option, its letter (as shown: the first is A), or "none". Raises UserError with
    the line of anything else.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise UserError(
                    f"{path} has no column {' and no column '.join(missing)}: fill in `choice` in "
                    "the file that --export-for-coding wrote."
                )
            return {
                row["id"]: _choice(row, f"{path}, line {reader.line_num}")
                for row in reader
                if (row["choice"] or "").strip()
            }
    except FileNotFoundError:
        raise UserError(f"{no_file(path)}.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path} cannot be read as CSV in UTF-8 ({error}).") from error


def _choice(row: Mapping[str, str], place: str) -> str:
    options, said = row["options"].split("|"), row["choice"].strip().casefold()
    known = {option.casefold(): option for option in options}
    letters = {letter.casefold(): o for letter, o in zip(LABELS, options, strict=False)}
    if said == NONE:
        return NONE
    found = known.get(said) or letters.get(said.strip("()."))
    if found is None:
        raise UserError(
            f"{place}, column choice: {row['choice']!r} is none of {', '.join(options)}; write one "
            f"of them, its letter, or {NONE}."
        )
    return found


def read_as(choices: pl.DataFrame, wanted: Sequence[str]) -> dict[str, str]:
    """How the reader read the answers with these ids; raises UserError for one that is unknown."""
    known = {}
    for row in choices.select("model", "checkpoint", "request", "sample", "choice").iter_rows(
        named=True
    ):
        known[name_of(row)] = row["choice"] or NONE
    for name in wanted:
        if name not in known:
            raise UserError(
                f"the answer {name} of a coded file is not among these results: name the results "
                "that it was exported from."
            )
    return {name: known[name] for name in wanted}


def agreement(a: Mapping[str, str], b: Mapping[str, str], seed: int = 1) -> Agreement:
    """How two readings of the same replies agree, over the ids that both have."""
    both = sorted(a.keys() & b.keys())
    if not both:
        raise UserError("--coded: no answer has a choice in both files: fill in `choice`.")
    values = sorted({*a.values(), *b.values()})
    first, second = (np.array([values.index(x[name]) for name in both]) for x in (a, b))
    draws = np.random.default_rng(seed).integers(len(both), size=(DRAWS, len(both)))
    found = [k for at in draws if (k := cohen(first[at], second[at])) is not None]
    kappa = cohen(first, second)
    low, high = np.quantile(found, [0.025, 0.975]) if found and kappa is not None else (None, None)
    share = float((first == second).mean())
    return Agreement(
        len(both), share, kappa, *(None if x is None else float(x) for x in (low, high))
    )


def cohen(a: np.ndarray, b: np.ndarray) -> float | None:
    """Cohen's kappa of two codings [reply], whole numbers; None where chance alone agrees fully."""
    size = int(max(a.max(), b.max())) + 1
    p, q = (np.bincount(x, minlength=size) / len(x) for x in (a, b))
    chance = float(p @ q)
    if chance >= 1.0 - 1e-12:
        return None
    return (float((a == b).mean()) - chance) / (1.0 - chance)
