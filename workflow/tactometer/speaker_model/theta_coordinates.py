"""Unconstrained coordinates of the literal semantics theta where it is inferred
(workflow/stan/include/literal.stan), in numpy.

Few answers leave the odds of the rarer one skewed: as an amount, a long tail upwards, and its log
a long tail downwards. The square root of an amount lies between (Fisher's root of a chi-square
variable). So the root of these odds, in units of what the yes/no answers say, is a softplus of x,
as the cone's entries are: twice the ESS a leapfrog of the human data in logit theta (measured).
"""

from dataclasses import dataclass

import numpy as np

from tactometer.speaker_model.speaker_coordinates import bent, straight
from tactometer.utils.arrays import Array

_SOFTNESS = 0.5


@dataclass(frozen=True, eq=False)
class Roots:
    """The map from coordinates to logit theta [T], round that of the smoothed proportions."""

    usual: Array

    @property
    def side(self) -> Array:
        """On which side [T] the rarer answer is: 1 (yes) or -1 (no)."""
        return np.where(self.usual > 0, -1.0, 1.0)

    def logits(self, x: Array) -> Array:
        """logit theta [..., T] of coordinates x [..., T]."""
        return np.asarray(self.usual + 2 * self.side * np.log(bent(x, _SOFTNESS)))

    def coordinates(self, logits: Array) -> Array:
        """The coordinates [..., T] of logit theta [..., T]."""
        return straight(np.exp(0.5 * self.side * (logits - self.usual)), _SOFTNESS)

    def slope(self, x: Array) -> Array:
        """d logit theta / dx [..., T] at x [..., T]."""
        return np.asarray(2 * self.side / (1 + np.exp(-x / _SOFTNESS)) / bent(x, _SOFTNESS))
