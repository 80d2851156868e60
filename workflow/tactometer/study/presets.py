"""Presets: what a published study did to fit its choices, as the settings `fit` of ours.

`murthy2025` is of Murthy and others (2025), "Cognitive models can reveal interpretable value
trade-offs in language models" (arXiv 2506.20666): words plugged in, 4 chains of 2,000 draws after
2,000 of warm-up, 130 answers a state, rounded, all of them independent, places of options not
corrected for, no cost of negation; framings fitted one by one and averaged. In how many folds its
held-out check went is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

if TYPE_CHECKING:
    from tactometer.study.model_settings import Fit

PRESETS: dict[str, dict[str, Any]] = {
    "murthy2025": {
        "semantics": "fixed",
        "speakers": ["s2"],
        "pooling": "none",
        "heldout": 5,
        "chains": 4,
        "warmup": 2000,
        "draws": 2000,
        "count_total": 130,
        "count_round": True,
        "design_effect": "ignore",
        "position": "ignore",
        "share": [],
        "cost": False,
    }
}


def expanded(written: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a fit with those of their preset, if they name one: keys beside it win."""
    return {**PRESETS.get(str(written.get("preset")), {}), **written}


def departures(fit: Fit) -> list[str]:
    """In what a fit departs from its preset, in phrases; nothing without one."""
    if fit.preset is UNSET:
        return []
    found = {key: getattr(fit, key) for key in PRESETS[fit.preset]}
    return phrases(found, PRESETS[fit.preset], "there")


def phrases(ours: Mapping[str, Any], theirs: Mapping[str, Any], where: str) -> list[str]:
    """The settings that differ, with what each of them is in ours, and `where` it is otherwise."""
    keys = [key for key in {**theirs, **ours} if key != "preset"]
    both = ((key, _word(ours.get(key)), _word(theirs.get(key))) for key in keys)
    return [f"{key} is {one} ({where} {other})" for key, one, other in both if one != other]


def _word(value: object) -> str:
    if value is None or value is UNSET:
        return "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
