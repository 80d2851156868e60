"""The behaviour that is fitted: choices and yes/no answers, as counts."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from tactometer.inference.vignettes import Vignettes
from tactometer.utils.arrays import Array


@dataclass(frozen=True)
class DesignEffects:
    """Design effects of at least 1: of the choices under each goal, and of the yes/no answers."""

    choices: tuple[float, ...]
    words: float


@dataclass(frozen=True, eq=False)
class Behaviour:
    """The data of a fit: counts [goal, state, utterance], real-valued weights of a model's choices.

    yes, n [utterance, state] are its yes/no answers; values [state] what the states are worth;
    negated [utterance] marks those that a speaker model with a cost charges, None where none is to.
    `design_effects` are what the numbers of answers were divided by, None if by nothing, and
    `vignettes` the same answers by vignette before that, where they are known.
    ValueError if it makes no sense.
    """

    counts: Array
    yes: Array
    n: Array
    values: Array
    negated: Array | None
    goals: tuple[str, ...]
    states: tuple[str, ...]
    utterances: tuple[str, ...]
    design_effects: DesignEffects | None = None
    vignettes: Vignettes | None = None

    def __post_init__(self) -> None:
        shape = (len(self.goals), len(self.states), len(self.utterances))
        _check("counts", self.counts, shape)
        _check("yes", self.yes, shape[:0:-1])
        _check("n", self.n, shape[:0:-1])
        if np.any(np.asarray(self.yes) > np.asarray(self.n)):
            raise ValueError("yes must not be above n")
        if np.shape(self.values) != shape[1:2] or not np.all(np.isfinite(self.values)):
            raise ValueError(f"values must be {shape[1]} finite numbers, one a state")
        if self.negated is not None and np.shape(self.negated) != shape[2:]:
            raise ValueError(f"negated must have {shape[2]} entries, one an utterance")

    @property
    def theta(self) -> Array:
        """Posterior mean of the literal semantics under a Beta(1, 1) prior, (yes + 1) / (n + 2)
        [utterance, state].
        """
        return (np.asarray(self.yes) + 1) / (np.asarray(self.n) + 2)

    @property
    def span(self) -> str:
        """The range that the value of a state was measured on: `1-5`."""
        return f"{min(self.values):g}-{max(self.values):g}"

    def weighed(self, effects: DesignEffects, vignettes: Vignettes) -> "Behaviour":
        """The behaviour with its effective numbers of answers."""
        return replace(
            self,
            counts=self.counts / np.reshape(effects.choices, (-1, 1, 1)),
            yes=np.asarray(self.yes) / effects.words,
            n=np.asarray(self.n) / effects.words,
            design_effects=effects,
            vignettes=vignettes,
        )


def _check(name: str, array: ArrayLike, shape: tuple[int, ...]) -> None:
    if np.shape(array) != shape:
        raise ValueError(f"{name} must have the shape {shape}, not {np.shape(array)}")
    if not np.all(np.isfinite(array)) or np.any(np.asarray(array) < 0):
        raise ValueError(f"{name} must be finite and not negative")
