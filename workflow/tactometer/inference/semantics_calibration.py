"""Do intervals hold whichever way the meaning of the words enters? Coverage from the truth.

Speakers of two goals share words whose meanings scatter round the domain's literal ones. Their
yes/no answers are drawn from the true meanings, more or fewer of them, and their choices from the
speakers. Each is fitted with theta inferred (joint), plugged in (fixed) and cut. Held against the
intervals are the true parameters, and the difference of the goals from draws in the order of their
shared evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from tactometer.inference import cmdstan
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.calibration import PER_STATE, Domain, simulated, write
from tactometer.inference.criticism_calibration import ALPHA, SCATTER
from tactometer.inference.intervals import hdi
from tactometer.inference.misfits import S2, said
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.shared_evidence import ordered
from tactometer.inference.summaries import scalars
from tactometer.speaker_model.semantics import SEMANTICS, Semantics
from tactometer.utils.arrays import Array

YES_NO = (13, 52, 208)  # answers an utterance and state
GOALS = ("one", "other")
DRAWS = 1000
WANTED = 0.9  # of 95% intervals hold, of those that say so
COLUMNS = {
    **dict.fromkeys(["semantics", "quantity", "parameter"], pl.String),
    **dict.fromkeys(["yes_no", "seed"], pl.Int64),
    **dict.fromkeys(["truth", "mean", "sd", "low", "high", "seconds"], pl.Float64),
    "verdict": pl.String,
}

Case = tuple[int, int]


def check_one(case: Case, domain: Domain) -> list[dict[str, Any]]:
    """Simulate two goals of one checkpoint and fit them each way: rows of both and of their
    difference.
    """
    asked, seed = case
    rng = np.random.default_rng([20261201, asked, seed])
    spread = rng.normal(0, SCATTER, domain.literal.shape)
    theta = special.expit(special.logit(domain.literal) + spread)
    n = np.full(theta.shape, float(asked))
    yes = rng.binomial(asked, theta).astype(float)
    alpha = float(np.exp(rng.uniform(*np.log(ALPHA))))
    states = tuple(f"{value:g}" for value in domain.values)
    truths, behaviours = [], []
    for goal in GOALS:
        phi, omega = float(rng.uniform()), rng.dirichlet(np.ones(3))
        p = said(theta, domain, alpha=alpha, phi=phi, omega=omega)
        counts = np.array([[rng.multinomial(PER_STATE, row / row.sum()) for row in p]], float)
        truths.append(dict(zip(("alpha", "phi"), (alpha, phi), strict=True)) | _weights(omega))
        behaviours.append(
            Behaviour(counts, yes, n, domain.values, None, (goal,), states, domain.utterances)
        )
    rows = []
    for how in SEMANTICS:
        head = {"semantics": how, "yes_no": asked, "seed": seed}
        rows += [{**head, **row} for row in _fitted(behaviours, truths, how, seed)]  # type: ignore[arg-type]
    return rows


def _weights(omega: Array) -> dict[str, float]:
    return dict(zip(("omega_inf", "omega_soc", "omega_pre"), map(float, omega), strict=True))


def _fitted(
    behaviours: list[Behaviour], truths: list[dict[str, float]], how: Semantics, seed: int
) -> list[dict[str, Any]]:
    """What both fits say of each parameter, and of the difference of the goals."""
    drawn, told = [], []
    for behaviour in behaviours:
        settings = SamplingSettings(semantics=how, parallel_chains=1, seed=seed + 1)
        found = sample(behaviour, S2, settings)
        picked = ordered(found, DRAWS, ("model", str(seed)), (how, *behaviour.goals))
        known = scalars(found.draws, behaviour.goals)
        drawn.append({name: x.reshape(-1)[picked] for (name, _), x in known.items()})
        told.append(found.diagnostics)
    verdict = "suspect" if "suspect" in {one.verdict for one in told} else "ok"
    end = {"verdict": verdict, "seconds": sum(one.seconds for one in told) / len(told)}
    rows = [
        {"quantity": "parameter", "parameter": name, **_held(x, truth[name]), **end}
        for draws, truth in zip(drawn, truths, strict=True)
        for name, x in draws.items()
    ]
    first, second = truths
    return rows + [
        {"quantity": "difference", "parameter": name, **end}
        | _held(drawn[1][name] - x, second[name] - first[name])
        for name, x in drawn[0].items()
        if name != "alpha"
    ]


def _held(x: Array, truth: float) -> dict[str, float]:
    low, high = map(float, hdi(x))
    return {"truth": truth, "mean": float(x.mean()), "sd": float(x.std()), "low": low, "high": high}


def run(
    speakers: int,
    domain: Domain,
    out: Path,
    *,
    cores: int = 2,
    progress: Callable[[str], None] = cmdstan.say,
) -> bool:
    """Simulate all cases, write {out}/semantics.csv and .json; whether joint and cut hold."""
    check = partial(check_one, domain=domain)
    cases = list(product(YES_NO, range(speakers)))
    rows = simulated(check, cases, "semantics", cores, progress)
    command = f"tactometer calibrate semantics --speakers {speakers}"
    return write(rows, COLUMNS, judge, out / "semantics", command)


def judge(frame: pl.DataFrame) -> dict[str, Any]:
    """Coverage and the rms of z by semantics and number of yes/no answers; `holds` where joint and
    cut hold 90% or more.
    """
    held = (pl.col("low") <= pl.col("truth")) & (pl.col("truth") <= pl.col("high"))
    z = (pl.col("mean") - pl.col("truth")) / pl.col("sd")
    by = ["semantics", "yes_no", "quantity"]
    table = frame.group_by(by, maintain_order=True).agg(
        pl.len().alias("intervals"),
        held.mean().round(4).alias("held"),
        (z**2).mean().sqrt().round(3).alias("rms_z"),
        (pl.col("high") - pl.col("low")).mean().round(4).alias("width"),
        (pl.col("verdict") == "suspect").mean().round(3).alias("suspect"),
        pl.col("seconds").median().round(2).alias("seconds"),
    )
    claimed = table.filter(pl.col("semantics") != "fixed", quantity="parameter")
    return {"table": table.to_dicts(), "holds": bool((claimed["held"] >= WANTED).all())}
