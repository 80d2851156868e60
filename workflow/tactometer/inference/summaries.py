"""Posterior summaries of parameters, and the convergence checks that give a fit its verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tactometer.inference.convergence import ess as ess
from tactometer.inference.convergence import rhat as rhat
from tactometer.inference.intervals import hdi
from tactometer.speaker_model.variants import UTILITIES, SpeakerModel
from tactometer.utils.arrays import Array

Verdict = Literal["ok", "refit", "suspect"]

RHAT_LIMIT = 1.01
ESS_LIMIT = 400.0  # of 4 x 1000 draws; in proportion for fewer
NO_WORD = 0.1  # a contraction that a prior's own draws reach
SPREAD = 1.0  # scale of the half-normal prior of how far framings lie from their mean


@dataclass(frozen=True)
class Diagnostics:
    """The diagnostics of one fit; rhat and ess are the worst over the natural parameters.

    `stuck` are chains whose log posterior stays below the others': they are a fault of sampling,
    not modes. A minority of them in the last run is left out of the draws, and of the other fields.
    `modes` is how many humps the posterior has. `seconds` is the wall time of all runs, `runs`
    their number (2 or 3 after a refit); `notes` are for a reader.
    """

    divergences: int
    treedepth_hits: int
    rhat: float
    ess_bulk: float
    ess_tail: float
    stuck: tuple[int, ...]
    modes: int
    runs: int
    seconds: float
    verdict: Verdict
    notes: tuple[str, ...]


def scalars(
    draws: Mapping[str, Array], goals: tuple[str, ...]
) -> dict[tuple[str, str | None], Array]:
    """Draws of each scalar parameter: (name, goal or None) -> [chain, draw]; omega as omega_inf,
    ...
    """
    found: dict[tuple[str, str | None], Array] = {("alpha", None): draws["alpha"]}
    for g, goal in enumerate(goals):
        if "phi" in draws:
            found["phi", goal] = draws["phi"][..., g]
        if "omega" in draws:
            for k, utility in enumerate(UTILITIES):
                found[f"omega_{utility}", goal] = draws["omega"][..., g, k]
    found |= {(name, None): draws[name] for name in ("cost", "lapse", "spread") if name in draws}
    return {name: x for name, x in found.items() if np.any(x != 0)}


def diagnose(
    parameters: Mapping[Any, Array], stats: Mapping[str, Array], max_treedepth: int
) -> dict[str, Any]:
    """MCMC diagnostics of a run: divergences, treedepth hits, the worst R-hat and effective sample
    size.
    """
    moving = [x for x in parameters.values() if np.ptp(x) > 0]
    return {
        "divergences": int(stats["diverging"].sum()),
        "treedepth_hits": int((stats["tree_depth"] >= max_treedepth).sum()),
        "rhat": max((rhat(x) for x in moving), default=float("nan")),
        "ess_bulk": min((ess(x, "bulk") for x in moving), default=float("nan")),
        "ess_tail": min((ess(x, "tail") for x in moving), default=float("nan")),
    }


def is_clean(found: Mapping[str, Any], draws: int) -> bool:
    """Whether a run passes all diagnostics, given its number of draws; nan does not."""
    straight = found["divergences"] == 0 and found["treedepth_hits"] == 0
    return bool(straight and mixes(found, draws))


def mixes(found: Mapping[str, Any], draws: int) -> bool:
    """Whether R-hat and effective sample size are within their limits."""
    enough = ESS_LIMIT * min(1.0, draws / 4000)
    least = min(found["ess_bulk"], found["ess_tail"])
    return bool(found["rhat"] <= RHAT_LIMIT and least >= enough)


def stuck_chains(lp: Array) -> tuple[int, ...]:
    """Chains whose highest log posterior [chain, draw] is below all but 1% of the best chain's."""
    best = int(np.argmax(np.median(lp, axis=1)))
    floor = np.quantile(lp[best], 0.01)
    return tuple(c for c in range(len(lp)) if lp[c].max() < floor)


def summarise(name: str, x: Array, speaker: SpeakerModel) -> dict[str, float]:
    """The summary of one natural parameter from its draws [chain, draw]: the columns of
    `tables/estimates`.

    The mode is the peak of a kernel density that is reflected at the prior's bounds: half-sample
    modes jump by half an sd at 4,000 draws, and a plain kernel pulls a mode at a bound inside. A
    constant has no rhat, ess or contraction (nan).
    """
    low, high = (0.0, 4 * SPREAD) if name == "spread" else speaker.prior(name).bounds
    hdi_low, hdi_high = hdi(x.ravel())
    fixed = np.ptp(x) == 0
    nan = float("nan")
    grid, density = kde(x, low, high)
    return {
        "mean": float(x.mean()),
        "sd": float(x.std(ddof=1)),
        "median": float(np.median(x)),
        "mode": float(x.flat[0] if fixed else grid[np.argmax(density)]),
        "hdi_low": float(hdi_low),
        "hdi_high": float(hdi_high),
        "ess_bulk": nan if fixed else ess(x, "bulk"),
        "ess_tail": nan if fixed else ess(x, "tail"),
        "rhat": nan if fixed else rhat(x),
        "contraction": nan if fixed else contraction(name, x, speaker),
    }


def uninformed(
    parameters: Mapping[tuple[str, str | None], Array], speaker: SpeakerModel
) -> list[str]:
    """Parameters that the data do not inform: their posterior is as wide as the prior."""
    moving = {key: x for key, x in parameters.items() if np.ptp(x) > 0}
    told = {key[0] for key, x in moving.items() if contraction(key[0], x, speaker) > NO_WORD}
    return list(dict.fromkeys(name for name, _ in moving if name not in told))


def contraction(name: str, x: Array, speaker: SpeakerModel) -> float:
    """Posterior contraction, 1 - posterior variance / prior variance: near 0, the answers did not
    move the parameter.
    """
    return 1 - float(x.var()) / prior_variance(name, speaker)


def prior_variance(name: str, speaker: SpeakerModel) -> float:
    """The prior variance of a natural parameter; a spread's is that of a half-normal."""
    return SPREAD**2 * (1 - 2 / np.pi) if name == "spread" else speaker.prior(name).variance


def kde(x: Array, low: float, high: float, bins: int = 512) -> tuple[Array, Array]:
    """Kernel density on a grid over (low, high), reflected at both ends; Silverman's bandwidth."""
    width = (high - low) / bins
    if width <= 0:
        return np.array([low]), np.ones(1)
    spread = min(float(x.std()), float(np.subtract(*np.quantile(x, [0.75, 0.25]))) / 1.34) or float(
        x.std()
    )
    bandwidth = max(0.9 * spread * x.size**-0.2, width)
    density, _ = np.histogram(x, bins, (low, high))
    reach = min(bins, int(np.ceil(4 * bandwidth / width)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * width / bandwidth) ** 2)
    smooth = np.convolve(np.pad(density, reach, mode="symmetric"), kernel, mode="valid")
    grid: Array = np.asarray(low + width * (np.arange(bins) + 0.5), dtype=np.float64)
    return grid, np.asarray(smooth / (smooth.sum() * width), dtype=np.float64)
