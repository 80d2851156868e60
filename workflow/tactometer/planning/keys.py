"""The keys of APIs that a study needs, by the names of their environment variables alone."""

import os
from collections.abc import Iterable

from tactometer.providers.api.settings import ApiModel
from tactometer.study.model import Model

USUAL = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "mistral": "MISTRAL_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "groq": "GROQ_API_KEY",
    "xai": "XAI_API_KEY",
}
"""Where LiteLLM looks for a provider's key unless a model names another variable."""
TOO = {"GEMINI_API_KEY": "GOOGLE_API_KEY"}
"""A second variable that it looks at."""


def wanted(models: Iterable[Model]) -> dict[str, list[str]]:
    """The variables that models of the provider `api` need, each with the models' names."""
    found: dict[str, list[str]] = {}
    for model in models:
        if not isinstance(model.settings, ApiModel):
            continue
        usual = USUAL.get(model.settings.source.split("/")[0])
        name = model.settings.api_key_env or (None if model.settings.api_base else usual)
        if name:
            found.setdefault(name, []).append(model.name)
    return found


def lacking(models: Iterable[Model]) -> list[str]:
    """A sentence for each variable that is needed and not set here."""
    return [
        f"{name} is not set here, and {' and '.join(who)} cannot be asked without it: "
        f"export {name}=... before the run."
        for name, who in wanted(models).items()
        if not is_set(name)
    ]


def is_set(name: str) -> bool:
    """Whether a key is in the environment under its name, or under the second that is looked at."""
    return any(os.environ.get(each, "").strip() for each in (name, TOO.get(name, name)))
