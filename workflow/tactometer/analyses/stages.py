"""The stage of the analyses: from posteriors and answers to findings, a table each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tactometer.study.analyses import declared, settings
from tactometer.study.outline import outline
from tactometer.study.stages import Code, Recipe, Stage
from tactometer.utils.digests import file_digest
from tactometer.utils.paths import locate

if TYPE_CHECKING:
    from tactometer.study.study import Study


def _each(study: Study) -> Iterator[tuple[str, Recipe]]:
    worth = {"worth": study.domain.values, "negated": study.domain.negated}
    for name, analysis in declared().items():
        space = worth if analysis.space else {}
        yield f"analyse/{name}", {**outline(study), **_read(study), **_files(study, name), **space}


def _files(study: Study, name: str) -> Recipe:
    """Digests of the files that an analysis is given by its settings."""
    own = [
        study.analyses.of(kind)
        for kind in settings().values()
        if kind.__module__.split(".")[-2] == name
    ]
    files = {path: file_digest(locate(path)) for each in own for path in getattr(each, "files", ())}
    return {"files": files} if files else {}


def _read(study: Study) -> Recipe:
    """What the analyses read of the study beside their tables."""
    from tactometer.study.fields import plain

    also = {"also": study.headlines} if study.headlines else {}
    varied = {"factors": {k: list(v) for k, v in study.factors.items()}} if study.factors else {}
    return {"settings": plain(study.analyses), **also, **varied}


def _code() -> Iterator[tuple[str, Code]]:
    """The code of each analysis: its own, and that of the evidence which it is handed."""
    for name, analysis in declared().items():
        entry = (f"analyses.{name}.computation:analyse", f"analyses.{name}.computation:SCHEMA")
        files = tuple(f"analyses/{name}/{file}" for file in analysis.files)
        yield f"analyse/{name}", Code((*entry, "analyses.analyse:run"), files)


PLACE = 50
STAGES = (
    Stage(
        "analyse",
        "analyses.analyse",
        "make the table of one analysis",
        needs={"study": "the study as it was pinned"},
        options={"analysis": "which one"},
        beside={"tables": "the folder of the tables", "condensed": "what `condense` made"},
        makes={},
        code=_code,
        targets=_each,
    ),
)
