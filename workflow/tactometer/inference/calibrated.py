"""The fits that are calibrated (`tactometer calibrate`), each a Stan program with what its speaker
has beyond the plain one. Light: the rule of the graph names its files from here.
"""

from dataclasses import dataclass
from itertools import product
from typing import Literal

Semantics = Literal["joint", "fixed"]

WARMUP = {"joint": 400, "fixed": 200}
EXTRAS = ("", "cost", "lapse", "cost-lapse")


@dataclass(frozen=True)
class Program:
    """One kind of fit to calibrate: a speaker variant, whether theta is inferred (joint) or plugged
    in (fixed), and whether framings are pooled partially.
    """

    speaker: str
    semantics: Semantics
    framings: bool = False

    @property
    def warmup(self) -> int:
        """Iterations before its draws."""
        return WARMUP[self.semantics]


def _programs() -> dict[str, Program]:
    """By name: s2_fixed, s2_joint and s1, each with cost, lapse, both or none, and S2 of framings
    that are pooled partially.
    """
    levels: tuple[tuple[str, str, Semantics], ...] = (
        ("s2_fixed", "s2", "fixed"),
        ("s2_joint", "s2", "joint"),
        ("s1", "s1", "joint"),
    )
    found = {
        "_".join([name, *extras.split("-")]).rstrip("_"): Program(
            f"{level}-{extras}".rstrip("-"), semantics
        )
        for extras, (name, level, semantics) in product(EXTRAS, levels)
    }
    pooled: dict[str, Semantics] = {"framings_fixed": "fixed", "framings_joint": "joint"}
    return found | {name: Program("s2", how, framings=True) for name, how in pooled.items()}


PROGRAMS = _programs()
