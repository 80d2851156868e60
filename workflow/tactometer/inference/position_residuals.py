"""What a bias of place leaves when it has been corrected for: whether it is additive in the logit.

The correction knows one gamma [place] for all states. A bias that differs by state, or one of
answers that are uncertain alone (a mixture, in which a share of answers takes the first option
whatever it says), is not of this kind, and corrected shares are off by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from tactometer.inference import position_bias
from tactometer.inference.position_bias import RARE, Choices, PositionFit
from tactometer.utils.arrays import Array

SURE = 0.01  # level of the test
TRIFLE = 0.05  # total variation of corrected shares that is none, as of a misfit


ROUNDS, NEAR = 500, 1e-6
Kind = Literal["additive", "by state", "mixture"]


@dataclass(frozen=True)
class Residue:
    """What a bias leaves that was taken for additive in the logit. `p`: of a test that nothing is
    left. `kind`: additive unless the test says otherwise; then whichever describes the choices best
    by Akaike's criterion: that one, one of each state, or a mixture, in which a share of answers
    goes by the place alone. `size`: total variation between the shares that the first corrects and
    those of `kind`, beyond chance, the mean over cells.
    """

    p: float
    kind: Kind
    size: float

    @property
    def told(self) -> bool:
        """Whether corrected shares are surely off, and by more than a trifle."""
        return self.p < SURE and self.size > TRIFLE


def residue(fitted: PositionFit) -> Residue:
    """What a fitted bias leaves.

    Two score tests beside it, the smaller p counts twice: of places within each state (a gamma of
    each), and of places by how likely an option is (Tukey's one degree of freedom, 1949). Scores
    scatter from one prompt to the next as they do, not as independent answers would.
    """
    scores, expected = _efficient(fitted)
    rows, used = len(scores), np.linalg.matrix_rank(fitted.inverse)
    scores = scores * np.sqrt(rows / max(rows - used, rows / 4))
    pulled, spread = scores.sum(axis=0), (scores**2).sum(axis=0)
    by_state, own = slice(None, -1), np.asarray(expected[:-1, :-1])
    scatter, freedom = spread[by_state].sum(), np.trace(own) ** 2 / max(np.sum(own**2), 1e-300)
    found = [
        _tail(float(freedom), float((pulled[by_state] ** 2).sum()), float(scatter) / freedom),
        _tail(1.0, float(pulled[-1] ** 2), float(spread[-1])),
    ]
    p = min(1.0, 2 * min(found))
    if p >= SURE:  # Akaike's criterion alone finds another kind in one additive bias of five
        return Residue(p, "additive", 0.0)
    over = float(scatter) / max(float(np.trace(own)), 1e-300)
    return Residue(p, *_best(fitted, over))


def _tail(freedom: float, square: float, scale: float) -> float:
    return float(special.chdtrc(freedom, square / scale)) if scale > 1e-12 else 1.0


def _efficient(fitted: PositionFit) -> tuple[Array, Array]:
    """The scores [row, direction] of a bias of each state and place, and of place by the log of an
    option's share, without what beta and gamma take up; and their information.
    """
    choices, (cells, width) = fitted.choices, fitted.shares.shape
    p = position_bias.predicted(choices, fitted.shares, fitted.gamma)
    surprise, row = choices.weights - choices.n[:, None] * p, np.arange(len(p))
    known = position_bias.information(choices, fitted.shares, fitted.gamma)
    states = int(choices.state.max()) + 1

    def at_places(x: Array) -> Array:
        found = np.zeros(x.shape)
        found[row[:, None], choices.places] = x
        return found

    logs = np.log(fitted.shares, out=np.zeros(fitted.shares.shape), where=fitted.shares > RARE)
    slope = logs[choices.cell] * fitted.gamma[choices.places]
    bent = choices.n[:, None] * p * (slope - (p * slope).sum(axis=1, keepdims=True))
    state = np.eye(states)[choices.state[choices.cell]]  # [row, state]
    of_place = at_places(surprise)
    raw = np.hstack(
        [
            (state[:, :, None] * of_place[:, None]).reshape(len(p), -1),
            (surprise * slope).sum(axis=1, keepdims=True),
        ]
    )
    usual = np.hstack(
        [
            (np.eye(cells)[choices.cell][:, :, None] * surprise[:, None]).reshape(len(p), -1),
            of_place,
        ]
    )
    together = np.zeros((raw.shape[1], usual.shape[1]))
    own = np.zeros((raw.shape[1],) * 2)
    by_place = at_places(bent)
    for c, s in enumerate(choices.state):
        mine, here = slice(s * width, (s + 1) * width), slice(c * width, (c + 1) * width)
        together[mine, here] = known.both[c].T
        together[mine, -width:] += known.gamma[c]
        own[mine, mine] += known.gamma[c]
        own[mine, -1] += by_place[choices.cell == c].sum(axis=0)
        together[-1, here] = bent[choices.cell == c].sum(axis=0)
    own[-1, :-1] = own[:-1, -1]
    own[-1, -1] = (bent * slope).sum()
    together[-1, -width:] = by_place.sum(axis=0)
    taken = together @ fitted.inverse
    return raw - usual @ taken.T, own - taken @ together.T


def _best(fitted: PositionFit, over: float) -> tuple[Kind, float]:
    """The bias that describes choices best, which scatter `over` times as much as independent ones,
    and how far its shares lie from those of an additive one.
    """
    choices, width = fitted.choices, len(fitted.gamma)
    additive = _likelihood(choices, position_bias.predicted(choices, fitted.shares, fitted.gamma))
    own, noise, by_state = _of_states(fitted)
    mixed, mixture = _mixture(choices)
    more = (len(np.unique(choices.state)) - 1) * (width - 1)
    scale = max(over, 1.0)
    gains: dict[Kind, float] = {
        "additive": 0.0,
        "by state": (by_state - additive) / scale - more,
        "mixture": (mixture - additive) / scale,
    }
    kind = max(gains, key=lambda name: gains[name])
    shares = {"additive": fitted.shares, "by state": own, "mixture": mixed}[kind]
    n = np.bincount(choices.cell, choices.n, len(shares))
    apart = float(n @ np.abs(shares - fitted.shares).sum(axis=1) / n.sum()) / 2
    chance = float(n @ np.sqrt(2 / np.pi * over * noise).sum(axis=1) / n.sum()) / 2
    return kind, float(np.sqrt(max(apart**2 - chance**2 * (kind == "by state"), 0.0)))


def _likelihood(choices: Choices, p: Array) -> float:
    """The log-likelihood of shares p [row, utterance]."""
    return float(special.xlogy(choices.weights, np.maximum(p, 1e-300)).sum())


def _of_states(fitted: PositionFit) -> tuple[Array, Array, float]:
    """Shares [cell, utterance] that each state's own bias corrects, the variance of their
    difference from those of one bias, and their log-likelihood.
    """
    choices = fitted.choices
    shares, noise, whole = np.empty(fitted.shares.shape), np.empty(fitted.shares.shape), 0.0
    for s in np.unique(choices.state):
        cells = np.flatnonzero(choices.state == s)
        rows = np.isin(choices.cell, cells)
        mine = Choices(
            choices.weights[rows],
            choices.places[rows],
            np.searchsorted(cells, choices.cell[rows]),
            np.zeros(len(cells), dtype=np.int64),
            choices.vignette[rows],
        )
        own = position_bias.fit(mine)
        whole += _likelihood(mine, position_bias.predicted(mine, own.shares, own.gamma))
        shares[cells] = own.shares
        for i, c in enumerate(cells):  # an efficient estimate's from a less efficient one's
            noise[c] = np.maximum(np.subtract(_variance(own, i), _variance(fitted, int(c))), 0)
    return shares, noise, whole


def _mixture(choices: Choices) -> tuple[Array, float]:
    """Shares [cell, utterance] of the answers that do not go by the place alone, by expectation-
    maximisation, and the log-likelihood.
    """
    cells, width = len(choices.state), choices.weights.shape[1]
    shares, by_place = np.full((cells, width), 1 / width), np.full(width, 0.2 / width)
    for _ in range(ROUNDS):
        of_place = by_place[choices.places]
        of_option = (1 - by_place.sum()) * shares[choices.cell]
        blind = choices.weights * of_place / np.maximum(of_place + of_option, 1e-300)
        chosen, at = np.zeros(shares.shape), np.zeros(width)
        np.add.at(chosen, choices.cell, choices.weights - blind)
        np.add.at(at, choices.places, blind)
        shares = chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1e-300)
        moved = at / choices.n.sum()
        done = np.max(np.abs(moved - by_place)) < NEAR
        by_place = moved
        if done:
            break
    p = by_place[choices.places] + (1 - by_place.sum()) * shares[choices.cell]
    return shares, _likelihood(choices, p)


def _variance(fitted: PositionFit, cell: int) -> Array:
    """The variance of corrected shares [utterance] of a cell, of independent answers."""
    shares, width = fitted.shares[cell], fitted.shares.shape[1]
    spread = np.diag(shares) - np.outer(shares, shares)
    mine = slice(cell * width, (cell + 1) * width)
    return np.asarray(np.diag(spread @ fitted.inverse[mine, mine] @ spread))
