"""The stages of inference: fit, fits at the levels of factors, the comparison of speaker variants,
held-out prediction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tactometer.study.fit_recipe import MAIN
from tactometer.study.stages import Recipe, Stage
from tactometer.utils.paths import STAN

if TYPE_CHECKING:
    from tactometer.study.fit_recipe import Space
    from tactometer.study.model import Model
    from tactometer.study.model_settings import Fit
    from tactometer.study.study import Study


_SETTINGS = {"settings": "the recipe of what is fitted for the model"}


def _fits(study: Study) -> Iterator[tuple[str, Recipe]]:
    from tactometer.study.fields import plain

    for model in study.models.values():
        beside = {"yardstick": plain(model.beside)} if model.beside else {}
        for fitted in beside.values():
            del fitted["fit"]["heldout"]  # another stage's, as in `_fitted`
        more = (model.beside.fit,) if model.beside else ()
        headline = {**_fitted(study, model, model.fit, more), **beside}
        called = {} if model.headline == MAIN else {"name": model.headline}
        yield f"fit/{model.name}", {**headline, **called, **_goals(model, model.shares)}
        for name, fit in model.further.items():
            recipe = {**_fitted(study, model, fit), "name": name}
            yield f"fit/{model.name}/{name}", {**recipe, **_goals(model, bool(fit.share))}


def _levels(study: Study) -> Iterator[tuple[str, Recipe]]:
    """What is fitted at each level of the factors of the models' scenes."""
    for model in study.asked:
        if study.varies(model):
            recipe = _fitted(study, model, model.fit)
            recipe["fit"]["position"] = "estimate" if model.corrects_places else "ignore"
            factors = {name: list(of) for name, of in study.domain_of(model.domain).factors.items()}
            goals = _goals(model, bool(model.fit.share))
            yield f"fit_levels/{model.name}", {**recipe, "factors": factors, **goals}


def _fitted(study: Study, model: Model, fit: Fit, more: Iterable[Fit] = ()) -> Recipe:
    """What one fit is made of; `more` are fitted in the same job."""
    from tactometer.study.fields import plain

    kept = {k: v for k, v in plain(fit).items() if k not in ("heldout", "position")}
    if model.corrects(fit):
        kept["position"] = "estimate"
    stan = stan_of({name for each in (fit, *more) for name in programs(each)})
    return {"fit": kept, "domain": plain(_domain(study, model)), "stan": stan}


def _domain(study: Study, model: Model) -> Space:
    """What inference reads of the model's domain: also what its states are worth."""
    from msgspec import structs

    from tactometer.study.space import space

    domain, found = study.domain_of(model.domain), space(study, model)
    same = domain.values == domain.states
    return found if same else structs.replace(found, values=domain.values)


def _goals(model: Model, shares: bool) -> Recipe:
    return {"goals": list(model.goals)} if shares else {}


def _folds(study: Study) -> Iterator[tuple[str, Recipe]]:
    """What is fitted where vignettes are held out; how it is sampled stands in the code."""
    from tactometer.study.fields import plain

    for model in study.models.values():
        if model.folds:
            keys = ("speakers", "pooling", "count_total", "design_effect", "cost", "share")
            fit = {key: getattr(model.fit, key) for key in keys}
            fit["position"] = "estimate" if model.corrects_places else "ignore"
            stan = stan_of(programs(model.fit, joint=False))
            yield (
                f"hold_out/{model.name}",
                {
                    **{"fit": fit, "folds": model.folds, "domain": plain(_domain(study, model))},
                    "stan": stan,
                },
            )


def programs(fit: Fit, joint: bool | None = None) -> set[str]:
    """The Stan programs that a fit with these settings may run, by name.

    `joint` says how semantics enter where the settings do not.
    """
    from tactometer.speaker_model.variants import speakers

    joint = fit.semantics == "joint" if joint is None else joint
    partial = fit.pooling == "partial"
    return {
        known.program(joint=joint, framings=framings)
        for known in speakers(fit.speakers, cost=fit.cost)
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
            "orders": "the counts by order of each goal, where places are corrected for",
        },
        options={"threads": "how many chains at once (1)"},
        makes={"out": "{goal}.nc for each goal, with its summaries beside it"},
        several=frozenset({"counts", "orders", "out"}),
        optional=frozenset({"threads"}),
        keys=_cmdstan,
        targets=_fits,
    ),
    Stage(
        "fit_levels",
        "inference.factor_levels",
        "sample the posterior at each level of the factors of a domain",
        needs={
            **_SETTINGS,
            "semantics": "the counts of yes",
            "choices": "the choices of each goal",
        },
        options={"threads": "how many chains at once (1)"},
        makes={"out": "the thinned draws at each level, of each goal"},
        several=frozenset({"choices", "out"}),
        optional=frozenset({"threads"}),
        entry=("fit_levels",),
        keys=_cmdstan,
        targets=_levels,
    ),
    Stage(
        "compare_speakers",
        "inference.loo",
        "compare the speaker variants of a checkpoint by PSIS-LOO",
        needs={
            **_SETTINGS,
            "fits": "{goal}.nc for each goal",
            "counts": "the counts of each goal",
            "semantics": "the counts of yes",
            "orders": "the counts by order of each goal, where places are corrected for",
        },
        makes={"out": "the comparison"},
        several=frozenset({"fits", "counts", "orders"}),
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
