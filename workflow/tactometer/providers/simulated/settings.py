"""Simulated speakers: their keys in a study, and what their jobs need."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from tactometer.study.domain import Domain
from tactometer.study.fields import (
    UNSET,
    Inside,
    Maybe,
    Meta,
    Name,
    Settings,
    Share,
    about,
    written,
)
from tactometer.study.locations import Place
from tactometer.study.model_settings import AskedModel, Checkpoint
from tactometer.study.providers import Provider
from tactometer.utils.errors import UserError, nearest

VERSION = 1
"""Of the way in which simulated speakers answer: raise it with a change of their words, and they
are asked anew. A change of code that leaves the answers alone asks nothing."""

Alpha = Annotated[int, Meta(gt=0, le=20)] | Annotated[float, Meta(gt=0, le=20)]
Noise = Annotated[int, Meta(ge=0, le=0)] | Annotated[float, Meta(ge=0, le=0.9)]


class Omega(Settings):
    """The weights of the utilities of S2, which add up to 1."""

    inf: Share
    soc: Share
    pre: Share

    @property
    def total(self) -> float:
        """Their sum."""
        return self.inf + self.soc + self.pre


class SpeakerParameters(Settings):
    """Parameters of an RSA speaker that a goal changes."""

    alpha: Maybe[Alpha] = UNSET
    phi: Maybe[Inside] = UNSET
    omega: Maybe[Omega] = UNSET


Behaviour = Annotated[
    Literal["mixture", "letter"],
    about(
        "What answers in place of one speaker: a mixture of two, half of whose choices are this"
        " speaker's and half its ironic twin's, who says of a state what is meant of the opposite"
        " one; or letter, the first option whatever it says. Default: the speaker."
    ),
]


class SimulatedCheckpoint(Checkpoint, kw_only=True):
    """An RSA speaker with known parameters, or a behaviour that no speaker has."""

    alpha: Alpha
    phi: Inside
    omega: Omega
    behaviour: Maybe[Behaviour] = UNSET
    noise: Maybe[Annotated[Noise, about("Share of answers that cannot be read.")]] = UNSET
    misreads: Maybe[
        Annotated[Share, about("Share of the prompts of the comprehension check answered wrongly.")]
    ] = UNSET
    goals: Maybe[
        Annotated[dict[str, SpeakerParameters], about("Parameters that a goal changes.")]
    ] = UNSET
    factors: Maybe[
        Annotated[
            dict[str, dict[str, SpeakerParameters]],
            about("Parameters that a level of a factor of the domain changes, under all goals."),
        ]
    ] = UNSET
    literal: Maybe[
        Annotated[
            dict[str, tuple[Share, ...]],
            about("theta by utterance, one value a state; default: the domain's."),
        ]
    ] = UNSET

    def check(self, domain: Domain, place: Place, name: str) -> None:
        """Check that its weights add up and that it speaks of this domain."""
        goals = written(self.goals, {})
        for goal in goals:
            if domain.goals and goal not in domain.goals:
                known = nearest(goal, domain.goals)
                at = place("checkpoints", name, "goals", goal)
                raise UserError(f"{at}: the domain {domain.name} has no goal {goal!r}{known}.")
        weights: list[tuple[tuple[str, ...], Maybe[Omega]]] = [((), self.omega)]
        weights += [(("goals", g), told.omega) for g, told in goals.items()]
        for factor, levels in written(self.factors, {}).items():
            for level, told in levels.items():
                if level not in domain.factors.get(factor, ()):
                    at = place("checkpoints", name, "factors", factor, level)
                    raise UserError(
                        f"{at}: the study's scenes have no {factor} {level}; remove it."
                    )
                weights.append((("factors", factor, level), told.omega))
        for key, omega in weights:
            if omega is not UNSET and abs(omega.total - 1) > 1e-6:
                at = place("checkpoints", name, *key, "omega")
                raise UserError(f"{at}: inf, soc and pre must add up to 1, not {omega.total:g}.")
        for utterance, row in written(self.literal, {}).items():
            at = place("checkpoints", name, "literal", utterance)
            if utterance not in domain.utterances:
                known = nearest(utterance, domain.utterances)
                raise UserError(f"{at}: not an utterance of the domain {domain.name}{known}.")
            if len(row) != len(domain.states):
                raise UserError(f"{at}: give {len(domain.states)} numbers, one for each state.")


class SimulatedModel(AskedModel, tag="simulated", kw_only=True):
    """RSA speakers with known parameters, which answer in words."""

    checkpoints: Annotated[Mapping[Name, SimulatedCheckpoint], Meta(min_length=1)]

    def check(self, domain: Domain, place: Place) -> None:
        """Check every speaker."""
        for name, speaker in self.checkpoints.items():
            speaker.check(domain, place, name)

    def identity(self, name: str, checkpoint: str, domain: Domain, seed: int) -> dict[str, Any]:
        """The domain's literal semantics and values, the seed, and the version of the words."""
        if domain.literal is None:
            raise UserError(
                f"{domain.path} has no key literal: add the semantics that the simulated model "
                f"{name} speaks with."
            )
        return {
            "literal": dict(zip(domain.utterances, domain.literal, strict=True)),
            "values": list(domain.values),
            "seed": seed,
            "simulator": VERSION,
        }


PROVIDERS = {
    "simulated": Provider(
        "providers.simulated.provider",
        {"mem_mb": 2000, "runtime": 60},
        SimulatedModel,
        reads=False,
    )
}
