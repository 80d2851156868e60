"""What a mixed model is given: an estimate from each fit, its error, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tactometer.analyses.evidence import Posterior
from tactometer.utils.arrays import Array

LOGARITHM = 4.0  # log alpha lies within about so much: by it, priors suit it as they do phi
MIDDLE = 0.5  # the intercept's prior is centred there: parameters lie in (0, 1)


@dataclass(frozen=True)
class Observations:
    """Estimates [fit] of one parameter with the covariance of their errors [fit, fit].

    `place` has each fit's number [fit] among the levels of the factor (an effort, a goal), the
    families and the framings; `levels` the names of these.
    """

    y: Array
    errors: Array
    place: dict[str, NDArray[np.int64]]
    levels: dict[str, list[str]]

    def count(self, name: str) -> int:
        """How many levels the factor, families or framings have."""
        return len(self.levels[name])

    @cached_property
    def fixed(self) -> Array:
        """The fixed part of the design [fit, column]: intercept, and each level but the first."""
        columns = _indicators(self.place["level"], self.count("level"))[:, 1:]
        return np.column_stack([np.ones(len(self.y)), columns])

    @cached_property
    def groups(self) -> dict[str, Array]:
        """The random parts of the design, [fit, effect] each, of groups with two levels or more.

        `slope` is what a level of the factor does in one family more or less than in all: an effect
        for each of both together.
        """
        found = {
            name: _indicators(self.place[name], self.count(name))
            for name in ("family", "framing")
            if self.count(name) > 1
        }
        if "family" in found:
            number = self.place["family"] * self.count("level") + self.place["level"]
            found["slope"] = _indicators(number, self.count("family") * self.count("level"))
        return found


def observe(fits: Posterior, k: int, factor: str, levels: Sequence[str], of: str) -> Observations:
    """The observations of the parameter `of`, which is number k among the draws of `fits`."""
    x = fits.draws[..., k]
    if of == "alpha":
        x = np.log(x) / LOGARITHM
    names = {"level": list(levels)}
    for name in ("family", "framing"):
        names[name] = fits.fits[name].unique(maintain_order=True).to_list()
    columns = {"level": factor, "family": "family", "framing": "framing"}
    place = {
        name: np.array([names[name].index(value) for value in fits.fits[column]], dtype=np.int64)
        for name, column in columns.items()
    }
    return Observations(x.mean(axis=1), _covariance(x, fits.fits["model"]), place, names)


def _covariance(x: Array, models: pl.Series) -> Array:
    """The covariance [fit, fit] of draws x [fit, draw] within each model, 0 between models.

    Fits of one model share vignettes and yes/no answers, and their draws the order of these
    (`inference.shared_evidence`).
    """
    same = models.to_numpy()[:, None] == models.to_numpy()[None, :]
    return np.asarray(np.where(same, np.cov(x).reshape(len(x), -1), 0.0))


def _indicators(number: NDArray[np.int64], count: int) -> Array:
    return np.asarray(np.eye(count)[number])
