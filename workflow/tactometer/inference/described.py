"""Whether a speaker model describes a behaviour, `yes`, `roughly` or `no`, with the reason.

No single number decides. Significance alone makes no misfit: with many answers everything is
significant, so a size must come with it. Size alone makes none either: true speakers of high alpha
amplify errors of theta. The limits are those that were simulated from the truth
(docs/calibration/criticism, `tactometer calibrate criticism`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import polars as pl

from tactometer.inference.behaviour import Behaviour
from tactometer.inference.criticism import LEVEL, Criticism, beyond

Described = Literal["yes", "roughly", "no"]

SMALL = 0.05  # total variation beyond chance: significant or not, this is described
ROUGH = 0.25  # the most that the predictions of a rough description are off, beyond chance
MOST = 0.75  # of what depends on the state, the least that they explain
HELD = 0.2  # the least that a speaker explains whose words mean what the yes/no answers say
BENT = 0.25  # total variation beyond chance of such a speaker that speaks against bent words
BLIND = 0.2  # a misfit of this total variation must be seen before a description is believed
FEW = "too few answers to tell"
CONTRACTION = 0.5  # of a parameter's variance, from the prior's on, that makes it worth telling

COLUMNS = {
    "described": pl.String,
    **dict.fromkeys(["predictive_p", "total_variation", "total_variation_expected"], pl.Float64),
    **dict.fromkeys(["misfit", "detectable", "explained", "explained_even"], pl.Float64),
    "cells_out": pl.Int64,
    "cells_expected": pl.Float64,
    **dict.fromkeys(["choices", "words", "reason"], pl.String),
}
"""What a criticism adds to `tables/diagnostics`; null where nothing was said under a goal."""


def _would_have_shown(detectable: float) -> str:
    if detectable >= 1:
        return "no misfit, however large, would surely have shown"
    return f"only a misfit of a total variation of {detectable:.2f} or more would have shown"


def described(found: Criticism, behaviour: Behaviour) -> tuple[Described, str]:
    """The word for a criticism, and for a reader why it is not `yes`."""
    held = found.explained_held is not None and found.explained_held >= HELD
    if found.p >= LEVEL:
        if found.detectable > BLIND:
            return "roughly", f"{FEW}: {_would_have_shown(found.detectable)}"
        if not held and found.beyond > BENT:
            return "roughly", (
                "only with words that mean other things than its yes/no answers say: "
                f"{_in_words(found, behaviour)}"
            )
        return "yes", ""
    if found.beyond <= SMALL:
        return "yes", ""
    explained = found.explained is not None and found.explained >= MOST
    off = beyond(found.total_variation, found.replicated)
    rough = explained and held and off <= ROUGH
    return ("roughly" if rough else "no"), _in_words(found, behaviour)


def _in_words(found: Criticism, behaviour: Behaviour) -> str:
    """The cell that is said most above what the nearest speaker says."""
    totals = found.seen.sum(axis=1, keepdims=True)
    said = np.divide(found.seen, totals, out=np.zeros(found.seen.shape), where=totals > 0)
    above = np.where(totals > 0, said - found.held.p, -1.0)
    s, u = np.unravel_index(np.argmax(above), above.shape)
    return (
        f"says “{behaviour.utterances[u]}” of state {behaviour.states[s]} in {said[s, u]:.0%} of "
        f"answers, where the nearest speaker does in {found.held.p[s, u]:.0%}"
    )


def told(row: Mapping[str, Any], found: Criticism, word: Described) -> bool:
    """Whether a parameter's row of `tables/estimates` may be told of: the speaker describes the
    behaviour at least roughly, its words are known, its choices are not even, and the data moved
    the parameter: its variance by half, or its interval off the middle of the prior.
    """
    if word == "no" or found.words == "unknown" or found.choices == "even":
        return False
    return worth_telling(row)


def worth_telling(row: Mapping[str, Any]) -> bool:
    """Whether the data moved a parameter: by half of its variance, or off the prior's middle."""
    middle = {"phi": 1 / 2}.get(row["parameter"])
    if row["parameter"].startswith("omega_"):
        middle = 1 / 3
    apart = middle is not None and not row["hdi_low"] <= middle <= row["hdi_high"]
    return bool(row["contraction"] >= CONTRACTION or (apart and row["sd"] > 0))


def row_of(found: Criticism, behaviour: Behaviour) -> dict[str, Any]:
    """The criticism's columns of `tables/diagnostics`."""
    word, reason = described(found, behaviour)
    return {
        "described": word,
        "predictive_p": found.p,
        "total_variation": found.total_variation,
        "total_variation_expected": found.replicated,
        "misfit": found.beyond,
        "detectable": found.detectable,
        "explained": found.explained,
        "explained_even": found.explained_even,
        "cells_out": found.cells_out,
        "cells_expected": found.cells_expected,
        "choices": found.choices,
        "words": found.words,
        "reason": reason,
    }
