"""A study's name, goals, utterances and baseline, for figures, report and analyses."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from tactometer.study.study import Study


class Outline(TypedDict):
    """What figures, report and analyses pin of a study."""

    study: str
    goals: list[str]
    utterances: list[str]
    baseline: list[str]


def outline(study: Study) -> Outline:
    """The study's name, its goals and utterances in order, and the human baseline."""
    return {
        "study": study.name,
        "goals": list(study.goals),
        "utterances": list(study.domain.utterances),
        "baseline": list(study.baseline),
    }
