"""Estimators of a model: whether it can be asked so, and the same prompts by several of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from tactometer.study import by_utterance
from tactometer.study.fields import UNSET
from tactometer.study.locations import Place
from tactometer.study.model import Model
from tactometer.utils.errors import UserError

if TYPE_CHECKING:
    from tactometer.study.domain import Domain


def asked_by(model: Model, place: Place) -> Iterator[Model]:
    """A model by each of its estimators: the first, the headline, under its own name, the others
    each as a model of its own whose `also` is that name.
    """
    if model.recorded or model.asked.estimators is UNSET:
        yield model
        return
    if model.asked.estimator is not UNSET:
        raise UserError(
            f"{place('estimator')}: the key estimators is there as well; remove one of the two."
        )
    names: set[str] = set()
    for index, estimator in enumerate(model.asked.estimators):
        name = f"{model.name}.{estimator.label}" if index else model.name
        if estimator.label in names:
            raise UserError(
                f"{place('estimators', index)}: {estimator.label} is there twice; remove one of "
                "them."
            )
        names.add(estimator.label)
        own = structs.replace(model.asked, estimator=estimator, estimators=UNSET)
        yield replace(model, name=name, settings=own, also=model.name if index else None)


def add(models: dict[str, Model], model: Model, place: Place) -> None:
    """Add a model by each of its estimators; UserError where its name is taken."""
    for each in asked_by(model, place):
        if each.name in models:
            raise UserError(
                f"{place('estimators')}: a model of the study is called {each.name} already; "
                "rename it."
            )
        models[each.name] = each


def check(model: Model, domain: Domain, framings: Sequence[str], place: Place) -> None:
    """Raise UserError for an estimator that this model or its domain has no way to."""
    estimator = model.estimator
    if not estimator.by_utterance:
        if estimator.score is not UNSET:
            raise UserError(
                f"{place('estimator', 'score')}: only utterance_logprob scores utterances; remove "
                "the key."
            )
        return
    if not model.renders:
        raise UserError(
            f"{place('estimator', 'kind')}: only vllm and transformers score utterances "
            f"(utterance_logprob), {model.provider} does not; take samples or label_logprob."
        )
    if not model.reads_on:
        by_utterance.need_begun(domain)
        return
    if domain.wordings:
        raise UserError(
            f"{place('prompt', 'chat')}: base models are asked in one wording; set sample.wordings "
            "to 1, or ask this model in a study of its own."
        )
    own = by_utterance.need_base(domain)
    for what, known, used in (
        ("goals", own.goals, model.goals),
        ("framings", own.framings, framings),
    ):
        for name in used:
            if name not in known:
                raise UserError(
                    f"{domain.path}, key prompts: base.{what} has no text for {name}, by which the "
                    f"base model {model.name} is asked; write it."
                )
