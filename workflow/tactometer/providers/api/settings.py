"""What the study needs to know of models behind an API."""

from collections.abc import Mapping
from typing import Any

from tactometer.study.providers import Provider

PROVIDERS = {"api": Provider("providers.api.provider", {"mem_mb": 2000, "runtime": 480})}
TIMEOUT = 120.0
"""Seconds that a call may take where `limits` do not say."""


def timeout_of(settings: Mapping[str, Any]) -> float:
    """Seconds that a call of a model may take."""
    return float(settings.get("limits", {}).get("timeout", TIMEOUT))
