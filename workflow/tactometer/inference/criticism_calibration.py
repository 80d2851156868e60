"""How often criticism is wrong: false alarms on true speakers, power against misfits by size.

True speakers have alpha between 1 and 12, evenly in its log, phi and weights from their priors, and
words whose meanings scatter round the domain's literal ones. Their yes/no answers are drawn from
the true meanings, never from what was plugged in.
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

from tactometer.inference import cmdstan, described
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.calibration import PER_CELL, Domain, simulated, write
from tactometer.inference.criticism import criticise
from tactometer.inference.misfits import MISFITS, S2, SIZES, said
from tactometer.inference.predictive import predictive
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.speaker_model.semantics import Semantics

TRUE = "true speaker"
ALPHA = (1.0, 12.0)
SCATTER = 0.7  # of the logit of a meaning, from one speaker to the next
PER_STATE = (65, 130, 390)
MISFIT_PER_STATE = 130
HOW: tuple[Semantics, ...] = ("joint", "fixed")
MOST = 0.05  # of true speakers may be called less than described
COLUMNS = {
    "kind": pl.String,
    "size": pl.Float64,
    "per_state": pl.Int64,
    "semantics": pl.String,
    "seed": pl.Int64,
    **dict.fromkeys(["alpha", "apart"], pl.Float64),
    "verdict": pl.String,
    **described.COLUMNS,
}

Case = tuple[str, float, int, Semantics, int]


def cases(speakers: int, misfits: int) -> list[Case]:
    """What is simulated: so many true speakers for each number of answers, so many of a misfit.

    Misfits are fitted with fixed semantics: whether they are noticed is asked of speaker and words
    together whatever the semantics, and joint fits of what is no speaker take minutes each.
    """
    true: list[Case] = [
        (TRUE, 0.0, n, how, seed) for n, how, seed in product(PER_STATE, HOW, range(speakers))
    ]
    return true + [
        (kind, size, MISFIT_PER_STATE, "fixed", seed)
        for kind, size, seed in product(MISFITS, SIZES, range(misfits))
    ]


def behave(case: Case, domain: Domain) -> tuple[Behaviour, float, float]:
    """The behaviour of a case, the alpha behind it, and how far it lies from its speaker (total
    variation, the mean over states).
    """
    kind, size, n, _, seed = case
    rng = np.random.default_rng(
        [20261129, [TRUE, *MISFITS].index(kind), round(100 * size), n, seed]
    )
    theta = special.expit(
        special.logit(domain.literal) + rng.normal(0, SCATTER, domain.literal.shape)
    )
    alpha = float(np.exp(rng.uniform(*np.log(ALPHA))))
    p = said(theta, domain, alpha=alpha, phi=rng.uniform(), omega=rng.dirichlet(np.ones(3)))
    other = p if kind == TRUE else MISFITS[kind](p, size, theta=theta, domain=domain, rng=rng)
    counts = np.array([[rng.multinomial(n, row / row.sum()) for row in other]], float)
    asked = np.full(theta.shape, float(PER_CELL))
    yes = rng.binomial(PER_CELL, theta).astype(float)
    names = tuple(f"{value:g}" for value in domain.values)
    behaviour = Behaviour(counts, yes, asked, domain.values, None, ("g",), names, domain.utterances)
    return behaviour, alpha, float(np.abs(other - p).sum(axis=1).mean() / 2)


def check_one(case: Case, domain: Domain) -> list[dict[str, Any]]:
    """Simulate, fit and criticise once: its row."""
    kind, size, n, how, seed = case
    behaviour, alpha, apart = behave(case, domain)
    sampled = sample(
        behaviour, S2, SamplingSettings(semantics=how, parallel_chains=1, seed=seed + 1)
    )
    rows, replicated = predictive(sampled, 0, np.random.default_rng(seed))
    found = criticise(sampled, 0, rows, replicated)
    assert found is not None
    row = {"kind": kind, "size": size, "per_state": n, "semantics": how, "seed": seed}
    row |= {"alpha": alpha, "apart": apart, "verdict": sampled.diagnostics.verdict}
    return [{**row, **described.row_of(found, behaviour)}]


def run(
    speakers: int,
    misfits: int,
    domain: Domain,
    out: Path,
    *,
    cores: int = 2,
    progress: Callable[[str], None] = cmdstan.say,
) -> bool:
    """Simulate all cases, write {out}/criticism.csv and .json; whether the promises hold."""
    check = partial(check_one, domain=domain)
    rows = simulated(check, cases(speakers, misfits), "criticism", cores, progress)
    command = f"tactometer calibrate criticism --speakers {speakers} --misfits {misfits}"
    return write(rows, COLUMNS, judge, out / "criticism", command)


def judge(frame: pl.DataFrame) -> dict[str, Any]:
    """False alarms by answers and semantics, power by kind and size; `holds` where at most 5% of
    the true speakers are called less than described.
    """
    less = (pl.col("described") != "yes").mean().round(4).alias("less_than_yes")
    no = (pl.col("described") == "no").mean().round(4).alias("no")
    by = [pl.len().alias("fits"), less, no]
    true = frame.filter(kind=TRUE)
    misfit = frame.filter(pl.col("kind") != TRUE).group_by("kind", "size", maintain_order=True)
    overall = true.select(*by).to_dicts()[0]
    return {
        "all": overall,
        "true": true.group_by("per_state", "semantics", maintain_order=True).agg(*by).to_dicts(),
        "misfits": misfit.agg(*by, pl.col("apart").mean().round(3)).to_dicts(),
        "holds": overall["less_than_yes"] <= MOST,
    }
