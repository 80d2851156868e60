"""The mixed model in Stan, with the covariance of the fits' posteriors as measurement error."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tactometer.analyses.mixed_effects.classical import contrast, pairs
from tactometer.analyses.mixed_effects.observations import MIDDLE, Observations
from tactometer.inference import cmdstan
from tactometer.utils.arrays import Array

PROGRAM = Path(__file__).with_name("mixed_effects.stan")
CHAINS, WARMUP, DRAWS = 4, 300, 500
DELTAS = (0.9, 0.99)  # the second where the first run is not clean
SPREAD = 0.1  # where spreads start


def bayesian(seen: Observations, cores: int = 1) -> tuple[dict[Any, Array], dict[str, Any]]:
    """Draws [chain, draw] by pair of levels and by spread; R-hat and ESS of each, and whether the
    run is clean.
    """
    groups = seen.groups
    data = _data(seen, groups)
    for seed, delta in enumerate(DELTAS, start=1):
        columns, diverging = _sampled(data, seed, delta, cores)
        beta = np.stack([columns[f"beta[{k + 1}]"] for k in range(data["K"])], axis=-1)
        draws: dict[Any, Array] = {
            pair: beta @ contrast(*pair, data["K"]) for pair in pairs(seen.count("level"))
        }
        draws |= {name: columns[f"tau[{g + 1}]"] for g, name in enumerate(groups)}
        draws["residual"] = columns["sigma"]
        told = _judged(draws, diverging)
        if told["clean"]:
            break
    return draws, told


def _data(seen: Observations, groups: dict[str, Array]) -> dict[str, Any]:
    """The program's data: estimates and design on the axes of the errors' covariance."""
    variances, axes = np.linalg.eigh(seen.errors)
    design = np.column_stack([seen.fixed, *groups.values()])
    sizes = [z.shape[1] for z in groups.values()]
    fixed = seen.fixed.shape[1]
    return {
        "N": len(seen.y),
        "K": fixed,
        "Q": design.shape[1],
        "G": len(groups),
        "group": [0] * fixed + [g for g, size in enumerate(sizes, 1) for _ in range(size)],
        "y": (axes.T @ (seen.y - MIDDLE)).tolist(),
        "error": np.sqrt(np.maximum(variances, 0)).tolist(),
        "W": (axes.T @ design).tolist(),
    }


def _sampled(
    data: dict[str, Any], seed: int, delta: float, cores: int
) -> tuple[dict[str, Array], int]:
    """Draws [chain, draw] by column of the program, and the number of divergences."""
    start = {"sigma": SPREAD, "tau": [SPREAD] * data["G"]}
    with tempfile.TemporaryDirectory(prefix="tactometer-") as folder:
        for name, content in (("data", data), ("start", start)):
            (Path(folder) / f"{name}.json").write_text(json.dumps(content))
        fit = cmdstan.compile_program(PROGRAM).sample(
            data=str(Path(folder) / "data.json"),
            inits=str(Path(folder) / "start.json"),
            chains=CHAINS,
            parallel_chains=cores,
            seed=seed,
            iter_warmup=WARMUP,
            iter_sampling=DRAWS,
            adapt_delta=delta,
            output_dir=folder,
            refresh=WARMUP + DRAWS,
            show_progress=False,
        )
        table = np.swapaxes(fit.draws(), 0, 1)
        diverging = int(fit.method_variables()["divergent__"].sum())
    return {name: table[..., i] for i, name in enumerate(fit.column_names)}, diverging


def _judged(draws: dict[Any, Array], diverging: int) -> dict[str, Any]:
    """R-hat and ESS by term, and whether they are within the limits that fits are held to."""
    from tactometer.inference.summaries import ESS_LIMIT, RHAT_LIMIT, ess, rhat

    told: dict[str, Any] = {
        "rhat": {term: rhat(x) for term, x in draws.items()},
        "ess": {term: ess(x, "bulk") for term, x in draws.items()},
        "diverging": diverging,
    }
    mixed = max(told["rhat"].values()) <= RHAT_LIMIT and min(told["ess"].values()) >= ESS_LIMIT
    told["clean"] = mixed and diverging == 0
    return told
