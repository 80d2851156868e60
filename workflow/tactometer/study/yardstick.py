"""The yardstick: whom a study's models are compared with, and the terms on which that is fair.

Parameters of two fits compare where both have the same speaker variant, cost, sharing, semantics
and range of values: people's hearts and models' stars, put on ranges of their own, differ in phi
though nobody speaks differently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from msgspec import UNSET, structs

from tactometer.speaker_model.semantics import Semantics
from tactometer.study.fit_recipe import Beside
from tactometer.utils.errors import UserError, nearest

if TYPE_CHECKING:
    from tactometer.study import yaml_lines
    from tactometer.study.model import Model
    from tactometer.study.study import Study

BESIDE = "yardstick"
"""The name of the fit of the yardstick under the terms of the models."""


@dataclass(frozen=True)
class Yardstick:
    """The model and goal that others are held against; `fit` is the name of its fit that compares,
    `comparable` the models that were fitted on its terms, `apart` why each other one is not.
    """

    model: str
    goal: str
    fit: str
    comparable: tuple[str, ...]
    apart: Mapping[str, str]


class Terms(TypedDict):
    """On what a fit stands that has to be alike before parameters compare."""

    speaker: str
    cost: bool
    semantics: Semantics
    share: list[str]
    values: list[float]


def terms(study: Study, model: Model) -> Terms:
    """What two fits must have in common so that their parameters compare."""
    names = model.fit.speakers
    values = study.domain_of(model.domain).values
    return {
        "speaker": "s2" if "s2" in names else min(names),
        "cost": model.fit.cost,
        "semantics": model.fit.semantics,
        "share": sorted(model.fit.share),
        "values": [min(values), max(values)],
    }


def check(study: Study, lines: yaml_lines.Lines) -> None:
    """A yardstick is a model of the study at its only checkpoint, and one of its goals."""
    from tactometer.study import yaml_lines

    wanted = study.settings.yardstick
    if wanted is UNSET:
        return
    name, goal = wanted.model, wanted.goal
    if name not in study.models:
        place = yaml_lines.where(study.source, lines, ("yardstick", "model"))
        known = nearest(name, list(study.models))
        raise UserError(f"{place}: {name!r} is no model of the study{known}.")
    model = study.models[name]
    if len(model.checkpoints) > 1:
        place = yaml_lines.where(study.source, lines, ("yardstick", "model"))
        raise UserError(
            f"{place}: {name} has {len(model.checkpoints)} checkpoints, and a yardstick has one; "
            "give the one that is meant a model of its own."
        )
    if goal not in model.goals:
        place = yaml_lines.where(study.source, lines, ("yardstick", "goal"))
        raise UserError(f"{place}: {name} has no goal {goal!r}{nearest(goal, model.goals)}.")


def beside(study: Study) -> Beside | None:
    """How a recorded yardstick is fitted once more, on the terms of the models that are asked.
    None where nothing needs it.
    """
    wanted = study.settings.yardstick
    if wanted is UNSET or not study.asked or not study.models[wanted.model].recorded:
        return None
    model = study.models[wanted.model]
    on = terms(study, study.asked[0])
    fit = structs.replace(
        model.fit,
        cost=on["cost"],
        semantics=on["semantics"],
        speakers=(on["speaker"],),
        share=tuple(on["share"]),
        pooling="none",
        heldout=None,
    )
    values = study.domain_of(model.domain).values
    return Beside(fit, _stretched(values, *on["values"]))


def of(study: Study) -> Yardstick | None:
    """The yardstick of a study; None where it names none."""
    wanted = study.settings.yardstick
    if wanted is UNSET:
        return None
    own = study.models[wanted.model]
    others = [model for model in study.asked if model.name != own.name]
    reference = terms(study, study.asked[0] if own.recorded and study.asked else own)
    apart = {model.name: why for model in others if (why := _apart(terms(study, model), reference))}
    fit = BESIDE if own.beside else own.headline
    alike = tuple(model.name for model in others if model.name not in apart)
    return Yardstick(own.name, wanted.goal, fit, alike, apart)


def _apart(mine: Terms, theirs: Terms) -> str:
    """In what two fits differ, in words; empty where their parameters compare."""
    both = ((key, value, theirs.get(key)) for key, value in mine.items())
    return ", ".join(f"{k} is {_word(a)}, not {_word(b)}" for k, a, b in both if a != b)


def _word(value: object) -> str:
    if isinstance(value, list):
        return (
            " to ".join(f"{x:g}" for x in value)
            if value and isinstance(value[0], int | float)
            else str(value)
        )
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stretched(values: Sequence[float], low: float, high: float) -> tuple[float, ...]:
    """Values of states on the range from `low` to `high`: both scales name their ends alike."""
    span = values[-1] - values[0]
    return tuple(low + (high - low) * (value - values[0]) / span for value in values)
