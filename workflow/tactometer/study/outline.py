"""A study's name, goals, utterances and baseline, for figures, report and analyses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tactometer.study.study import Study


def outline(study: Study) -> dict[str, Any]:
    """The study's name, its goals and utterances in order, and the human baseline."""
    return {
        "study": study.name,
        "goals": list(study.goals),
        "utterances": list(study.domain.utterances),
        "baseline": list(study.baseline),
    }
