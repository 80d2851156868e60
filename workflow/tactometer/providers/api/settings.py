"""What the study needs to know of models behind an API."""

from tactometer.study.providers import Provider

PROVIDERS = {"api": Provider("providers.api.provider", {"mem_mb": 2000, "runtime": 480})}
