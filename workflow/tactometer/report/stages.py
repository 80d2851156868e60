"""The stage of the report: the page that stands alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tactometer.speaker_model.variants import speakers
from tactometer.study import analyses, figures, yardstick
from tactometer.study.outline import outline
from tactometer.study.stages import Code, Recipe, Stage

if TYPE_CHECKING:
    from tactometer.study.study import Study


def _keys(study: Study) -> Recipe:
    return {**outline(study), "methods": methods_of(study)}


def methods_of(study: Study) -> dict[str, Any]:
    """What the report's methods paragraph says of the study beside the numbers in its tables."""
    fits = [model.fit for model in study.models.values()]
    return {
        "asked": bool(study.asked),
        "framings": list(study.data["framings"]),
        "goals": list(study.data["goals"]),
        "name_pairs": study.data["sample"]["name_pairs"],
        "vignettes": len(study.domain.vignettes),
        "states": f"{study.domain.states[0]} to {study.domain.states[-1]} stars",
        "utterances": len(study.domain.utterances),
        "cost_of_negation": any(known.cost for fit in fits for known in speakers(fit)),
        "yardstick": _yardstick(study),
        "how": sorted({fit["semantics"] for fit in fits}),
        "pooling": sorted({fit["pooling"] for fit in fits}),
        "heldout": study.holds_out,
        "level": study.analyses["level"],
        **{key: _range(fit[key] for fit in fits) for key in ("chains", "draws", "warmup")},
    }


def _yardstick(study: Study) -> dict[str, Any] | None:
    """Whom the models are compared with, and on what terms."""
    found = study.yardstick
    if found is None or not study.asked:
        return None
    on = yardstick.terms(study, study.asked[0])
    low, high = on["values"]
    return {"model": found.model, "goal": found.goal, "low": low, "high": high, **on}


def _range(values: Iterable[int]) -> str:
    low, *rest = sorted(set(values))
    return f"{low:,} to {rest[-1]:,}" if rest else f"{low:,}"


def _code() -> Iterator[tuple[str, Code]]:
    """The code of the page, with the words of all figures and the sentences of all analyses."""
    words = (f"{module}:TEXT" for module in figures.modules().values())
    told = (n for n, analysis in analyses.declared().items() if analysis.told)
    sentences = (f"analyses.{name}.sentences:sentences" for name in told)
    yield "write_report", Code(("report.page:run", *words, *sentences), ("report/templates/*",))


PLACE = 70
STAGES = (
    Stage(
        "write_report",
        "report.page",
        "write the page that stands alone",
        needs={"study": "the study as it was pinned"},
        beside={
            "tables": "the folder of the tables",
            "figures": "the folder of the figures",
            "out": "the page",
        },
        makes={},
        code=_code,
        keys=_keys,
    ),
)
