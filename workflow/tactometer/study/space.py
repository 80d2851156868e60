"""The choice space (states, utterances, seed) that the recipes of several stages pin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tactometer.study.fit_recipe import Space

if TYPE_CHECKING:
    from tactometer.study.model import Model
    from tactometer.study.study import Study


def space(study: Study, model: Model) -> Space:
    """States, utterances and which of them are negated, and the study's seed."""
    domain = study.domain_of(model.domain)
    seed = study.settings.sample.seed
    return Space(domain.states, domain.utterances, domain.negated, seed)
