"""What the study needs to know of models whose weights are loaded here."""

from tactometer.study.providers import Provider

_NEEDS = {"gpu": 1, "cpus_per_task": 4, "mem_mb": 32_000, "runtime": 240}
PROVIDERS = {
    "vllm": Provider("providers.local.vllm", _NEEDS, engine=True),
    "transformers": Provider("providers.local.transformers", _NEEDS, engine=True),
}
