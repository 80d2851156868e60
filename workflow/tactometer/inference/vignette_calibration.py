"""Do intervals hold where answers of one vignette hang together? Coverage from the truth.

Speakers of two goals say something about thirteen vignettes, each with ten name pairs. A vignette's
own shares lie round the speaker's: drawn anew in each state and goal (`fresh`, Dirichlet, rho the
intra-class correlation), or moved alike in all of them (`persistent`, a normal shift of each
utterance's logit, rho its share of the latent variance). What is held against the intervals is the
speaker of all vignettes there could be: its parameters where effects are fresh; where they persist,
the speaker that fits the average vignette best. Meanings are known, but for single samples, whose
fits are joint with yes/no answers drawn from the true meanings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from tactometer.inference import cmdstan
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.calibration import PER_CELL, Domain, simulated, write
from tactometer.inference.design_effect import design_effects
from tactometer.inference.intervals import hdi
from tactometer.inference.misfits import S2, said
from tactometer.inference.sampled import Sampled
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.shared_evidence import ordered
from tactometer.inference.vignettes import Vignettes
from tactometer.speaker_model.semantics import Semantics
from tactometer.utils.arrays import Array

VIGNETTES, NAMES = 13, 10
ANSWERS = ("samples", "five samples", "probabilities", "temperature 0")
JOINT = ANSWERS[
    0
]  # fitted with joint semantics, so that two goals share what is not known of words
EFFECTS = ("fresh", "persistent")  # of a vignette
RHO = (0.0, 0.1, 0.3, 0.6)
PARAMETERS = ("alpha", "phi", "omega_inf", "omega_soc", "omega_pre")
GOALS = ("one", "other")
DRAWS = 1000
MANY = 1e5  # answers by which a speaker is known
WANTED = 0.9  # of 95% intervals hold
WIDER = 1.15  # at most, where answers are independent
COLUMNS = {
    **dict.fromkeys(["answers", "effect"], pl.String),
    "rho": pl.Float64,
    "seed": pl.Int64,
    **dict.fromkeys(["design_effect", "quantity", "parameter"], pl.String),
    **dict.fromkeys(["size", "truth", "mean", "sd", "low", "high"], pl.Float64),
    "verdict": pl.String,
}

Case = tuple[str, str, float, int]


def cases(speakers: int) -> list[Case]:
    """So many speakers for each kind of answers, of effects, and each size of these."""
    return [
        (answers, effect, rho, seed)
        for answers, effect, rho, seed in product(ANSWERS, EFFECTS, RHO, range(speakers))
        if rho or (effect == EFFECTS[0] and answers != "probabilities")
    ]


def check_one(case: Case, domain: Domain) -> list[dict[str, Any]]:
    """Simulate and fit both goals of a case with and without its design effect: rows."""
    answers, effect, rho, seed = case
    rng = np.random.default_rng([20261130, ANSWERS.index(answers), EFFECTS.index(effect),
                                 round(100 * rho), seed])  # fmt: skip
    theta = special.expit(special.logit(domain.literal) + rng.normal(0, 0.7, domain.literal.shape))
    alpha, pull = rng.uniform(2, 6), rng.normal(size=(VIGNETTES, len(domain.utterances)))
    asked = np.full(theta.shape, PER_CELL if answers == JOINT else MANY)
    yes = rng.binomial(PER_CELL, theta).astype(float) if answers == JOINT else asked * theta
    truths, cells = [], []
    for _ in GOALS:
        phi, omega = rng.uniform(0.15, 0.85), rng.dirichlet(np.full(3, 2))
        p = np.maximum(said(theta, domain, alpha=alpha, phi=phi, omega=omega), 1e-6)
        if effect == "persistent" and rho:
            truths.append(_speaker_of(_average(p, rho), theta, domain))
        else:
            truths.append(np.array([alpha, phi, *omega]))
        cells.append(_answers(shares_of(p, effect, rho, pull, rng), answers, rng))
    rows = []
    # joint fits of what is far from any speaker take minutes: they are weighed alone
    for how in ("estimate",) if answers == JOINT and rho else ("ignore", "estimate"):
        fits = [
            _fit(_behaviour(mine.sum(axis=0), yes, asked, domain, goal), mine, case, how)
            for goal, mine in zip(GOALS, cells, strict=True)
        ]
        head = {"answers": answers, "effect": effect, "rho": rho, "seed": seed}
        for row in _rows(fits, truths, case):
            rows.append({**head, "design_effect": how, **row})
    return rows


def shares_of(p: Array, effect: str, rho: float, pull: Array, rng: np.random.Generator) -> Array:
    """The shares [vignette, state, utterance] of each vignette, round p [state, utterance]."""
    if not rho:
        return np.broadcast_to(p / p.sum(axis=1, keepdims=True), (VIGNETTES, *p.shape))
    if effect == "persistent":
        return _pulled(p, _spread(rho) * pull)
    found = [[rng.dirichlet(row * (1 - rho) / rho + 1e-9) for row in p] for _ in range(VIGNETTES)]
    return np.asarray(found)


def _pulled(p: Array, logits: Array) -> Array:
    moved = p * np.exp(logits)[:, None, :]
    return np.asarray(moved / moved.sum(axis=2, keepdims=True))


def _spread(rho: float) -> float:
    """The sd of a logit whose variance has a share rho beside that of a Gumbel error."""
    return float(np.sqrt(rho / (1 - rho) * np.pi**2 / 6))


def _average(p: Array, rho: float, draws: int = 4000) -> Array:
    """The shares [state, utterance] over all vignettes that there could be."""
    logits = _spread(rho) * np.random.default_rng(1).normal(size=(draws, p.shape[1]))
    return np.asarray(_pulled(p, logits).mean(axis=0))


def _answers(shares: Array, answers: str, rng: np.random.Generator) -> Array:
    """The weights [vignette, state, utterance] of a vignette's ten prompts in each state."""
    if answers == "probabilities":
        return NAMES * shares
    if answers == "temperature 0":  # the same for all names
        chosen = [[rng.choice(row.size, p=row / row.sum()) for row in one] for one in shares]
        return np.asarray(NAMES * np.eye(shares.shape[2])[np.array(chosen)])
    each = 5 if answers == "five samples" else 1
    return np.asarray(rng.multinomial(NAMES * each, shares), dtype=float)


def _behaviour(cells: Array, yes: Array, n: Array, domain: Domain, goal: str) -> Behaviour:
    states = tuple(f"{value:g}" for value in domain.values)
    return Behaviour(cells[None], yes, n, domain.values, None, (goal,), states, domain.utterances)


def _speaker_of(p: Array, theta: Array, domain: Domain) -> Array:
    """The parameters of the speaker that fits shares p best, its words as they are."""
    asked = np.full(theta.shape, MANY)
    behaviour = _behaviour(MANY * p, asked * theta, asked, domain, GOALS[0])
    settings = SamplingSettings(semantics="fixed", parallel_chains=1, seed=1, draws=200)
    return np.asarray(_natural(sample(behaviour, S2, settings)).mean(axis=0))


def _fit(behaviour: Behaviour, cells: Array, case: Case, how: str) -> tuple[Sampled, Array, float]:
    """A fit, its draws [draw, parameter] in the order of shared evidence, and the design effect."""
    seed = case[3]
    semantics: Semantics = "joint" if case[0] == JOINT else "fixed"
    if how == "estimate":
        none = np.zeros((VIGNETTES, *behaviour.yes.shape))
        names = tuple(str(v) for v in range(VIGNETTES))
        vignettes = Vignettes(names, cells[None], none, none)
        effects = design_effects(behaviour, vignettes, S2, semantics)
        behaviour = behaviour.weighed(effects, vignettes)
    settings = SamplingSettings(semantics=semantics, parallel_chains=1, seed=seed + 1)
    sampled = sample(behaviour, S2, settings)
    known = behaviour.design_effects
    picked = ordered(sampled, DRAWS, ("model", str(seed)), (how, *behaviour.goals))
    return sampled, _natural(sampled)[picked], known.choices[0] if known else 1.0


def _natural(sampled: Sampled) -> Array:
    flat = {k: np.asarray(x).reshape(-1, *x.shape[2:]) for k, x in sampled.draws.items()}
    return np.column_stack([flat["alpha"], flat["phi"][:, 0], flat["omega"][:, 0]])


def _rows(
    fits: list[tuple[Sampled, Array, float]], truths: list[Array], case: Case
) -> Iterator[dict[str, Any]]:
    """A row for each parameter of each goal, and for each difference between them."""
    (one, x, first), (other, y, second) = fits
    bad = {one.diagnostics.verdict, other.diagnostics.verdict} & {"suspect"}
    for quantity, draws, truth, size in (
        (GOALS[0], x, truths[0], first),
        (GOALS[1], y, truths[1], second),
        ("difference", x - y, truths[0] - truths[1], (first + second) / 2),
    ):
        for k, parameter in enumerate(PARAMETERS):
            low, high = hdi(draws[:, k])
            yield {
                "quantity": quantity,
                "parameter": parameter,
                "size": size,
                "truth": float(truth[k]),
                "mean": float(draws[:, k].mean()),
                "sd": float(draws[:, k].std()),
                "low": float(low),
                "high": float(high),
                "verdict": "suspect" if bad else "ok",
            }


def run(
    speakers: int,
    domain: Domain,
    out: Path,
    *,
    cores: int = 2,
    progress: Callable[[str], None] = cmdstan.say,
) -> bool:
    """Simulate all cases, write {out}/vignettes.csv and .json; whether the promises hold."""
    check = partial(check_one, domain=domain)
    rows = simulated(check, cases(speakers), "vignettes", cores, progress)
    command = f"tactometer calibrate vignettes --speakers {speakers}"
    return write(rows, COLUMNS, judge, out / "vignettes", command)


def judge(frame: pl.DataFrame) -> dict[str, Any]:
    """Coverage, rms z and width by case; `holds` where 90% of the 95% intervals hold in each, and
    those of independent answers are at most 15% wider for it.
    """
    sure = frame.filter(verdict="ok").with_columns(
        held=(pl.col("low") <= pl.col("truth")) & (pl.col("truth") <= pl.col("high")),
        z=(pl.col("mean") - pl.col("truth")) / pl.col("sd"),
        width=pl.col("high") - pl.col("low"),
        of=pl.when(quantity="difference").then(pl.lit("differences")).otherwise(pl.lit("speakers")),
    )
    by = ["answers", "effect", "rho", "of", "design_effect"]
    table = sure.group_by(by, maintain_order=True).agg(
        pl.len().alias("intervals"),
        pl.col("held").mean().round(3),
        (pl.col("z") ** 2).mean().sqrt().round(2).alias("rms_z"),
        pl.col("width").mean().round(3),
        pl.col("size").mean().round(2),
    )
    weighed = table.filter(design_effect="estimate", of="speakers")
    plain = table.filter(design_effect="ignore", of="speakers", rho=0.0, answers="samples")
    wider = weighed.filter(rho=0.0, answers="samples")["width"][0] / plain["width"][0]
    least = float(weighed["held"].min())  # type: ignore[arg-type]
    return {
        "table": table.to_dicts(),
        "least_held": least,
        "wider_if_independent": round(float(wider), 3),
        "holds": least >= WANTED and wider <= WIDER,
    }
