"""The speaker averaged over framings, where framings do not agree: the headline in place of the
pooled fit, which is then of a mixture.

Each parameter is the mean over the framings' fits, draw by draw: draw i of every fit belongs to the
same state of the evidence that they share (`inference.shared_evidence`). It says what the framings
have in the mean, not that one speaker is behind them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from tactometer.inference.criticism import LEVEL, TRIFLE, homogeneity
from tactometer.inference.described import worth_telling
from tactometer.inference.summaries import summarise
from tactometer.reading.counts import AVERAGED, MIXTURE, POOLED
from tactometer.speaker_model.variants import SpeakerModel
from tactometer.utils.arrays import Array

NOTES = {
    AVERAGED: "mean over framings, draw by draw",
    MIXTURE: "mixture of the framings' posteriors",
}

VERDICTS, WORDS = ("ok", "refit", "suspect"), ("yes", "roughly", "no")
OF_ALL = ("fit", "speaker", "semantics", "values")

Found = tuple[list[dict[str, Any]], dict[str, Any], pl.DataFrame]


def disagree(counts: pl.DataFrame, diagnostics: Sequence[Mapping[str, Any]]) -> bool:
    """Whether choices differ between the framings by more than chance and by more than a trifle;
    answers count by the effective number of their framing's fit.
    """
    effects = {row["framing"]: row["design_effect"] or 1.0 for row in diagnostics}
    single = counts.filter(pl.col("framing") != POOLED)
    parts = single.partition_by("framing", maintain_order=True)
    if len(parts) < 2 or len({part.height for part in parts}) > 1:
        return False
    states = single["state"].n_unique()
    seen = np.stack(
        [
            part["weight"].to_numpy().reshape(states, -1) / effects.get(part["framing"][0], 1.0)
            for part in parts
        ]
    )
    p, w = homogeneity(seen)
    return bool(p < LEVEL and w > TRIFLE)


def averaged(
    diagnostics: Sequence[Mapping[str, Any]],
    draws: Sequence[pl.DataFrame],
    speakers: Mapping[str, SpeakerModel],
    *,
    mixed: bool = False,
) -> Iterator[Found]:
    """For each speaker variant the estimates, the diagnostics and the draws of the average over
    framings; nothing of a variant whose framings were not all fitted.

    `mixed`: of the mixture of their posteriors too, as wide as framings differ: a draw of it is a
    draw of some framing.
    """
    singles = [
        (row, x)
        for row, x in zip(diagnostics, draws, strict=True)
        if row["framing"] not in (POOLED, AVERAGED, MIXTURE)
    ]
    for key in dict.fromkeys(tuple(row[name] for name in OF_ALL) for row, _ in singles):
        mine = [(r, x) for r, x in singles if tuple(r[name] for name in OF_ALL) == key]
        if len(mine) > 1:
            rows = [row for row, _ in mine]
            for name in (AVERAGED, MIXTURE)[: 1 + mixed]:
                yield _average(name, rows, [x for _, x in mine], speakers[rows[0]["speaker"]])


def _average(
    framing: str,
    rows: Sequence[Mapping[str, Any]],
    draws: Sequence[pl.DataFrame],
    speaker: SpeakerModel,
) -> Found:
    head = {"framing": framing, **{name: rows[0][name] for name in OF_ALL}}
    word = _worst(rows, "described", WORDS)
    doubted = next((row for row in rows if row["described"] == word), rows[0])
    told = {"verdict": _worst(rows, "verdict", VERDICTS), "described": word}
    names = [name for name in draws[0].columns if name not in (*head, "draw")]
    size = min(x.height for x in draws)
    each = {name: np.stack([x[name].to_numpy()[:size] for x in draws]) for name in names}
    means: dict[str, Array] = {name: x.mean(axis=0) for name, x in each.items()}
    if framing == MIXTURE:  # framings in turn
        turn = np.arange(size) % len(draws)
        means = {name: x[turn, np.arange(size)] for name, x in each.items()}
    may = word != "no" and all(r["words"] == "known" and r["choices"] != "even" for r in rows)
    estimates = []
    for name, x in means.items():
        found = {**summarise(name, x[None].astype(float), speaker), "parameter": name}
        unread = dict.fromkeys(("ess_bulk", "ess_tail", "rhat"))  # of each framing's own chains
        estimates.append({**head, **found, **unread, **told, "told": may and worth_telling(found)})
    reason = doubted.get("reason") or ""
    criticism = {
        "choices": _worst(rows, "choices", ("even", "alike", "vary")),
        "words": _worst(rows, "words", ("known", "unknown")),
        "reason": f"in the framing {doubted['framing']} {reason}" if reason else "",
        "note": NOTES[framing],
    }
    blank = {name: None for name in rows[0] if name not in head}
    index = pl.DataFrame({"draw": np.arange(size, dtype=np.int32), **means})
    index = index.with_columns(pl.col(name).cast(pl.Float32) for name in names)
    named = [pl.lit(value).alias(column) for column, value in head.items()]
    return estimates, {**head, **blank, **told, **criticism}, index.select(*named, pl.all())


def _worst(rows: Sequence[Mapping[str, Any]], name: str, order: Sequence[str]) -> str | None:
    """The last in order of what the framings have; None where none has any."""
    found = [row[name] for row in rows if row[name] is not None]
    return max(found, key=order.index) if found else None
