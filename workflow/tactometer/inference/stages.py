"""The stages of inference: fit, the comparison of speaker variants, held-out prediction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tactometer.study.space import space, worth
from tactometer.study.stages import Recipe, Stage
from tactometer.utils.paths import STAN

if TYPE_CHECKING:
    from tactometer.study.model import Model
    from tactometer.study.study import Study


_SETTINGS = {"settings": "the recipe of what is fitted for the model"}


def _fits(study: Study) -> Iterator[tuple[str, Recipe]]:
    for model in study.models.values():
        kept = {key: value for key, value in model.fit.items() if key != "heldout"}
        beside = {} if model.beside is None else {"yardstick": model.beside}
        needed = programs(kept) | (programs(model.beside["fit"]) if model.beside else set())
        recipe = {"fit": kept, "domain": _domain(study, model), "stan": stan_of(needed)}
        yield f"fit/{model.name}", {**recipe, **beside, **_goals(model)}


def _domain(study: Study, model: Model) -> Recipe:
    """What inference reads of the model's domain."""
    return {**space(study, model), **worth(study, model)}


def _goals(model: Model) -> Recipe:
    return {"goals": list(model.goals)} if model.shares else {}


def _folds(study: Study) -> Iterator[tuple[str, Recipe]]:
    """What is fitted where vignettes are held out; how it is sampled stands in the code."""
    for model in study.models.values():
        if model.folds:
            keys = ("speakers", "pooling", "count_total", "design_effect", "cost", "share")
            fit = {key: model.fit[key] for key in keys}
            stan = stan_of(programs({**fit, "semantics": "fixed"}))
            yield (
                f"hold_out/{model.name}",
                {
                    **{"fit": fit, "folds": model.folds, "domain": _domain(study, model)},
                    "stan": stan,
                },
            )


def programs(fit: Mapping[str, Any]) -> set[str]:
    """The Stan programs that a fit with these settings may run, by name."""
    from tactometer.speaker_model.variants import speakers

    joint, partial = fit["semantics"] == "joint", fit["pooling"] == "partial"
    return {
        known.program(joint=joint, framings=framings)
        for known in speakers(fit)
        for framings in {False, partial}
    }


def stan_of(names: Iterable[str]) -> dict[str, str]:
    """Digests of these Stan programs and all that they include, by path."""
    from tactometer.inference import stan_sources

    found: dict[str, str] = {}
    for name in names:
        found |= stan_sources.sources(STAN / f"{name}.stan")
    return dict(sorted(found.items()))


def _cmdstan(study: Study) -> Recipe:
    from tactometer.inference import cmdstan

    place = cmdstan.find()
    return {"cmdstan": cmdstan.version(place) if place else None}


PLACE = 30
STAGES = (
    Stage(
        "fit",
        "inference.fit",
        "sample the posterior of every framing and speaker variant of some goals",
        needs={
            **_SETTINGS,
            "semantics": "the counts of yes",
            "counts": "the counts of each goal",
        },
        options={"threads": "how many chains at once (1)"},
        makes={"out": "{goal}.nc for each goal, with its summaries beside it"},
        several=frozenset({"counts", "out"}),
        optional=frozenset({"threads"}),
        keys=_cmdstan,
        targets=_fits,
    ),
    Stage(
        "compare_speakers",
        "inference.loo",
        "compare the speaker variants of a checkpoint by PSIS-LOO",
        needs={
            **_SETTINGS,
            "fits": "{goal}.nc for each goal",
            "counts": "the counts of each goal",
            "choices": "the choices of each goal; none if the behaviour is recorded",
        },
        makes={"out": "the comparison"},
        several=frozenset({"fits", "counts", "choices"}),
    ),
    Stage(
        "hold_out",
        "inference.heldout",
        "fit to all vignettes but some, and predict those, in turns",
        needs={
            **_SETTINGS,
            "choices": "the choices of all prompt sets; none if the behaviour is recorded",
            "counts": "the counts of each goal, if it is recorded",
        },
        makes={"out": "the errors of the predictions"},
        several=frozenset({"choices", "counts"}),
        keys=_cmdstan,
        targets=_folds,
    ),
)
