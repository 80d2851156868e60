"""The speaker variants: S1, and S2 over every subset of the three utilities."""

from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from typing import Literal

UTILITIES = ("inf", "soc", "pre")


@dataclass(frozen=True)
class Speaker:
    """A speaker model: its level, and the utilities that it weighs (none for S1)."""

    name: str
    level: Literal[1, 2]
    utilities: tuple[str, ...]

    @property
    def has_phi(self) -> bool:
        """Whether phi exists: in S1, and in an S2 that cares how it looks."""
        return self.level == 1 or "pre" in self.utilities

    @property
    def omegas(self) -> tuple[str, ...]:
        """The names of the weights; the only weight of a single utility is always 1, and still
        named.
        """
        return tuple(f"omega_{utility}" for utility in self.utilities)

    def parameters(self, *, cost: bool = False) -> tuple[str, ...]:
        """The natural parameters in the order of the tables; `cost` says if negation has one."""
        phi = ("phi",) if self.has_phi else ()
        return ("alpha", *phi, *self.omegas, *(("cost",) if cost else ()))


def _variants() -> dict[str, Speaker]:
    subsets = [subset for size in (1, 2) for subset in combinations(UTILITIES, size)]
    speakers = [
        Speaker("s1", 1, ()),
        Speaker("s2", 2, UTILITIES),
        *(Speaker("-".join(("s2", *subset)), 2, subset) for subset in subsets),
    ]
    return {speaker.name: speaker for speaker in speakers}


SPEAKERS = _variants()


def speaker(name: str) -> Speaker:
    """The speaker variant of that name; ValueError names the nearest one."""
    if name in SPEAKERS:
        return SPEAKERS[name]
    nearest = get_close_matches(name, SPEAKERS, n=1, cutoff=0.0)[0]
    raise ValueError(
        f"unknown speaker {name!r}: did you mean {nearest!r}? Known are {', '.join(SPEAKERS)}."
    )
