"""Do differences between levels of a factor hold the truth? Run `python benchmarks/levels.py`.

Pairs of levels at which a speaker is one and the same (`null`), some at a wall of the weights, and
pairs between which a change is planted. Answers to thirteen vignettes, whose own effects both
levels share, and yes/no answers, drawn from the true meanings, go through the fits of the stage
`fit_levels` to the differences of `factor_effects`. What came out stands in
docs/calibration/levels: a run goes on where the last one ended.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import special

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow")]

from tactometer.analyses.evidence import READ  # noqa: E402
from tactometer.analyses.posterior_differences import simultaneous, summarise  # noqa: E402
from tactometer.inference import vignette_calibration as vignettes  # noqa: E402
from tactometer.inference.calibration import Domain  # noqa: E402
from tactometer.inference.factor_levels import fit_levels  # noqa: E402
from tactometer.inference.misfits import said  # noqa: E402
from tactometer.study import domain as domains  # noqa: E402
from tactometer.study.fit_recipe import FitRecipe, Space  # noqa: E402
from tactometer.study.model_settings import Fit  # noqa: E402
from tactometer.tables.proportions import wilson  # noqa: E402

OUT = ROOT / "docs" / "calibration" / "levels"
LEVEL = 0.05  # that of one table alone
LEVELS = ("one", "other")
PAIRS, YES_NO = 10, 52  # name pairs of a vignette; yes/no answers a cell, four of each vignette
RHO = (0.0, 0.1)
# phi and the weights at the first level, and what the second adds to them
SPEAKERS = {
    "inside": ((0.5, 0.4, 0.25, 0.35), None),
    "no soc": ((0.5, 0.7, 0.0, 0.3), None),
    "soc .2": ((0.4, 0.2, 0.2, 0.6), None),
    "no inf": ((0.3, 0.02, 0.2, 0.78), None),
    "planted .2": ((0.6, 0.5, 0.2, 0.3), (-0.2, -0.2, 0.0, 0.2)),
    "planted .4": ((0.7, 0.6, 0.1, 0.3), (-0.4, -0.4, 0.0, 0.4)),
}


def choices(truth: dict[str, Any], theta: Any, domain: Domain, case: Any) -> pl.DataFrame:
    """The answers at both levels, to vignettes that pull at both alike."""
    _, rho, number = case
    rng = np.random.default_rng([20261130, *case[0].encode(), round(100 * rho), number])
    pull = rng.normal(size=(vignettes.VIGNETTES, len(domain.utterances)))
    rows = []
    for level, (phi, *omega) in truth.items():
        p = said(theta, domain, alpha=4.0, phi=phi, omega=np.array(omega))
        shares = vignettes.shares_of(np.maximum(p, 1e-6), "persistent", rho, pull, rng)
        for (v, s), pair in product(np.ndindex(shares.shape[:2]), range(PAIRS)):
            one = shares[v, s] / shares[v, s].sum()
            chosen = domain.utterances[rng.choice(len(one), p=one)]
            rows.append((f"v{v}", "third", int(domain.values[s]), level, pair, chosen))
    columns = ["vignette", "framing", "state", "relation", "pair", "choice"]
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        method=pl.lit("letter"), label_mass=pl.lit(None, pl.Float64),
        probs=pl.lit(None, pl.List(pl.Float64)),
    )  # fmt: skip


def check(case: tuple[str, float, int], domain: Domain) -> Iterator[dict[str, Any]]:
    """Simulate and fit one pair of levels: a row for each parameter."""
    kind, rho, number = case
    rng = np.random.default_rng([20261201, *kind.encode(), round(100 * rho), number])
    theta = special.expit(special.logit(domain.literal) + rng.normal(0, 0.5, domain.literal.shape))
    first, change = SPEAKERS[kind]
    second = np.array(first) + (0.0 if change is None else np.array(change))
    truth = dict(zip(LEVELS, (np.array(first), second), strict=True))
    yes = rng.binomial(YES_NO // vignettes.VIGNETTES, theta, (vignettes.VIGNETTES, *theta.shape))
    truths = pl.DataFrame(
        [
            {"utterance": u, "state": int(s), "yes": float(yes[:, i, k].sum()), "n": float(YES_NO),
             "by_vignette": [{"vignette": f"v{v}", "yes": float(yes[v, i, k]),
                              "n": YES_NO / vignettes.VIGNETTES} for v in range(len(yes))]}
            for i, u in enumerate(domain.utterances) for k, s in enumerate(domain.values)
        ]
    )  # fmt: skip
    settings = FitRecipe(
        fit=Fit(warmup=400, draws=1000, position="ignore"),
        domain=Space(
            states=tuple(map(int, domain.values)), utterances=domain.utterances,
            negated=tuple(word.startswith("not") for word in domain.utterances), seed=number,
        ),
        factors={"relation": LEVELS},
    )  # fmt: skip
    said_ = choices(truth, theta, domain, case)
    draws = fit_levels(settings, {"social": said_}, truths, ("m", str(number)))["social"]
    x = [draws.filter(level=level).select(READ).to_numpy().T for level in LEVELS]
    apart = x[1].astype(float) - x[0]
    told = {**summarise(apart), **simultaneous(apart, LEVEL)}
    true = [*(truth["other"] - truth["one"]), 0.0]
    for k, parameter in enumerate(READ):
        yield {
            **{"speaker": kind, "rho": rho, "number": number, "parameter": parameter},
            "truth": float(true[k]),
            **{name: value[k].item() for name, value in told.items()},
            "design_effect": draws["design_effect"].mean(),
            "verdict": ", ".join(draws["verdict"].unique().sort()),
            "described": ", ".join(draws["described"].unique().sort()),
        }


def judge(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Coverage of 95% intervals, and how many pairs have something found, by kind of speaker.

    Of planted changes where vignettes pull (rho above 0) the truth is that of a speaker without
    pulls, from which the one that fits the average vignette differs a little.
    """
    null = frame.filter(~pl.col("speaker").str.starts_with("planted"))
    kinds = {"all null": null, **{k: frame.filter(speaker=k) for k in SPEAKERS}}
    return [_judged(name, mine) for name, mine in kinds.items() if mine.height]


def _judged(name: str, mine: pl.DataFrame) -> dict[str, Any]:
    held = (pl.col("hdi_low") <= pl.col("truth")) & (pl.col("truth") <= pl.col("hdi_high"))
    z = (pl.col("mean") - pl.col("truth")) / pl.col("sd")
    pairs = mine.group_by("speaker", "rho", "number").agg(pl.col("found").any())
    moved = mine.filter(pl.col("truth").abs() > 0.1)
    low, high = wilson(pairs["found"].to_numpy().mean(), pairs.height)
    wrong = moved.filter(pl.col("found") & (pl.col("mean") * pl.col("truth") < 0))
    width = mine.filter(parameter="phi").select(pl.col("hdi_high") - pl.col("hdi_low"))
    return {
        **{"speakers": name, "pairs": pairs.height, "intervals": mine.height},
        "held": round(mine.select(held.mean()).item(), 3),
        "rms_z": round(mine.select((z**2).mean().sqrt()).item(), 2),
        "width_phi": round(width.to_series().mean(), 3),
        "pairs_found": int(pairs["found"].sum()),
        "pairs_found_95": [round(float(low), 3), round(float(high), 3)],
        "planted_found": None if moved.is_empty() else round(moved["found"].mean(), 3),
        "wrong_signs": wrong.height,
        "suspect": mine.filter(verdict="suspect").height,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=8, help="of each speaker and rho")
    pairs = parser.parse_args().pairs
    words = domains.load(ROOT / "resources" / "polite_speech")
    states, literal = np.array(words.states, float), np.array(words.literal)
    domain = Domain(states, tuple(words.utterances), literal)
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / "levels.csv"
    frames = [pl.read_csv(path)] if path.is_file() else []
    done = {row for frame in frames for row in frame.select("speaker", "rho", "number").rows()}
    for number, kind, rho in product(range(pairs), SPEAKERS, RHO):
        if (kind, rho, number) not in done:
            frames.append(pl.DataFrame(list(check((kind, rho, number), domain))))
            pl.concat(frames, how="vertical_relaxed").write_csv(path)
            print(kind, rho, number, frames[-1].filter("found")["parameter"].to_list(), flush=True)
    table = judge(pl.concat(frames, how="vertical_relaxed"))
    found = {"command": f"python benchmarks/levels.py --pairs {pairs}", "table": table}
    (OUT / "levels.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
