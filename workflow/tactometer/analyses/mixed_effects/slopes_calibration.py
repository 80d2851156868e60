"""Do intervals of mixed models hold where effects vary by family? Coverage from the truth.

Families are drawn, each at three efforts in three framings: an intercept of its own, and an effect
of each effort that varies about the mean effect by the slopes' sd (of a difference of two efforts).
Posterior means lie round the fit's truth by their errors, which the fits of a family share in part,
as fits do that were asked with the same vignettes. What is held against the intervals is the mean
effect of all families that there could be.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.mixed_effects.bayesian import bayesian
from tactometer.analyses.mixed_effects.classical import classical
from tactometer.analyses.mixed_effects.observations import Observations
from tactometer.inference import cmdstan
from tactometer.inference.calibration import simulated, write
from tactometer.inference.intervals import hdi

FAMILIES = (3, 6, 12)
SLOPES = (0.0, 0.03, 0.1, 0.2)
EFFORTS, FRAMINGS = ("none", "low", "medium"), ("first", "second", "third")
EFFECTS = (0.0, 0.1, 0.2)
FAMILY, FRAMING, REST, ERROR, SHARED = 0.15, 0.03, 0.01, 0.04, 0.5
WANTED = 0.9  # of 95% intervals hold
COLUMNS = {
    "families": pl.Int64,
    "slope": pl.Float64,
    "seed": pl.Int64,
    **dict.fromkeys(["model", "pair"], pl.String),
    **dict.fromkeys(["truth", "mean", "low", "high"], pl.Float64),
}
Case = tuple[int, float, int]


def cases(repeats: int) -> list[Case]:
    """So many studies for each number of families and size of slopes."""
    return [(f, s, seed) for seed, f, s in product(range(repeats), FAMILIES, SLOPES)]


def observed(case: Case) -> Observations:
    """What a simulated study saw: posterior means and their errors' covariance."""
    families, slope, seed = case
    rng = np.random.default_rng([20261129, families, round(1000 * slope), seed])
    shape = (families, len(EFFORTS), len(FRAMINGS))
    own = rng.normal(0, FAMILY, (families, 1, 1))
    slopes = rng.normal(0, slope / 2**0.5, (*shape[:2], 1))
    framing = rng.normal(0, FRAMING, (1, 1, len(FRAMINGS)))
    truth = 0.5 + own + np.array(EFFECTS)[:, None] + slopes + framing
    truth = truth + rng.normal(0, REST, shape)
    each = shape[1] * shape[2]
    block = ERROR**2 * (SHARED * np.ones((each, each)) + (1 - SHARED) * np.eye(each))
    errors = np.asarray(np.kron(np.eye(families), block), dtype=float)
    y = truth.reshape(-1) + np.linalg.cholesky(errors) @ rng.normal(size=truth.size)
    family, level, place = (x.reshape(-1) for x in np.indices(shape))
    names = {
        "level": list(EFFORTS),
        "family": [str(f) for f in range(families)],
        "framing": list(FRAMINGS),
    }
    return Observations(y, errors, {"level": level, "family": family, "framing": place}, names)


def check_one(case: Case) -> list[dict[str, Any]]:
    """Simulate a study and fit it both ways: a row for each model and pair of efforts."""
    families, slope, seed = case
    seen = observed(case)
    by_reml, _ = classical(seen)
    draws, _ = bayesian(seen)
    rows = []
    for pair, x in draws.items():
        if not isinstance(pair, tuple):
            continue
        truth = EFFECTS[pair[1]] - EFFECTS[pair[0]]
        head: dict[str, Any] = {"families": families, "slope": slope, "seed": seed, "truth": truth}
        head["pair"] = f"{EFFORTS[pair[1]]} - {EFFORTS[pair[0]]}"
        low, high = hdi(x.reshape(-1))
        told = {"mean": float(x.mean()), "low": float(low), "high": float(high)}
        rows.append({**head, "model": "bayes", **told})
        own = by_reml[pair]
        told = {
            "mean": own["classical"],
            "low": own["classical_low"],
            "high": own["classical_high"],
        }
        rows.append({**head, "model": "classical", **told})
    return rows


def run(
    repeats: int, out: Path, *, cores: int = 2, progress: Callable[[str], None] = cmdstan.say
) -> bool:
    """Simulate all cases, write {out}/mixed.csv and .json; whether the promises hold."""
    rows = simulated(check_one, cases(repeats), "mixed models", cores, progress)
    command = f"tactometer calibrate mixed --speakers {repeats}"
    return write(rows, COLUMNS, judge, out / "mixed", command)


def judge(frame: pl.DataFrame) -> dict[str, Any]:
    """Coverage and width by model, families and slopes; `holds` where no case holds less than 90%
    of its truths.
    """
    held = (pl.col("low") <= pl.col("truth")) & (pl.col("truth") <= pl.col("high"))
    table = frame.group_by("model", "families", "slope", maintain_order=True).agg(
        pl.len().alias("intervals"),
        held.mean().round(3).alias("held"),
        (pl.col("high") - pl.col("low")).mean().round(3).alias("width"),
        ((pl.col("mean") - pl.col("truth")) ** 2).mean().sqrt().round(3).alias("rms_error"),
    )
    table = table.sort("model", "families", "slope")
    least = float(table["held"].min())  # type: ignore[arg-type]
    return {
        "table": table.to_dicts(),
        "wanted": WANTED,
        "least_held": least,
        "holds": least >= WANTED,
    }
