"""Criticism of a fit: whether its speaker model describes the behaviour, in numbers.

Beside the verdict on the chains, which says that a posterior was computed, stands what the
posterior is worth. What is made of these numbers stands in `described`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import special

from tactometer.inference.behaviour import Behaviour
from tactometer.inference.best_fit import BestFit, best_fit
from tactometer.inference.deviance import Reference, binomial, multinomial, reference
from tactometer.inference.intervals import thinned
from tactometer.inference.sampled import Sampled
from tactometer.utils.arrays import Array

LEVEL = 0.02  # of the test of a description: so many true speakers are called less than described
POWER = 0.8
SAME = 0.01  # level at which choices, and words, are said to depend on the state
TRIFLE = 0.1  # Cohen's w below which a dependence is none, whatever its significance
EVEN = 0.25  # Cohen's w below which shares are even
STARTS = 4  # of the best fit, where the first one is no description
HELD_STARTS = 2  # with theta held there is less to get lost in
HOPELESS = 1e-8  # p from which on no other start is tried
LARGE_CELL = 6.0  # expected answers of a cell from which on they are normal
OUTSIDE = 0.05  # of replicates, outside a cell's predictive interval


@dataclass(frozen=True, eq=False)
class Criticism:
    """One goal's behaviour beside its best speaker, and beside speakers whose words mean what the
    yes/no answers say (`held`).

    `p` is the chance of as high a deviance under the best speaker; total variations are means over
    the states; `beyond` is that of `held` beyond what `replicated` answers have; `explained` are
    shares of deviance, against the same shares in every state, and against even ones, by the
    posterior mean, and of the first by `held`, without what noise adds.
    """

    p: float
    total_variation: float
    replicated: float
    beyond: float
    detectable: float
    explained: float | None
    explained_even: float | None
    explained_held: float | None
    cells_out: int
    cells_expected: float
    choices: Literal["vary", "alike", "even"]
    words: Literal["known", "unknown"]
    seen: Array
    held: BestFit
    best: BestFit


def criticise(
    sampled: Sampled, goal: int, predicted: Sequence[Mapping[str, Any]], replicated: float
) -> Criticism | None:
    """Criticise a fit under one goal; None where nothing was said under it.

    `predicted` are its rows of `tables/predictive`, `replicated` the total variation of replicates.
    """
    behaviour = sampled.behaviour
    seen = np.asarray(behaviour.counts[goal], dtype=float)
    if not seen.any():
        return None
    best, of_best = _best(sampled, goal, seen)
    choices = choices_vary(seen)
    plain = of_best.p(best.deviance) >= LEVEL and choices == "vary"
    held = _held(sampled, goal, 1 if plain else HELD_STARTS)
    of_held = reference(_expected(seen, held), held.slopes)
    p = np.array([row["p_mean"] for row in predicted]).reshape(seen.shape)
    outside = [r for r in predicted if r["p_data"] is not None]
    return Criticism(
        p=of_best.p(best.deviance),
        total_variation=total_variation(seen, p),
        replicated=replicated,
        beyond=beyond(total_variation(seen, held.p), replicated),
        detectable=min(1.0, float(np.sqrt(of_best.detectable(LEVEL, POWER) / seen.sum()) / 2)),
        explained=_explained(multinomial(seen, p), multinomial(seen, _rates(seen))),
        explained_even=_explained(multinomial(seen, p), multinomial(seen, _even(seen))),
        explained_held=_explained_held(seen, held, of_held),
        cells_out=sum(not r["p_low"] <= r["p_data"] <= r["p_high"] for r in outside),
        cells_expected=_cells_expected(seen, p, of_best if "theta" in sampled.draws else of_held),
        choices=choices,
        words=words_known(behaviour),
        seen=seen,
        held=held,
        best=best,
    )


def _best(sampled: Sampled, goal: int, seen: Array) -> tuple[BestFit, Reference]:
    """The best fit and the reference of its deviance, from more starts where one is not enough."""
    found: tuple[BestFit, Reference] | None = None
    for start in _starts(sampled, goal):
        best = best_fit(sampled.behaviour, goal, sampled.speaker, start)
        if found is None or best.deviance < found[0].deviance:
            found = best, reference(_expected(seen, best), best.slopes, words=best.theta.size)
        if not HOPELESS < found[1].p(found[0].deviance) < LEVEL:
            break
    assert found is not None
    return found


def _held(sampled: Sampled, goal: int, most: int) -> BestFit:
    """The best fit with theta as the yes/no answers say it, of that many starts."""
    theta = sampled.behaviour.theta
    starts = [{**start, "theta": theta} for start in _starts(sampled, goal)[:most]]
    fits = [best_fit(sampled.behaviour, goal, sampled.speaker, s, held=True) for s in starts]
    return min(fits, key=lambda fit: fit.of_choices)


def _starts(sampled: Sampled, goal: int) -> list[dict[str, Array]]:
    """The likeliest draw, and some spread over the chains."""
    lp = np.asarray(sampled.stats["lp"]).ravel()
    flat = {name: np.asarray(x).reshape(lp.size, *x.shape[2:]) for name, x in sampled.draws.items()}
    starts = []
    for index in [int(np.argmax(lp)), *thinned(lp.size, STARTS + 1)[1:-1]]:
        start = {name: x[index] for name, x in flat.items()}
        start |= {name: start[name][goal] for name in ("phi", "omega") if name in start}
        starts.append({"theta": sampled.behaviour.theta, **start})
    return starts


def choices_vary(seen: Array) -> Literal["vary", "alike", "even"]:
    """Whether choices [state, utterance] depend on the state, and if not, whether they are even."""
    if _differs(seen, *same_rates(seen), TRIFLE):
        return "vary"
    even = _even(seen)
    known = reference(seen.sum(axis=1, keepdims=True) * even, np.zeros((seen.size, 0)))
    return "alike" if _differs(seen, multinomial(seen, even), known, EVEN) else "even"


def homogeneity(seen: Array) -> tuple[float, float]:
    """Whether counts [part, state, utterance] have the same shares in all parts, state by state:
    the p of their deviance, and Cohen's w without what noise adds.
    """
    parts = [part[part.sum(axis=1) > 0] for part in np.swapaxes(seen, 0, 1)]
    found = [same_rates(part) for part in parts if len(part) > 1]
    deviance = sum(one for one, _ in found)
    mean, variance = (sum(getattr(r, name) for _, r in found) for name in ("mean", "variance"))
    whole = Reference(mean, variance, np.empty(0))
    return whole.p(deviance), _cohen(deviance - mean, seen)


def same_rates(seen: Array) -> tuple[float, Reference]:
    """The deviance of counts [row, utterance] from the same shares in all rows; its reference."""
    rates = _rates(seen)
    expected = seen.sum(axis=1, keepdims=True) * rates
    design = np.repeat(np.eye(seen.shape[1])[None], len(seen), axis=0)
    slopes = (design * np.sqrt(expected)[..., None]).reshape(seen.size, -1)
    return multinomial(seen, rates), reference(expected, slopes)


def _differs(seen: Array, found: float, known: Reference, trifle: float) -> bool:
    """Whether a deviance is significant, and Cohen's w more than a trifle."""
    return known.p(found) < SAME and _cohen(found - known.mean, seen) > trifle


def _cohen(excess: float, seen: Array) -> float:
    """Cohen's w of what a deviance has beyond noise."""
    return float(np.sqrt(max(excess, 0.0) / max(seen.sum(), 1.0)))


def words_known(behaviour: Behaviour) -> Literal["known", "unknown"]:
    """Whether the yes/no answers say of any utterance that it depends on the state."""
    yes, n = np.asarray(behaviour.yes, dtype=float), np.asarray(behaviour.n, dtype=float)
    asked = n.sum()
    if asked == 0:
        return "unknown"
    rate = yes.sum(axis=1, keepdims=True) / np.maximum(n.sum(axis=1, keepdims=True), 1e-9)
    found = binomial(yes, n, np.broadcast_to(rate, n.shape))
    freedom = yes.size - len(yes)
    w = np.sqrt(max(found - freedom, 0.0) / asked)
    return "known" if special.chdtrc(freedom, found) < SAME and w > TRIFLE else "unknown"


def total_variation(seen: Array, p: Array) -> float:
    """Between said and expected shares: the mean over the states with answers."""
    totals = seen.sum(axis=1)
    asked = totals > 0
    return float(np.abs(seen[asked] / totals[asked, None] - p[asked]).sum(axis=1).mean() / 2)


def beyond(found: float, chance: float) -> float:
    """What of a total variation is not chance, as if both added up as variances do."""
    return float(np.sqrt(max(found**2 - chance**2, 0.0)))


def _rates(seen: Array) -> Array:
    """Each utterance's own rate, the same in every state."""
    return np.broadcast_to(seen.sum(axis=0) / seen.sum(), seen.shape)


def _even(seen: Array) -> Array:
    return np.full(seen.shape, 1 / seen.shape[1])


def _expected(seen: Array, fit: BestFit) -> Array:
    return np.asarray(seen.sum(axis=1, keepdims=True) * fit.p)


def _explained(left: float, whole: float) -> float | None:
    return 1 - left / whole if whole > 0 else None


def _explained_held(seen: Array, held: BestFit, of_held: Reference) -> float | None:
    """Of what depends on the state, the share that `held` explains; null where nothing does."""
    deviance, known = same_rates(seen)
    whole = deviance - known.mean
    left = max(held.of_choices - of_held.mean, 0.0)
    return 1 - left / whole if whole > 0 else None


def _cells_expected(seen: Array, p: Array, known: Reference) -> float:
    """How many cells lie outside their predictive interval where the model is right, and the fit
    says p [state, utterance].
    """
    n = np.broadcast_to(seen.sum(axis=1, keepdims=True), seen.shape).ravel()
    asked = n > 0
    share = p.ravel()[asked]
    # a leverage is of Poisson counts whose totals are given; the rest has the binomial variance
    left = (1 - known.leverage[: seen.size][asked]) / np.maximum(1 - share, 1e-9)
    return float(outside(share, n[asked], np.clip(1 - left, 1e-6, 1 - 1e-6)).sum())


def outside(share: Array, n: Array, h: Array) -> Array:
    """The chance that a cell [cell] of `n` answers, each chosen with that share, lies outside the
    central 95% of what its fit predicts, where the model is right.

    The fit follows a share h of the cell's noise (its leverage) and, through its parameters, that
    of other cells: of x answers it expects n share + h (x - n share) + e, with e of h (1 - h) times
    the binomial variance, and as many more have 1 + h times that variance round it. Where cells are
    large that is normal, rounded: what is left of a cell has variance 1 - h where the interval
    allows for 1 + h. Near 0, where a cell cannot lie below, it is summed over x and e, with
    negative binomial replicates.
    """
    share = np.minimum(share, 1 - share)
    mean, variance = n * share, n * share * (1 - share)
    rounded = np.linspace(0.1, 0.9, 5)[:, None]
    reach = special.ndtri(1 - OUTSIDE / 2) * np.sqrt(variance * (1 + h)) + rounded
    found = 2 * special.ndtr(-reach / np.sqrt(np.maximum(variance * (1 - h), 1e-12))).mean(axis=0)
    few = mean < LARGE_CELL
    mean, variance, h, share = (y[few, None, None] for y in (mean, variance, h, share))
    nodes, weights = np.polynomial.hermite_e.hermegauss(9)
    x = np.arange(5 * LARGE_CELL)[:, None]
    expected = np.maximum(mean + h * (x - mean) + nodes * np.sqrt(h * (1 - h) * variance), 1e-9)
    q = np.minimum(1 / ((1 - share) * (1 + h)), 1 - 1e-6)
    size = expected * q / (1 - q)
    upto, before = (special.betainc(size, np.maximum(k + 1, 1e-9), q) for k in (x, x - 1))
    out = (upto < OUTSIDE / 2) | ((before >= 1 - OUTSIDE / 2) & (x > 0))
    chance = np.exp(special.xlogy(x, mean) - mean - special.gammaln(x + 1))
    found[few] = (out * chance * weights / weights.sum()).sum(axis=(1, 2))
    return np.asarray(found)
