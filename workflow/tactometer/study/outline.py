"""A study's name, goals, utterances and baseline, for figures, report and analyses."""

from typing import Any

from tactometer.study.study import Study


def outline(study: Study) -> dict[str, Any]:
    """The study's name, its goals and utterances in order, and the human baseline."""
    return {
        "study": study.name,
        "goals": list(study.goals),
        "utterances": list(study.domain.utterances),
        "baseline": list(study.baseline),
    }
