"""What a bias of place leaves: one that is not additive in the logit is seen, with its size."""

from pathlib import Path

import numpy as np
import pytest
from scipy import special

from seeds import seed
from tactometer.inference import position_bias
from tactometer.inference.position_bias import Choices
from tactometer.inference.position_calibration import answers
from tactometer.inference.position_residuals import SURE, TRIFLE, residue
from tactometer.study import domain as domains

WORDS = domains.load(Path("resources/polite_speech"))
P = np.random.default_rng(3).dirichlet(np.full(8, 0.7), 5) * 0.98 + 0.02 / 8
STATES = np.linspace(0, 1, len(P))


def biased(kind: str, own: int) -> Choices:
    """Choices by P whose first option gains something."""
    rng = np.random.default_rng(seed(own))
    plain = answers(P, 0.0, 0.0, rng, None)  # type: ignore[arg-type]
    p, first = P[plain.cell], plain.places == 0
    gained = {"by state": 6 * STATES[plain.cell][:, None], "additive": 2.0}.get(kind, 0.0)
    p = special.softmax(np.log(p) + gained * first, axis=1)
    if kind == "mixture":
        p = 0.7 * p + 0.3 * first
    k = 5 if own % 2 else 1  # also where a prompt has several answers
    weights = rng.multinomial(k, p).astype(float)
    if own % 3 == 0:  # and where it has probabilities
        weights = p
    return Choices(weights, plain.places, plain.cell, plain.state, plain.vignette)


@pytest.mark.parametrize("kind", ["additive", "by state", "mixture"])
def test_what_is_left_of_a_bias_that_is_not_additive_is_as_far_as_corrected_shares_are_off(
    kind: str,
) -> None:
    for own in range(8):
        fitted = position_bias.fit(biased(kind, own))
        left = residue(fitted)
        assert left.told == (kind != "additive"), (own, left)
        if left.told:
            off = np.abs(fitted.shares - P).sum(axis=1).mean() / 2
            assert left.kind == kind and 0.3 * off < left.size < 1.6 * off
        else:
            assert left.size < TRIFLE and (left.kind == "additive" or left.p < SURE)
