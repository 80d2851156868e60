"""What the study needs to know of simulated speakers."""

from tactometer.study.providers import Provider

PROVIDERS = {
    "simulated": Provider(
        "providers.simulated.provider", {"mem_mb": 2000, "runtime": 60}, reads=False
    )
}

VERSION = 1
"""Of the way in which simulated speakers answer: raise it with a change of their words, and they
are asked anew. A change of code that leaves the answers alone asks nothing."""
