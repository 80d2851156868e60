"""Position bias: what the place of an option does to choices, and choices corrected for it.

A conditional logit of choice on option within cell (framing and state of one goal) and on place:
P(u) proportional to exp(beta[cell, u] + gamma[place of u]). The corrected shares are those at gamma
0, softmax(beta), which balanced orders do not give by themselves: they average shares, not logits.
What the correction costs, and how answers of one vignette hang together after it, is read from the
influence of each vignette on the corrected shares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tactometer.utils.arrays import Array

Integers = NDArray[np.int64]
ROUNDS, NEAR = 500, 1e-7
PRIOR = 0.5  # answers at each place that are added: what never happened stays finite
RARE = 1e-6  # a share below which an option is not chosen at all
RIDGE = 1e-9
TRIFLE = 0.05  # nats that a place may take without being told of
STRONG = 2.0  # nats off the mean of all places: odds of seven to one
SURE = 0.01  # level of the test that there is a bias at all


@dataclass(frozen=True, eq=False)
class Choices:
    """Choices with the order of their options, a row for each prompt or for several alike.

    `weights` [row, utterance] of what was chosen, `places` [row, utterance] from 0, `cell` [row]
    the framing and state, `state` [cell] the state of each cell, `vignette` [row].
    """

    weights: Array
    places: Integers
    cell: Integers
    state: Integers
    vignette: Integers

    @property
    def n(self) -> Array:
        """The answers of each row."""
        return np.asarray(self.weights.sum(axis=1))


@dataclass(frozen=True, eq=False)
class PositionFit:
    """A conditional logit that was fitted: shares [cell, utterance] at no bias, gamma [place] in
    nats with mean 0, and the inverse information of beta [cell x utterance] and gamma.
    """

    choices: Choices
    shares: Array
    gamma: Array
    inverse: Array

    @property
    def beta(self) -> int:
        """How many coordinates beta has; those of gamma stand behind them."""
        return self.shares.size


def fit(choices: Choices) -> PositionFit:
    """Fit by minorisation-maximisation (Hunter 2004, Annals of Statistics 32:384), which takes
    options that were never chosen.
    """
    width = choices.weights.shape[1]
    chosen = _chosen(choices)
    at = np.zeros(width)
    np.add.at(at, choices.places, choices.weights)
    shares, strength = _even(chosen), np.ones(width)
    n = choices.n[:, None]
    for _ in range(ROUNDS):
        shares = _better(choices, chosen, shares, strength)
        share = n / _total(choices, shares, strength)[:, None]
        offered = np.zeros(width)
        np.add.at(offered, choices.places, shares[choices.cell] * share)
        moved = (at + PRIOR) / (offered + PRIOR / strength)
        moved /= np.exp(np.mean(np.log(moved)))
        done = np.max(np.abs(np.log(moved / strength))) < NEAR
        strength = moved
        if done:
            break
    gamma = np.log(strength)
    return PositionFit(choices, shares, gamma, _inverse(choices, shares, gamma))


def given(choices: Choices, gamma: Array) -> tuple[Array, Array]:
    """Shares [cell, utterance] without a bias gamma [place] that is known, and their variances."""
    chosen, strength = _chosen(choices), np.exp(gamma)
    shares = _even(chosen)
    for _ in range(ROUNDS):
        moved = _better(choices, chosen, shares, strength)
        done = np.max(np.abs(moved - shares)) < NEAR
        shares = moved
        if done:
            break
    spread = np.eye(shares.shape[1]) * shares[:, :, None] - shares[:, :, None] * shares[:, None]
    information = _of_beta(choices, _each(choices, shares, gamma))
    inverse = np.linalg.pinv(information, rcond=RIDGE, hermitian=True)
    return shares, np.einsum("cuv,cvw,cwu->cu", spread, inverse, spread)


def _chosen(choices: Choices) -> Array:
    """How often each option was chosen [cell, utterance]."""
    found = np.zeros((len(choices.state), choices.weights.shape[1]))
    np.add.at(found, choices.cell, choices.weights)
    return found


def _better(choices: Choices, chosen: Array, shares: Array, strength: Array) -> Array:
    """Shares [cell, utterance] that are likelier, where places multiply odds by `strength`."""
    share = choices.n[:, None] / _total(choices, shares, strength)[:, None]
    seen = np.zeros(chosen.shape)
    np.add.at(seen, choices.cell, strength[choices.places] * share)
    return _even(np.divide(chosen, seen, out=np.zeros(chosen.shape), where=seen > 0))


def _even(x: Array) -> Array:
    """Rows that add up to 1; those of nothing are even."""
    total = x.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 0, x / np.where(total > 0, total, 1), 1 / x.shape[1]))


def _total(choices: Choices, shares: Array, strength: Array) -> Array:
    found = (shares[choices.cell] * strength[choices.places]).sum(axis=1)
    return np.asarray(np.maximum(found, 1e-300))


def predicted(choices: Choices, shares: Array, gamma: Array) -> Array:
    """The shares [row, utterance] with the bias of each row's order."""
    logits = np.log(np.maximum(shares, 1e-300))[choices.cell] + gamma[choices.places]
    return np.asarray(special.softmax(logits, axis=1))


@dataclass(frozen=True, eq=False)
class Information:
    """The information of beta [cell, utterance, utterance], of beta and gamma together [cell,
    utterance, place], and what each cell's answers tell of gamma [cell, place, place].
    """

    beta: Array
    both: Array
    gamma: Array


def information(choices: Choices, shares: Array, gamma: Array) -> Information:
    """What the choices tell of shares and places, by cell."""
    cells, width = shares.shape
    each = _each(choices, shares, gamma)
    shown = np.eye(width)[choices.places]  # [row, utterance, place]
    halfway = np.einsum("auw,awk->auk", each, shown)
    both, of_gamma = np.zeros((cells, width, width)), np.zeros((cells, width, width))
    np.add.at(both, choices.cell, halfway)
    np.add.at(of_gamma, choices.cell, np.einsum("auk,aul->akl", shown, halfway))
    return Information(_of_beta(choices, each), both, of_gamma)


def _inverse(choices: Choices, shares: Array, gamma: Array) -> Array:
    """The inverse information [coordinate, coordinate] of beta and gamma."""
    cells, width = shares.shape
    known = information(choices, shares, gamma)
    whole = np.zeros(((cells + 1) * width,) * 2)
    for c in range(cells):
        mine = slice(c * width, (c + 1) * width)
        whole[mine, mine] = known.beta[c]
        whole[mine, -width:] = known.both[c]
        whole[-width:, mine] = known.both[c].T
    whole[-width:, -width:] = known.gamma.sum(axis=0) + PRIOR * np.eye(width)
    ridge = RIDGE * max(1.0, float(choices.n.sum()))
    return np.asarray(np.linalg.pinv(whole + ridge * np.eye(len(whole)), hermitian=True))


def _each(choices: Choices, shares: Array, gamma: Array) -> Array:
    """The covariance [row, utterance, utterance] of what is chosen in each row."""
    p = predicted(choices, shares, gamma)
    return np.asarray(
        choices.n[:, None, None] * (np.eye(p.shape[1]) * p[:, :, None] - p[:, :, None] * p[:, None])
    )


def _of_beta(choices: Choices, each: Array) -> Array:
    """The information of beta [cell, utterance, utterance]."""
    found = np.zeros((len(choices.state), *each.shape[1:]))
    np.add.at(found, choices.cell, each)
    return found


def pulls(fitted: PositionFit) -> Array:
    """The scores of beta and gamma by vignette [vignette, coordinate]."""
    choices = fitted.choices
    cells, width = fitted.shares.shape
    surprise = choices.weights - choices.n[:, None] * predicted(
        choices, fitted.shares, fitted.gamma
    )
    vignettes = int(choices.vignette.max()) + 1
    of_beta = np.zeros((vignettes, cells, width))
    np.add.at(of_beta, (choices.vignette, choices.cell), surprise)
    of_gamma = np.zeros((vignettes, width))
    np.add.at(of_gamma, (choices.vignette[:, None], choices.places), surprise)
    return np.concatenate([of_beta.reshape(vignettes, -1), of_gamma], axis=1)


@dataclass(frozen=True, eq=False)
class Corrected:
    """Choices without the bias of place, as weights [vignette, state, utterance] that spread round
    the corrected shares as far as each vignette moves these; and what each answer is worth beside
    one that no place had bent: `loss` of at least 1, answers over effective answers.
    """

    cells: Array
    loss: float


def corrected(fitted: PositionFit, states: int, vignettes: int) -> Corrected:
    """The choices of a fit, corrected, by vignette and state."""
    choices, (cells, width) = fitted.choices, fitted.shares.shape
    asked = np.zeros((vignettes, cells))
    np.add.at(asked, (choices.vignette, choices.cell), choices.n)
    whole = asked.sum(axis=0)
    moved = pulls(fitted) @ fitted.inverse[:, : fitted.beta]
    moved = moved.reshape(-1, cells, width)
    jacobian = np.eye(width) * fitted.shares[:, :, None]
    jacobian = jacobian - fitted.shares[:, :, None] * fitted.shares[:, None]
    influence = np.zeros((vignettes, cells, width))
    influence[: len(moved)] = np.einsum("cuw,vcw->vcu", jacobian, moved)
    found = asked[..., None] * fitted.shares + whole[:, None] * influence
    by_state = np.zeros((states, vignettes, width))
    np.add.at(by_state, choices.state, found.swapaxes(0, 1))
    return Corrected(by_state.swapaxes(0, 1), loss(fitted))


def loss(fitted: PositionFit) -> float:
    """The variance of corrected shares over that of as many multinomial answers, on average over
    cells and options; at least 1.
    """
    cells, width = fitted.shares.shape
    n = np.bincount(fitted.choices.cell, fitted.choices.n, cells)
    lost, directions = 0.0, 0.0
    for c, (p, answers) in enumerate(zip(fitted.shares, n, strict=True)):
        information = np.diag(p) - np.outer(p, p)
        used = int((p > RARE).sum()) - 1
        mine = slice(c * width, (c + 1) * width)
        lost += answers * float(np.sum(fitted.inverse[mine, mine] * information)) * answers
        directions += used * answers
    return max(1.0, lost / directions) if directions else 1.0


@dataclass(frozen=True)
class Place:
    """What one place does: nats with a 95% interval over vignettes."""

    nats: float
    low: float
    high: float


def places(fitted: PositionFit) -> Iterator[Place]:
    """What each place does, from the first on: the sandwich of vignettes, at least as wide as where
    all answers are independent.
    """
    width = len(fitted.gamma)
    back = fitted.inverse[:, -width:]
    centred = back - back.mean(axis=1, keepdims=True)
    moved = pulls(fitted) @ centred
    clusters = len(moved)
    few = clusters / (clusters - 1) if clusters > 1 else 1.0
    robust = few * (moved**2).sum(axis=0)
    middle = np.eye(width) - 1 / width
    alone = np.diag(middle @ fitted.inverse[-width:, -width:] @ middle)
    t = float(special.stdtrit(max(clusters - 1, 1), 0.975))
    half = np.maximum(t * np.sqrt(robust) if clusters > 1 else 0.0, 1.96 * np.sqrt(alone))
    for nats, spread in zip(fitted.gamma, half, strict=True):
        yield Place(float(nats), float(nats - spread), float(nats + spread))


@dataclass(frozen=True)
class Outweighed:
    """How much of what is chosen follows from its place and from the state, in nats: the relative
    entropy of the places chosen to even ones, and the mutual information of state and choice, as
    they are, both less what chance gives. `outweighs`: more from the place, surely and not a
    trifle. `strong`: some place surely changes the odds of an option more than sevenfold.
    """

    of_place: float
    of_state: float
    outweighs: bool
    strong: bool

    @property
    def told(self) -> bool:
        """Whether a reader has to know of it before all else."""
        return self.outweighs or self.strong


def outweighed(fitted: PositionFit) -> Outweighed:
    """Hold the bias of place against what the state does."""
    choices, width = fitted.choices, len(fitted.gamma)
    at = np.zeros(width)
    np.add.at(at, choices.places, choices.weights)
    n = float(at.sum())
    raw = float(special.rel_entr(at / n, 1 / width).sum())
    of_place = max(0.0, raw - (width - 1) / (2 * n))
    states = int(choices.state.max()) + 1
    by_state = np.zeros((states, width))
    np.add.at(by_state, choices.state[choices.cell], choices.weights)
    asked = by_state.sum(axis=1)
    shares = _even(by_state)
    middle = asked @ shares / asked.sum()
    information = float(asked @ special.rel_entr(shares, middle).sum(axis=1) / asked.sum())
    chance = (int((asked > 0).sum()) - 1) * (int((middle > RARE).sum()) - 1) / (2 * n)
    of_state = max(0.0, information - chance)
    sure = float(special.chdtrc(width - 1, 2 * n * raw)) < SURE
    strong = any(max(found.low, -found.high) > STRONG for found in places(fitted))
    return Outweighed(of_place, of_state, sure and of_place > max(TRIFLE, of_state), strong)
