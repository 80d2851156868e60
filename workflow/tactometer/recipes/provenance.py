"""Versions of the software that made a report."""

import importlib.metadata
import platform

from tactometer.inference import cmdstan


def versions() -> dict[str, str]:
    """The versions of everything that the numbers depend on, by name."""
    tools = ("tactometer", "snakemake", "cmdstanpy", "arviz", "polars", "plotnine")
    found = {tool: importlib.metadata.version(tool) for tool in tools}
    place = cmdstan.find()
    found["CmdStan"] = cmdstan.version(place) if place else "not found"
    found["Python"] = platform.python_version()
    return found
