"""Whether it takes a speaker to predict what was not seen: one sentence over all conditions."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.competing.computation import REFERENCE
from tactometer.analyses.phrases import listed, several
from tactometer.inference.rivals import ANSWERED, CEILING, FLOOR, INFERRED, REGRESSION
from tactometer.tables.cells import number

TELLING = 0.01  # nats an answer: what is less is no better prediction to speak of


def sentences(frame: pl.DataFrame) -> list[str]:
    """In how many conditions the speaker S2 predicts better, and worse, than what is none."""
    mine = frame.filter(rival=REFERENCE, words=INFERRED)
    if mine.is_empty():
        return []
    told = [
        f"better than {what} in {_beyond(frame, rival, -1)} and worse in {_beyond(frame, rival, 1)}"
        for rival, what in (
            (FLOOR, "each utterance's own rate"),
            (REGRESSION, "a regression that is linear in the state"),
            (CEILING, "the shares of the states themselves"),
        )
    ]
    bent = _beyond(frame.filter(words=ANSWERED), REFERENCE, -1)
    return [
        f"Vignettes left out in turn: of {several(mine.height, 'condition')} the speaker"
        f" {REFERENCE} predicts them {listed(told)} (by more than {number(TELLING)} nats an answer,"
        " with a 95% t interval over vignettes that leaves 0 out); with its words as the yes/no"
        f" answers alone have them it predicts worse in {bent} than with words that the choices"
        " may bend."
    ]


def _beyond(frame: pl.DataFrame, rival: str, sign: int) -> int:
    """In how many conditions the rival is surely ahead (sign 1), or behind (-1)."""
    rows = frame.filter(rival=rival).with_columns(
        sure=pl.min_horizontal(sign * pl.col("ahead_low"), sign * pl.col("ahead_high")) > 0
    )
    return rows.filter("sure", sign * pl.col("ahead") > TELLING).height
