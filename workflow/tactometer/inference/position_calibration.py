"""Is a speaker found behind a bias of place? Coverage from the truth.

Speakers say something about thirteen vignettes, each with ten name pairs, of options in the orders
of a study. What stands first gains 0, 1, 2 or 4 nats. Vignettes are alike (rho 0), or their shares
lie round the speaker's (Dirichlet, rho the intra-class correlation). Meanings are known. Fits take
the counts as they are, or corrected by a conditional logit; both by their design effects.
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

from tactometer.elicitation.scenes import option_order
from tactometer.inference import cmdstan, position_bias
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.calibration import Domain, simulated, write
from tactometer.inference.design_effect import design_effects
from tactometer.inference.intervals import hdi
from tactometer.inference.misfits import S2, said
from tactometer.inference.position_bias import Choices
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.vignettes import Vignettes
from tactometer.utils.arrays import Array

VIGNETTES, NAMES = 13, 10
NATS = (0.0, 1.0, 2.0, 4.0)
LOST = 4.0
RHO = (0.0, 0.1)
HOW = ("ignore", "estimate")
PARAMETERS = ("alpha", "phi", "omega_inf", "omega_soc", "omega_pre")
MANY = 1e5  # answers by which meanings are known
WANTED = 0.9  # of 95% intervals hold, and of speakers lost are told
WIDER = 1.15  # at most, where there is no bias
COLUMNS = {
    **dict.fromkeys(["nats", "rho"], pl.Float64),
    "seed": pl.Int64,
    **dict.fromkeys(["position", "parameter"], pl.String),
    **dict.fromkeys(
        ["of_place", "of_state", "loss", "size", "truth", "mean", "sd", "low", "high"], pl.Float64
    ),
    **dict.fromkeys(["outweighs", "told"], pl.Boolean),
    "verdict": pl.String,
}

Case = tuple[float, float, int]


def cases(speakers: int) -> list[Case]:
    """So many speakers for each bias and each likeness of vignettes."""
    return list(product(NATS, RHO, range(speakers)))


def check_one(case: Case, domain: Domain) -> list[dict[str, Any]]:
    """Simulate a speaker behind a bias, and fit it with and without a correction: rows."""
    nats, rho, seed = case
    rng = np.random.default_rng([20261129, round(10 * nats), round(100 * rho), seed])
    theta = special.expit(special.logit(domain.literal) + rng.normal(0, 0.7, domain.literal.shape))
    alpha, phi, omega = rng.uniform(2, 6), rng.uniform(0.15, 0.85), rng.dirichlet(np.full(3, 2))
    p = np.maximum(said(theta, domain, alpha=alpha, phi=phi, omega=omega), 1e-6)
    choices = answers(p, nats, rho, rng, domain)
    fitted = position_bias.fit(choices)
    truth = np.array([alpha, phi, *omega])
    found = position_bias.outweighed(fitted)
    weighed = {"of_place": found.of_place, "of_state": found.of_state}
    weighed |= {"outweighs": found.outweighs, "told": found.told}
    weighed["loss"] = position_bias.loss(fitted)
    rows = []
    for how in HOW:
        cells = _cells(choices, len(p))
        if how == "estimate":
            clean = position_bias.corrected(fitted, len(p), VIGNETTES)
            cells = clean.cells / clean.loss
        draws, size, verdict = _fit(cells, theta, domain, seed)
        for k, parameter in enumerate(PARAMETERS):
            low, high = hdi(draws[:, k])
            head = {"nats": nats, "rho": rho, "seed": seed, "position": how}
            rows.append(
                {
                    **head,
                    **weighed,
                    "parameter": parameter,
                    "size": VIGNETTES * NAMES * len(p) / size,
                    "truth": float(truth[k]),
                    "mean": float(draws[:, k].mean()),
                    "sd": float(draws[:, k].std()),
                    "low": float(low),
                    "high": float(high),
                    "verdict": verdict,
                }
            )
    return rows


def answers(p: Array, nats: float, rho: float, rng: np.random.Generator, domain: Domain) -> Choices:
    """Choices by shares p [state, utterance] of each prompt of a study, behind a bias."""
    states, width = p.shape
    prompts = list(product(range(VIGNETTES), range(NAMES), range(states)))
    names = [str(u) for u in range(width)]
    shown = [option_order(names, 3 * v, pair * states + s, 1) for v, pair, s in prompts]
    places = np.argsort(np.array(shown, dtype=int), axis=1)
    vignette, state = (np.array([prompt[i] for prompt in prompts]) for i in (0, 2))
    mine = np.broadcast_to(p, (VIGNETTES, *p.shape))
    if rho:
        shares = p / p.sum(axis=1, keepdims=True) * (1 - rho) / rho + 1e-9
        mine = np.array([[rng.dirichlet(row) for row in shares] for _ in range(VIGNETTES)])
    logits = np.log(np.maximum(mine[vignette, state], 1e-12)) + nats * (places == 0)
    chosen = rng.multinomial(1, special.softmax(logits, axis=1)).astype(float)
    return Choices(chosen, places, state, np.arange(states), vignette)


def _cells(choices: Choices, states: int) -> Array:
    """The weights [vignette, state, utterance] as they are."""
    found = np.zeros((VIGNETTES, states, choices.weights.shape[1]))
    np.add.at(found, (choices.vignette, choices.cell), choices.weights)
    return found


def _fit(cells: Array, theta: Array, domain: Domain, seed: int) -> tuple[Array, float, str]:
    """The draws [draw, parameter] of a fit, its effective number of answers, and its verdict."""
    asked = np.full(theta.shape, MANY)
    states = tuple(f"{value:g}" for value in domain.values)
    behaviour = Behaviour(
        cells.sum(axis=0)[None],
        asked * theta,
        asked,
        domain.values,
        None,
        ("goal",),
        states,
        domain.utterances,
    )
    none = np.zeros((VIGNETTES, *theta.shape))
    vignettes = Vignettes(tuple(map(str, range(VIGNETTES))), cells[None], none, none)
    effects = design_effects(behaviour, vignettes, S2, "fixed")
    behaviour = behaviour.weighed(effects, vignettes)
    settings = SamplingSettings(semantics="fixed", parallel_chains=1, seed=seed + 1)
    sampled = sample(behaviour, S2, settings)
    flat = {k: np.asarray(x).reshape(-1, *x.shape[2:]) for k, x in sampled.draws.items()}
    draws = np.column_stack([flat["alpha"], flat["phi"][:, 0], flat["omega"][:, 0]])
    return draws, float(np.sum(behaviour.counts)), sampled.diagnostics.verdict


def run(
    speakers: int,
    domain: Domain,
    out: Path,
    *,
    cores: int = 2,
    progress: Callable[[str], None] = cmdstan.say,
) -> bool:
    """Simulate all cases, write {out}/position.csv and .json; whether the promises hold."""
    check = partial(check_one, domain=domain)
    rows = simulated(check, cases(speakers), "position", cores, progress)
    command = f"tactometer calibrate position --speakers {speakers}"
    return write(rows, COLUMNS, judge, out / "position", command)


def judge(frame: pl.DataFrame) -> dict[str, Any]:
    """Coverage, rms z, width and answers per effective answer by case; `holds` where 90% of the
    corrected 95% intervals hold behind each bias that is not lost, those behind no bias are at most
    15% wider for the correction, and 90% of the speakers behind the largest one are told as lost.
    """
    sure = frame.filter(pl.col("verdict") != "suspect").with_columns(
        held=(pl.col("low") <= pl.col("truth")) & (pl.col("truth") <= pl.col("high")),
        z=(pl.col("mean") - pl.col("truth")) / pl.col("sd"),
        width=pl.col("high") - pl.col("low"),
    )
    table = sure.group_by("nats", "rho", "position", maintain_order=True).agg(
        pl.len().alias("intervals"),
        pl.col("held").mean().round(3),
        (pl.col("z") ** 2).mean().sqrt().round(2).alias("rms_z"),
        pl.col("width").mean().round(3),
        pl.col("loss").mean().round(2),
        pl.col("size").mean().round(2),
        pl.col("outweighs", "told").mean().round(3),
    )
    kept = table.filter(pl.col("nats") < LOST, position="estimate")
    none = table.filter(nats=0.0, rho=0.0)
    wider = (
        none.filter(position="estimate")["width"][0] / none.filter(position="ignore")["width"][0]
    )
    least = float(kept["held"].min())  # type: ignore[arg-type]
    of_all = frame.group_by("nats").agg(pl.col("told").mean())
    told = float(of_all.filter(nats=LOST)["told"][0])
    return {
        "table": table.to_dicts(),
        "least_held": least,
        "least_held_ignored": float(
            table.filter(pl.col("nats") < LOST, position="ignore")["held"].min()  # type: ignore[arg-type]
        ),
        "wider_without_bias": round(float(wider), 3),
        "lost_told": round(told, 3),
        "holds": least >= WANTED and wider <= WIDER and told >= WANTED,
    }
