"""Option-order effects: whether an option is chosen for the position that it was shown at."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from scipy import special

from tactometer.analyses.answer_arrays import Answers, each, leave_one_out
from tactometer.analyses.evidence import LABEL_TYPES, NAMES, Evidence, table
from tactometer.analyses.place_of_options import fitted
from tactometer.analyses.posterior_differences import holm
from tactometer.inference import position_bias
from tactometer.inference.position_residuals import residue
from tactometer.tables.proportions import Z
from tactometer.utils.arrays import Array

SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "position": pl.Int64,
    "n": pl.Int64,
    "share": pl.Float64,
    "expected": pl.Float64,
    **dict.fromkeys(["effect", "se", "low", "high", "p", "p_holm"], pl.Float64),
    "found": pl.Boolean,
    **dict.fromkeys(["nats", "nats_low", "nats_high", "of_place", "of_state"], pl.Float64),
    "outweighs": pl.Boolean,
    "bias": pl.String,
    **dict.fromkeys(["not_additive", "not_additive_p"], pl.Float64),
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal) and position, from 1.

    `share` is how often the option shown there was chosen, `expected` how often its content would
    have been: by the other prompts with the same framing and state, which showed other orders.
    `effect` is share minus expected, with a normal 95% interval. Orders are balanced, so that no
    content stands at one place more than at another. `found` where Holm's p over this whole table
    is below its level.

    `nats` is what the place adds to an option's logit, from a conditional logit of choice on option
    within framing and state, and place, with a 95% interval over vignettes. `of_place` and
    `of_state` are how much of the choices follows from place and from state, in nats; the place
    `outweighs` the state where it has more of them, surely and not a trifle. `not_additive` is how
    far corrected shares are off if the bias is another than the one that is corrected for
    (`position_residuals`). Nothing of answers to prompts that showed no options.
    """
    rows: list[dict[str, Any]] = []
    for answers in each(evidence):
        if answers.shown:
            rows += [{**answers.named, **row} for row in _positions(answers)]
    if not rows:
        return pl.DataFrame(schema=SCHEMA)
    adjusted = holm(np.array([row["p"] for row in rows]))
    return table(rows, SCHEMA).with_columns(
        p_holm=pl.Series(adjusted), found=pl.Series(adjusted < evidence.level)
    )


def _positions(answers: Answers) -> list[dict[str, Any]]:
    at = np.eye(answers.places.shape[1])[answers.places]  # [answer, utterance, position]
    share = np.einsum("au,aup->ap", answers.shares, at)
    others = leave_one_out(answers.shares, answers.cell)
    expected = np.einsum("au,aup->ap", others, at)
    logit = fitted(answers)
    found, weighed = list(position_bias.places(logit)), position_bias.outweighed(logit)
    left = residue(logit)
    effect, se = _tested(answers, at, others, (share - expected).mean(axis=0))
    z = np.divide(effect, se, out=np.zeros_like(effect), where=se > 0)
    return [
        {
            "position": p + 1,
            "n": int(answers.count.sum()),
            "share": share[:, p].mean(),
            "expected": expected[:, p].mean(),
            "effect": effect[p],
            "se": se[p],
            "low": effect[p] - Z * se[p],
            "high": effect[p] + Z * se[p],
            "p": 2 * special.ndtr(-abs(z[p])),
            "nats": found[p].nats,
            "nats_low": found[p].low,
            "nats_high": found[p].high,
            "of_place": weighed.of_place,
            "of_state": weighed.of_state,
            "outweighs": weighed.outweighs,
            "bias": left.kind,
            "not_additive": left.size,
            "not_additive_p": left.p,
        }
        for p in range(len(effect))
    ]


def _tested(answers: Answers, at: Array, others: Array, effect: Array) -> tuple[Array, Array]:
    """The effect [position] and its standard error.

    Share minus expected is linear in the answers: each counts where it stood, less where the rest
    of its cell had what it chose. So its variance is the sum of squares of those terms about their
    own expectation.
    """
    weight = at - leave_one_out(at, answers.cell)
    terms = np.einsum("au,aup->ap", answers.shares - others, weight)
    return effect, np.sqrt((terms**2).sum(axis=0)) / len(terms)
