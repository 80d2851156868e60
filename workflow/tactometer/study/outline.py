"""A study's name, goals, utterances, who was recorded and the yardstick: what is told of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

if TYPE_CHECKING:
    from tactometer.study.study import Study


class Outline(TypedDict):
    """What figures, report and analyses pin of a study."""

    study: str
    goals: list[str]
    utterances: list[str]
    baseline: list[str]
    yardstick: dict[str, Any] | None
    further: NotRequired[list[str]]


def outline(study: Study) -> Outline:
    """The study's name, its goals and utterances in order, who was recorded, the yardstick."""
    told: Outline = {
        "study": study.name,
        "goals": list(study.goals),
        "utterances": list(study.domain.utterances),
        "baseline": list(study.baseline),
        "yardstick": asdict(study.yardstick) if study.yardstick else None,
    }
    if study.further:
        told["further"] = list(study.further)
    return told
