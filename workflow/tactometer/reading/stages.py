"""The stages of reading: from answers to choices, counts and semantics, with or without a judge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tactometer.study.stages import Recipe, Stage
from tactometer.utils.digests import file_digest

if TYPE_CHECKING:
    from tactometer.study.study import Study


_STUDY = {"study": "the study as it was pinned"}
_MODEL = {"model": "whose answers"}
_JOURNAL = {"journal": "the journal that holds the answers"}
_ASKED = {"requests": "the requests of the prompt set", "done": "what ask wrote at its end"}


def _judge(study: Study) -> Recipe:
    """How the judge is asked, beside who it is; nothing in a study without one."""
    if study.judge is None:
        return {}
    from tactometer.study.fields import plain

    model = study.models[study.judge[0]]
    return {"estimator": plain(model.estimator), "wire": model.wire}


def _recorded(study: Study) -> Iterator[tuple[str, Recipe]]:
    from tactometer.study.fields import plain
    from tactometer.study.space import space

    for model in study.models.values():
        if model.recorded:
            yield (
                f"count_recorded/{model.name}",
                {
                    "files": {key: file_digest(path) for key, path in model.counted.files.items()},
                    "domain": plain(space(study, model)),
                    "goals": list(model.goals),
                },
            )


PLACE = 20
STAGES = (
    Stage(
        "judge",
        "reading.judge",
        "let the judge read replies, blind",
        needs={**_STUDY, "judge": "the recipe of the checkpoint that judges", **_ASKED},
        options=_MODEL,
        beside=_JOURNAL,
        makes={"out": "what the judge said of each reply"},
        entry=("build", "estimator_of", "verdicts", "reading.choices:parse"),
        keys=_judge,
    ),
    Stage(
        "parse",
        "reading.choices",
        "read which utterance each answer chose",
        needs={**_STUDY, **_ASKED, "judged": "what the judge said, if there is one"},
        options=_MODEL,
        beside=_JOURNAL,
        makes={"out": "the choices, a row an answer"},
        several=frozenset({"judged"}),
    ),
    Stage(
        "count",
        "reading.counts",
        "add the choices of a goal up by framing, state and utterance",
        needs={**_STUDY, "choices": "the choices of the goal"},
        options=_MODEL,
        makes={"out": "the counts"},
    ),
    Stage(
        "count_semantics",
        "reading.truth_counts",
        "add the yes/no answers up by utterance and state",
        needs={**_STUDY, "choices": "the choices of the yes/no prompts"},
        options=_MODEL,
        makes={"out": "the counts of yes"},
    ),
    Stage(
        "count_recorded",
        "reading.recorded_counts",
        "bring the CSV files of a recorded model into counts and semantics",
        needs={**_STUDY, "settings": "the recipe of the model's files"},
        options=_MODEL,
        makes={"semantics": "the counts of yes", "counts": "{goal}.parquet for each goal"},
        several=frozenset({"counts"}),
        targets=_recorded,
    ),
)
