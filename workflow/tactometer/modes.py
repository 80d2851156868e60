"""Modes: a posterior with several humps is told hump by hump; the average of two speakers is none.

A parameter shows several modes if its density has humps that stand out: a tenth of the highest,
with a valley below half of the lower hump between. Draws are told apart by the parameter whose
valley is the deepest. How often a chain goes from one mode to another says what the weights are
worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tactometer.posterior import hdi, kde
from tactometer.rsa import Array

Key = tuple[str, str | None]
_VALLEY = 0.5  # of the lower hump beside it
_HUMP = 0.1  # of the highest


@dataclass(frozen=True, eq=False)
class Modes:
    """The mode of each draw, labels [chain, draw] from 0, told apart by the parameter `by`.

    `crossings` counts how often a chain goes from one to another: few, and the weights are those of
    the starts.
    """

    by: Key
    labels: NDArray[np.int64]
    crossings: int

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.labels.max()) + 1

    def weight(self, mode: int) -> float:
        """The share of the draws that lie in a mode."""
        return float(np.mean(self.labels == mode))


def find(parameters: Mapping[Key, Array]) -> Modes | None:
    """The modes of a posterior from its draws [chain, draw], or None where there is one."""
    found: list[tuple[float, Key, list[float]]] = []
    for key, x in parameters.items():
        cuts, depth = split(x)
        if cuts:
            found.append((depth, key, cuts))
    if not found:
        return None
    _, by, cuts = min(found, key=lambda one: one[0])
    labels = np.searchsorted(np.array(cuts), parameters[by]).astype(np.int64)
    return Modes(by, labels, int((np.diff(labels, axis=1) != 0).sum()))


def split(x: Array) -> tuple[list[float], float]:
    """Where a density falls apart into humps that stand out, and its deepest valley as a share of
    the lower hump beside it.
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
    """One row for each mode and parameter, the heaviest mode first: columns of `tables/modes`."""
    rows = []
    for place, mode in enumerate(sorted(range(modes.count), key=modes.weight, reverse=True), 1):
        inside = modes.labels == mode
        for (name, goal), x in parameters.items():
            low, high = hdi(x[inside])
            rows.append(
                {
                    "mode": place,
                    "weight": modes.weight(mode),
                    "crossings": modes.crossings,
                    "log_posterior": float(lp[inside].max()),
                    "parameter": name,
                    "goal": goal,
                    "mean": float(x[inside].mean()),
                    "sd": float(x[inside].std(ddof=1)) if inside.sum() > 1 else 0.0,
                    "hdi_low": low,
                    "hdi_high": high,
                }
            )
    return rows


def sentence(parameters: Mapping[Key, Array], modes: Modes) -> str:
    """What a reader should know of them, in one line."""
    x, name = parameters[modes.by], modes.by[0]
    told = [
        f"{name} near {np.median(x[modes.labels == mode]):.2f} ({modes.weight(mode):.0%})"
        for mode in sorted(range(modes.count), key=modes.weight, reverse=True)
    ]
    return f"{modes.count} modes: {', '.join(told)}; {modes.crossings} crossings"
