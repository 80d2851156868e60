"""The stage of the report: the page that stands alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NotRequired, TypedDict

from tactometer.speaker_model.variants import speakers
from tactometer.study import analyses, figures
from tactometer.study.outline import outline
from tactometer.study.stages import Code, Recipe, Stage

if TYPE_CHECKING:
    from tactometer.study.study import Study
    from tactometer.study.yardstick import Terms


def _keys(study: Study) -> Recipe:
    return {**outline(study), "methods": methods_of(study), "worlds": worlds_of(study)}


class World(TypedDict):
    """What a model's explorer needs of its domain: states with their values and unit, words."""

    states: list[int]
    values: list[float]
    unit: list[str]
    utterances: list[str]
    negated: list[bool]


def worlds_of(study: Study) -> dict[str, World]:
    """The world of each model."""
    found: dict[str, World] = {}
    for name, model in study.models.items():
        domain = study.domain_of(model.domain)
        found[name] = {
            "states": list(domain.states),
            "values": [float(v) for v in domain.values],
            "unit": list(domain.scale),
            "utterances": list(domain.utterances),
            "negated": list(domain.negated),
        }
    return found


class Compared(TypedDict):
    """Whom models are compared with, and what their fits have in common."""

    model: str
    goal: str
    terms: Terms


class Preset(TypedDict):
    """A published study that fits follow, and in what they depart from it."""

    name: str
    departures: list[str]


class Further(TypedDict):
    """A fit of the same choices that stands beside the headline, and in what it differs; whether
    some choices are recorded, and keep what their domain says of a fit.
    """

    name: str
    headline: str
    preset: str | None
    differs: list[str]
    recorded: bool


class Methods(TypedDict):
    """What the report's methods paragraph says of a study beside the numbers in its tables."""

    asked: bool
    framings: list[str]
    goals: list[str]
    name_pairs: int
    vignettes: int
    states: str
    utterances: int
    cost_of_negation: bool
    yardstick: Compared | None
    how: list[str]
    pooling: list[str]
    heldout: bool
    level: float
    chains: str
    draws: str
    warmup: str
    preset: Preset | None
    further: NotRequired[list[Further]]
    factors: NotRequired[dict[str, list[str]]]
    trained: NotRequired[dict[str, str]]


def methods_of(study: Study) -> Methods:
    """What the report's methods paragraph says of the study beside the numbers in its tables."""
    fits = [model.fit for model in study.models.values()]
    told: Methods = {
        "asked": bool(study.asked),
        "framings": list(study.settings.framings),
        "goals": list(study.settings.goals),
        "name_pairs": study.settings.sample.name_pairs,
        "vignettes": len(study.domain.vignettes),
        "states": f"{study.domain.states[0]} to {study.domain.states[-1]} {study.domain.scale[1]}",
        "utterances": len(study.domain.utterances),
        "cost_of_negation": any(
            known.cost for fit in fits for known in speakers(fit.speakers, cost=fit.cost)
        ),
        "yardstick": _yardstick(study),
        "how": sorted({fit.semantics for fit in fits}),
        "pooling": sorted({fit.pooling for fit in fits}),
        "heldout": study.holds_out,
        "level": study.analyses.level,
        "chains": _range(fit.chains for fit in fits),
        "draws": _range(fit.draws for fit in fits),
        "warmup": _range(fit.warmup for fit in fits),
        "preset": _preset(study),
    }
    if study.further:
        told["further"] = list(_further(study))
    if study.factors:
        told["factors"] = {name: list(levels) for name, levels in study.factors.items()}
    trained = {model.name: model.asked.training_told for model in study.asked}
    if any(trained.values()):
        told["trained"] = {name: how for name, how in trained.items() if how}
    return told


def _further(study: Study) -> Iterator[Further]:
    """The fits beside the headline, of the first model that is asked, or else that is recorded."""
    from tactometer.study.fields import UNSET
    from tactometer.study.named_fits import differences

    model = (*study.asked, *study.models.values())[0]
    for name, fit in model.further.items():
        preset = None if fit.preset is UNSET else str(fit.preset)
        yield {
            "name": name,
            "headline": model.headline,
            "preset": preset,
            "differs": differences(fit, model.fit),
            "recorded": not model.recorded and bool(study.baseline),
        }


def _preset(study: Study) -> Preset | None:
    """The published study whose settings the fits of models have, and in what they depart."""
    from tactometer.study.fields import UNSET
    from tactometer.study.presets import departures

    fits = [model.fit for model in study.asked if model.fit.preset is not UNSET]
    if not fits:
        return None
    found = dict.fromkeys(phrase for fit in fits for phrase in departures(fit))
    return {"name": str(fits[0].preset), "departures": list(found)}


def _yardstick(study: Study) -> Compared | None:
    """Whom the models are compared with, and on what terms."""
    from tactometer.study.yardstick import terms

    found = study.yardstick
    if found is None or not study.asked:
        return None
    return {"model": found.model, "goal": found.goal, "terms": terms(study, study.asked[0])}


def _range(values: Iterable[int]) -> str:
    low, *rest = sorted(set(values))
    return f"{low:,} to {rest[-1]:,}" if rest else f"{low:,}"


def _code() -> Iterator[tuple[str, Code]]:
    """The code of the page, with the words of all figures and the sentences of all analyses."""
    words = (f"{module}:TEXT" for module in figures.modules().values())
    told = (n for n, analysis in analyses.declared().items() if analysis.told)
    sentences = (f"analyses.{name}.sentences:sentences" for name in told)
    first = (n for n, analysis in analyses.declared().items() if analysis.headline)
    openers = (f"analyses.{name}.sentences:headline" for name in first)
    entry = ("report.page:run", *words, *sentences, *openers)
    yield "write_report", Code(entry, ("report/templates/*",))


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
