"""Detect and summarise multimodal posteriors, mode by mode: the average of two speakers is none.

A parameter shows several modes if its density has humps that stand out: a tenth of the highest,
with a valley below half of the lower hump between. Draws are told apart by the parameter whose
valley is the deepest. Where chains go from one mode to another, a mode's weight is its share of the
draws; where they do not, it is the mass around its peak (Laplace's method).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tactometer.inference.intervals import hdi
from tactometer.inference.summaries import kde
from tactometer.utils.arrays import Array

Key = tuple[str, str | None]
_VALLEY = 0.5  # of the lower hump beside it
_HUMP = 0.1  # of the highest
_CROSSINGS = 20  # in all chains: below, shares of draws are those of the starts
_MINOR = 0.05  # a mode of less weight does not keep the rest from being believed


@dataclass(frozen=True, eq=False)
class Modes:
    """The modes of a posterior: the mode of each draw, labels [chain, draw] from 0, told apart by
    the parameter `by`.

    `weights` [mode] are shares of the draws, or come from masses; `crossings` counts how often a
    chain goes from one to another.
    """

    by: Key
    labels: NDArray[np.int64]
    weights: Array
    crossings: int

    @property
    def count(self) -> int:
        """How many there are."""
        return self.weights.size

    @property
    def in_order(self) -> list[int]:
        """The modes, the heaviest first."""
        return [int(mode) for mode in np.argsort(-self.weights)]

    @property
    def apart(self) -> bool:
        """Whether chains cross between modes so seldom that shares of draws do not measure their
        weights.
        """
        return self.crossings < _CROSSINGS

    @property
    def shared(self) -> bool:
        """Whether they are apart and no one of them has nearly all the weight."""
        return self.apart and bool(self.weights.max() < 1 - _MINOR)

    def weighed(self, log_masses: Sequence[float]) -> "Modes":
        """The same with weights from the modes' log masses."""
        mass = np.exp(np.array(log_masses) - max(log_masses))
        return replace(self, weights=mass / mass.sum())

    def minor(self) -> tuple[int, ...]:
        """The chains that spent most of their time in a mode of little weight."""
        own = [int(np.bincount(chain).argmax()) for chain in self.labels]
        return tuple(c for c, mode in enumerate(own) if self.weights[mode] < _MINOR)


def find(parameters: Mapping[Key, Array]) -> Modes | None:
    """Detect the modes of a posterior from its draws [chain, draw]; None where it is unimodal."""
    found: list[tuple[float, Key, list[float]]] = []
    for key, x in parameters.items():
        cuts, depth = split(x)
        if cuts:
            found.append((depth, key, cuts))
    if not found:
        return None
    _, by, cuts = min(found, key=lambda one: one[0])
    labels = np.searchsorted(np.array(cuts), parameters[by]).astype(np.int64)
    shares = np.bincount(labels.ravel(), minlength=len(cuts) + 1) / labels.size
    return Modes(by, labels, shares, int((np.diff(labels, axis=1) != 0).sum()))


def split(x: Array) -> tuple[list[float], float]:
    """The cuts between the humps of a density that stand out, and the depth of its deepest valley
    as a share of the lower hump beside it.
    """
    if np.ptp(x) == 0:
        return [], 1.0
    grid, density = kde(x, float(x.min()), float(x.max()))
    edge = np.concatenate([[-1.0], density, [-1.0]])
    peaks = [int(i) for i in np.flatnonzero((density > edge[:-2]) & (density >= edge[2:]))]
    while len(peaks) > 1:
        low = [a + int(np.argmin(density[a:b])) for a, b in pairwise(peaks)]
        depth = [
            float(density[v] / min(density[a], density[b]))
            for v, a, b in zip(low, peaks, peaks[1:], strict=False)
        ]
        smallest = min(peaks, key=lambda i: density[i])
        worst = int(np.argmax(depth))
        if density[smallest] < _HUMP * density.max():
            peaks.remove(smallest)
        elif depth[worst] > _VALLEY:
            peaks.remove(min(peaks[worst : worst + 2], key=lambda i: density[i]))
        else:
            return [float(grid[v]) for v in low], min(depth)
    return [], 1.0


def describe(parameters: Mapping[Key, Array], lp: Array, modes: Modes) -> list[dict[str, Any]]:
    """Summarise each mode, the heaviest first: a row for each mode and parameter, the columns of
    `tables/modes`.
    """
    rows = []
    for place, mode in enumerate(modes.in_order, start=1):
        inside = modes.labels == mode
        for (name, goal), x in parameters.items():
            low, high = hdi(x[inside])
            rows.append(
                {
                    "mode": place,
                    "weight": float(modes.weights[mode]),
                    "crossings": modes.crossings,
                    "log_posterior": float(lp[inside].max()),
                    "parameter": name,
                    "goal": goal,
                    "mean": float(x[inside].mean()),
                    "sd": float(x[inside].std(ddof=1)) if inside.sum() > 1 else 0.0,
                    "hdi_low": float(low),
                    "hdi_high": float(high),
                }
            )
    return rows


def sentence(parameters: Mapping[Key, Array], modes: Modes) -> str:
    """What a reader should know of them, in one line."""
    x, name = parameters[modes.by], modes.by[0]
    told = [
        f"{name} near {np.median(x[modes.labels == mode]):.2f} ({modes.weights[mode]:.0%})"
        for mode in modes.in_order
    ]
    how = "weights by Laplace's method" if modes.apart else f"{modes.crossings} crossings"
    return f"{modes.count} modes: {', '.join(told)}; {how}"
