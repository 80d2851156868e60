"""The speaker models of the study of polite speech: S1, and S2 over every subset of the three
utilities, each with or without a cost of negation and a lapse.

Whatever differs from one to the next is said here: parameters with their priors, Stan programs,
the reference, and which coordinates exist. Nothing else asks which variant it has before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from tactometer.utils import paths

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike

    from tactometer.speaker_model.speaker_coordinates import Natural
    from tactometer.utils.arrays import Array

UTILITIES = ("inf", "soc", "pre")


@dataclass(frozen=True)
class Prior:
    """The prior of one parameter: Beta(1, b) stretched over (low, high); uniform if b is 1."""

    low: float
    high: float
    b: float = 1.0

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what it lies."""
        return self.low, self.high

    @property
    def variance(self) -> float:
        """Its variance."""
        return (self.high - self.low) ** 2 * self.b / ((1 + self.b) ** 2 * (2 + self.b))

    def hdi_width(self, mass: float) -> float:
        """The width of its highest-density interval, which begins at `low`."""
        share = mass if self.b <= 1 else 1 - (1 - mass) ** (1 / self.b)
        return (self.high - self.low) * share


EXTRAS = {"cost": Prior(1.0, 10.0), "lapse": Prior(0.0, 1.0, 19.0)}
"""What a variant may have beyond its speaker, and the priors.

cost of a negated utterance, in nats, as Yoon and others (2020) have it. lapse: the share of answers
that are drawn blindly from all utterances. Beta(1, 19) has mean .05, 95% below .15, and its peak at
0: slips of a respondent who understood the task are some per cent (psychophysics lets them be 0 to
.06: Wichmann and Hill 2001, Perception & Psychophysics 63:1293), and with much weight on large ones
blind noise would stand in for a low alpha.
"""


@dataclass(frozen=True)
class SpeakerModel:
    """One speaker model: S2 with these utilities (none for S1, which mixes two by phi), with or
    without a cost of negation and a lapse rate. `name` is what the study calls it.
    """

    name: str
    utilities: tuple[str, ...]
    cost: bool = False
    lapse: bool = False

    @property
    def has_phi(self) -> bool:
        """Whether phi exists: in S1, and in an S2 that cares how it looks."""
        return "phi" in self.arrays

    @property
    def extras(self) -> tuple[str, ...]:
        """Those of `EXTRAS` that it has, in the order of their coordinates."""
        return ("cost",) * self.cost + ("lapse",) * self.lapse

    @property
    def arrays(self) -> tuple[str, ...]:
        """The natural parameters as a posterior stores them, with omega in one array."""
        phi = ("phi",) * self.active[2]
        return ("alpha", *phi, *("omega",) * bool(self.utilities), *self.extras)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The natural parameters in the order of the tables; the only weight of a single utility
        is always 1, and still named.
        """
        omegas = (f"omega_{utility}" for utility in self.utilities)
        return ("alpha", *("phi",) * self.active[2], *omegas, *self.extras)

    def prior(self, parameter: str) -> Prior:
        """The prior of a natural parameter; a weight's is the margin of a uniform simplex."""
        if parameter.startswith("omega"):
            return Prior(0.0, 1.0, len(self.utilities) - 1)
        return {"alpha": Prior(0.0, 20.0), "phi": Prior(0.0, 1.0), **EXTRAS}[parameter]

    @property
    def active(self) -> tuple[int, ...]:
        """Which of inf, soc, pre have coordinates, as 0 and 1; S1 is the pair alpha (phi, 1 - phi)
        of an S2 with pre alone.
        """
        return tuple(int(utility in (self.utilities or ("pre",))) for utility in UTILITIES)

    @property
    def data(self) -> dict[str, Any]:
        """The entries of the Stan programs' data block that choose this model."""
        level = 2 if self.utilities else 1
        extras = {"has_cost": int(self.cost), "has_lapse": int(self.lapse)}
        return {"level": level, "active": list(self.active), **extras}

    def program(self, *, joint: bool, framings: bool = False) -> str:
        """The name of its Stan program: theta inferred or plugged in, framings by themselves or
        round their mean. With theta plugged in and no cost, S2's L1 is tabulated over alpha.
        """
        base = "framings" if framings else "s2" if self.utilities else "s1"
        tabulated = bool(self.utilities) and not (joint or self.cost)
        return base + "_fixed" * tabulated

    def stan_file(self, *, joint: bool, framings: bool = False) -> Path:
        """Where that program is."""
        return paths.STAN / f"{self.program(joint=joint, framings=framings)}.stan"

    def log_speaker(
        self,
        at: Natural,
        theta: ArrayLike,
        values: ArrayLike,
        negated: ArrayLike | None = None,
        nodes: int | None = None,
    ) -> Array:
        """log S(u|s) [..., goal, state, utterance] by the numpy reference.

        theta [..., utterance, state]; `negated` [utterance] is needed where negation costs; `nodes`
        of the phi integral as in `reference.l1`.
        """
        import numpy as np

        from tactometer.speaker_model import reference

        alpha = np.reshape(at.alpha, (*at.phi.shape[:-1], -1))  # one for all goals, or one for each
        theta = np.expand_dims(np.asarray(theta), -3)
        costs: ArrayLike = 0.0
        if at.cost is not None and negated is not None:
            costs = reference.negation_cost(at.cost, negated)[..., None, :]
        if self.utilities:
            log_p = reference.s2(alpha, at.phi, at.omega, theta, values, costs, nodes)
        else:
            log_p = reference.s1(alpha, at.phi, theta, values, costs)
        return log_p if at.lapse is None else reference.lapsed(log_p, at.lapse[..., None])


def _variants() -> dict[str, SpeakerModel]:
    subsets = [subset for size in (1, 2) for subset in combinations(UTILITIES, size)]
    plain = {"s1": (), "s2": UTILITIES} | {"-".join(("s2", *subset)): subset for subset in subsets}
    found = [
        SpeakerModel(name + "-cost" * cost + "-lapse" * lapse, utilities, cost, lapse)
        for lapse, cost in product((False, True), repeat=2)
        for name, utilities in plain.items()
    ]
    return {known.name: known for known in found}


SPEAKERS = _variants()
WHOLE_FIRST = tuple(sorted(SPEAKERS, key=lambda name: SPEAKERS[name].utilities != UTILITIES))
"""All names, in the order in which they stand for a behaviour that several were fitted to: `s2`,
then S2 with cost, lapse or both, then what lacks a utility."""


def speaker(name: str, *, cost: bool = False) -> SpeakerModel:
    """The speaker model of that name; ValueError names the nearest one.

    `cost` says that negation costs although the name does not say so (`fit: {cost: true}`): the
    model keeps the name that the study gave it.
    """
    if name in SPEAKERS:
        return replace(SPEAKERS[name], cost=cost or SPEAKERS[name].cost)
    nearest = get_close_matches(name, SPEAKERS, n=1, cutoff=0.0)[0]
    raise ValueError(
        f"unknown speaker {name!r}: did you mean {nearest!r}? Known are {', '.join(SPEAKERS)}."
    )


def speakers(names: Iterable[str], *, cost: bool) -> list[SpeakerModel]:
    """The speaker models with these names; `cost`: a negation costs in all of them."""
    return [speaker(name, cost=cost) for name in names]
