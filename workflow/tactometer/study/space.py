"""The choice space (states, utterances, seed) that the recipes of several stages pin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tactometer.study.model import Model
    from tactometer.study.study import Study


def space(study: Study, model: Model) -> dict[str, Any]:
    """States, utterances and which of them are negated, and the study's seed."""
    domain = study.domain_of(model.domain)
    return {
        "states": list(domain.states),
        "utterances": list(domain.utterances),
        "negated": list(domain.negated),
        "seed": study.data["sample"]["seed"],
    }


def worth(study: Study, model: Model) -> dict[str, Any]:
    """V(s) where the domain says what its states are worth; nothing where that is themselves."""
    domain = study.domain_of(model.domain)
    own = domain.values != domain.states
    return {"values": list(domain.values)} if own else {}
