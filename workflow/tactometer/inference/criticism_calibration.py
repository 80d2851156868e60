"""How often criticism is wrong: false alarms on true speakers, power against misfits by size.

True speakers have alpha between 1 and 12, evenly in its log, phi and weights from their priors, and
words whose meanings scatter round the domain's literal ones. Their yes/no answers are drawn from
the true meanings, never from what was plugged in. Some answer alike of one vignette: its shares lie
round the speaker's, anew in each state or in all alike (`vignette_calibration`), and so do its
meanings; their fits take effective numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from scipy import special

from tactometer.inference import cmdstan, described, vignette_calibration
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.calibration import PER_CELL, Domain, simulated, write
from tactometer.inference.criticism import criticise
from tactometer.inference.described import FEW
from tactometer.inference.design_effect import design_effects
from tactometer.inference.misfits import MISFITS, S2, SIZES, said
from tactometer.inference.predictive import predictive
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.vignettes import Vignettes
from tactometer.speaker_model.semantics import Semantics
from tactometer.utils.arrays import Array

TRUE = "true speaker"
ALPHA = (1.0, 12.0)
SCATTER = 0.7  # of the logit of a meaning, from one speaker to the next
PER_STATE = (65, 130, 390)
MISFIT_PER_STATE = 130
HOW: tuple[Semantics, ...] = ("joint", "fixed")
MOST = 0.05  # of true speakers may be called less than described
TOGETHER = {"alone": pl.col("rho") == 0, "together": pl.col("rho") > 0}
TOLD = ("per_state", "semantics", "effect", "rho")
COLUMNS = {
    "kind": pl.String,
    "size": pl.Float64,
    "per_state": pl.Int64,
    "semantics": pl.String,
    "effect": pl.String,
    "rho": pl.Float64,
    "seed": pl.Int64,
    **dict.fromkeys(["alpha", "apart"], pl.Float64),
    "verdict": pl.String,
    **described.COLUMNS,
}

RHO = (0.1, 0.3)
VIGNETTES = vignette_calibration.VIGNETTES


class Case(NamedTuple):
    """One behaviour: what kind it is of and how large, answers a state, how words enter, and how
    answers of a vignette hang together, if they do.
    """

    kind: str
    size: float
    per_state: int
    semantics: Semantics
    seed: int
    effect: str = ""
    rho: float = 0.0


def cases(speakers: int, misfits: int) -> list[Case]:
    """What is simulated: so many true speakers for each number of answers, and for each way in
    which they hang together, so many of a misfit.

    Misfits are fitted with fixed semantics: whether they are noticed is asked of speaker and words
    together whatever the semantics, and joint fits of what is no speaker take minutes each.
    """
    alone = product(PER_STATE, HOW, range(speakers))
    together = product(range(speakers), HOW, vignette_calibration.EFFECTS, RHO)
    others = product(MISFITS, SIZES, range(misfits))
    return [
        *(Case(TRUE, 0.0, n, how, seed) for n, how, seed in alone),
        *(Case(TRUE, 0.0, MISFIT_PER_STATE, how, seed, e, r) for seed, how, e, r in together),
        *(Case(kind, size, MISFIT_PER_STATE, "fixed", seed) for kind, size, seed in others),
    ]


def behave(case: Case, domain: Domain) -> tuple[Behaviour, float, float]:
    """The behaviour of a case, the alpha behind it, and how far it lies from what it is at size 0,
    a speaker for most kinds (total variation, the mean over states).
    """
    kind, size, n, _, seed, _, rho = case
    rng = np.random.default_rng(
        [20261129, [TRUE, *MISFITS].index(kind), round(100 * size), n, seed]
    )
    theta = special.expit(
        special.logit(domain.literal) + rng.normal(0, SCATTER, domain.literal.shape)
    )
    alpha = float(np.exp(rng.uniform(*np.log(ALPHA))))
    p = said(theta, domain, alpha=alpha, phi=rng.uniform(), omega=rng.dirichlet(np.ones(3)))
    other = p if kind == TRUE else MISFITS[kind](p, size, theta=theta, domain=domain, rng=rng)
    spare = np.random.default_rng(0)
    plain = p if kind == TRUE else MISFITS[kind](p, 0.0, theta=theta, domain=domain, rng=spare)
    apart = float(np.abs(other - plain).sum(axis=1).mean() / 2)
    if rho:
        return _hanging_together(case, p, theta, domain), alpha, apart
    counts = np.array([[rng.multinomial(n, row / row.sum()) for row in other]], float)
    yes = rng.binomial(PER_CELL, theta).astype(float)
    return _behaviour(counts, yes, domain), alpha, apart


def _behaviour(counts: Array, yes: Array, domain: Domain) -> Behaviour:
    names = tuple(f"{value:g}" for value in domain.values)
    asked = np.full(yes.shape, float(PER_CELL))
    return Behaviour(counts, yes, asked, domain.values, None, ("g",), names, domain.utterances)


def _hanging_together(case: Case, p: Array, theta: Array, domain: Domain) -> Behaviour:
    """Answers by shares p and meanings theta that differ from one vignette to the next."""
    rng = np.random.default_rng(
        [
            20261130,
            vignette_calibration.EFFECTS.index(case.effect),
            round(100 * case.rho),
            case.seed,
        ]
    )
    pull = rng.normal(size=(VIGNETTES, p.shape[1]))
    shares = vignette_calibration.shares_of(np.maximum(p, 1e-6), case.effect, case.rho, pull, rng)
    cells = rng.multinomial(case.per_state // VIGNETTES, shares).astype(float)
    strength = (1 - case.rho) / case.rho
    own = rng.beta(theta * strength, (1 - theta) * strength, (VIGNETTES, *theta.shape))
    yes = rng.binomial(PER_CELL // VIGNETTES, own).astype(float)
    behaviour = _behaviour(cells.sum(axis=0)[None], yes.sum(axis=0), domain)
    names = tuple(str(v) for v in range(VIGNETTES))
    asked = np.full(yes.shape, float(PER_CELL // VIGNETTES))
    vignettes = Vignettes(names, cells[None], yes, asked)
    effects = design_effects(behaviour, vignettes, S2, case.semantics)
    return behaviour.weighed(effects, vignettes)


def check_one(case: Case, domain: Domain) -> list[dict[str, Any]]:
    """Simulate, fit and criticise once: its row."""
    kind, size, n, how, seed, effect, rho = case
    behaviour, alpha, apart = behave(case, domain)
    sampled = sample(
        behaviour, S2, SamplingSettings(semantics=how, parallel_chains=1, seed=seed + 1)
    )
    rows, replicated = predictive(sampled, 0, np.random.default_rng(seed))
    found = criticise(sampled, 0, rows, replicated)
    assert found is not None
    row = {"kind": kind, "size": size, "per_state": n, "semantics": how, "seed": seed}
    row |= {"effect": effect, "rho": rho}
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
    """False alarms by answers, semantics and how these hang together, power by kind and size;
    `holds` where at most 5% of the true speakers are told to be misfits, with and without answers
    that hang together.

    `too_few` is the share of which too few answers are told, effective ones: they are called
    roughly described, and no misfit is told.
    """
    frame = frame.with_columns(few=pl.col("reason").fill_null("").str.starts_with(FEW))
    less = ((pl.col("described") != "yes") & ~pl.col("few")).mean().round(4).alias("less_than_yes")
    no = (pl.col("described") == "no").mean().round(4).alias("no")
    by = [pl.len().alias("fits"), less, no, pl.col("few").mean().round(4).alias("too_few")]
    true = frame.filter(kind=TRUE)
    misfit = frame.filter(pl.col("kind") != TRUE).group_by("kind", "size", maintain_order=True)
    overall = {name: true.filter(rows).select(*by).to_dicts()[0] for name, rows in TOGETHER.items()}
    return {
        **overall,
        "true": true.group_by(*TOLD, maintain_order=True).agg(*by).to_dicts(),
        "misfits": misfit.agg(*by, pl.col("apart").mean().round(3)).to_dicts(),
        "holds": all(row["less_than_yes"] <= MOST for row in overall.values() if row["fits"]),
    }
