"""The stages of tables: gathered for a model, put together over models, condensed and described."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tactometer.study.labels import LABEL_COLUMNS
from tactometer.study.stages import Recipe, Stage
from tactometer.utils.digests import file_digest

if TYPE_CHECKING:
    from tactometer.study.study import Study


_STUDY = {"study": "the study as it was pinned"}


def _labels(study: Study) -> Recipe:
    """What the tables say of each checkpoint beside its fits."""
    from tactometer.study.fields import plain

    described: dict[str, Any] = {}
    for model in study.models.values():
        for name, settings in model.checkpoints.items():
            labels = {k: v for k, v in model.labels(name).items() if k in LABEL_COLUMNS}
            truth = plain(settings) if model.provider == "simulated" else None
            described[f"{model.name}/{name}"] = {"labels": labels, "truth": truth}
    published = {
        path: file_digest(Path(path))
        for model in study.models.values()
        if model.recorded
        for path in model.counted.published
    }
    return {"study": study.name, "checkpoints": described, "published": published}


PLACE = 40
STAGES = (
    Stage(
        "gather",
        "tables.gather",
        "gather the tables of one model from its fits, counts and choices",
        needs=_STUDY,
        options={"model": "whose tables"},
        beside={"results": "results/{study}, whose files are the inputs of the rule"},
        makes={},
        keys=_labels,
    ),
    Stage(
        "tabulate",
        "tables.tabulate",
        "put the tables of all models together",
        needs=_STUDY,
        options={"tables": "their names"},
        beside={"out": "the folder of the tables, those of each model below it"},
        makes={},
        several=frozenset({"tables"}),
    ),
    Stage(
        "describe",
        "tables.dictionary",
        "say what every column of every table means, and what each file of the study is",
        needs={"tables": "the tables, as Parquet"},
        makes={
            "out": "the dictionary; as CSV and as schema.json beside it",
            "guide": "README.txt in results/{study}",
        },
        several=frozenset({"tables"}),
        files=("tables/dictionary.yaml", "tables/fields.yaml", "analyses/*/columns.yaml"),
    ),
    Stage(
        "condense",
        "tables.condense",
        "gather the thinned draws and the answers of one model",
        needs=_STUDY,
        options={"model": "whose draws"},
        beside={"results": "results/{study}", "out": "the folder to write to"},
        makes={},
    ),
)
