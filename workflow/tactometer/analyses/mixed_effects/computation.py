"""Mixed effects: each parameter ~ effort + (1|family) + (1|framing), classical and Bayesian."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.evidence import PARAMETERS, Evidence, Posterior, efforts, table
from tactometer.analyses.posterior_differences import FAMILY, simultaneous, summarise
from tactometer.inference import cmdstan
from tactometer.tables.fit_selection import passed
from tactometer.utils.arrays import Array

PROGRAM = Path(__file__).with_name("mixed_effects.stan")
CHAINS, WARMUP, DRAWS = 4, 500, 1000
DELTAS = (0.9, 0.99)  # the second where the first run is not clean
GROUPS = ("family", "framing")
SCHEMA = {
    **dict.fromkeys(["study", "goal", "parameter", "term", "against"], pl.String),
    **dict.fromkeys(["fits", "families", "framings"], pl.Int64),
    **dict.fromkeys(["classical", "classical_se", "classical_low", "classical_high"], pl.Float64),
    "classical_p": pl.Float64,
    "classical_note": pl.String,
    **dict.fromkeys(["bayes", "bayes_sd", "bayes_low", "bayes_high"], pl.Float64),
    **dict.fromkeys(["p_direction", "rhat", "ess_bulk"], pl.Float64),
    **FAMILY,
    "verdict": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each goal, parameter and term: efforts against the least, and spreads of groups.

    One observation is a fit of a single framing. `classical`: statsmodels' MixedLM by REML, with
    crossed variance components, of the posterior means as if they were data; `bayes`: the Stan
    program beside this module, with each fit's posterior sd as its measurement error. A group with
    one level alone has no spread, and its term is left out. The family of `found` are all efforts.
    """
    found = evidence.by_framing.where(
        ~pl.col("model").is_in(list(evidence.baseline)), pl.col("effort").is_not_null()
    )
    rows: list[dict[str, Any]] = []
    draws: list[Array] = []
    for goal in found.fits["goal"].unique(maintain_order=True):
        mine = found.where(pl.col("goal") == goal)
        if mine.fits["effort"].n_unique() < 2:
            continue
        for k, parameter in enumerate(PARAMETERS):
            named = {"study": evidence.study, "goal": goal, "parameter": parameter}
            for row, x in _model(mine, k):
                rows.append({**named, **row})
                if x is not None:
                    draws.append(x)
    if not rows:
        return pl.DataFrame(schema=SCHEMA)
    family = simultaneous(np.stack(draws), evidence.level)
    for row, *values in zip(
        [row for row in rows if row["against"] is not None], *family.values(), strict=True
    ):
        row |= dict(zip(family, (v.item() for v in values), strict=True))
    return table(rows, SCHEMA)


def _model(fits: Posterior, k: int) -> Iterator[tuple[dict[str, Any], Array | None]]:
    """The rows of one parameter; draws [draw] of the Bayesian effect where the row is an effort."""
    order = efforts(fits.fits["effort"].to_list())
    y, se = fits.draws[..., k].mean(axis=1), fits.draws[..., k].std(axis=1, ddof=1)
    design = np.stack([(fits.fits["effort"] == effort).to_numpy() for effort in order[1:]], axis=1)
    levels = {group: fits.fits[group].unique(maintain_order=True).to_list() for group in GROUPS}
    groups = {
        group: np.array([levels[group].index(name) for name in fits.fits[group]])
        for group in GROUPS
        if len(levels[group]) > 1
    }
    classical, note = _classical(y, design.astype(float), groups)
    draws, told = _bayes(y, se, design.astype(float), groups)
    size = {"fits": len(y), "families": len(levels["family"]), "framings": len(levels["framing"])}
    verdict = "ok" if fits.fits.filter(~passed()).is_empty() and told["clean"] else "suspect"
    for term, x in draws.items():
        numbers = {name: value.item() for name, value in summarise(x.reshape(-1)).items()}
        effort = order[1 + int(term)] if term.isdecimal() else None
        row = {
            "term": effort or term,
            "against": order[0] if effort else None,
            **size,
            **classical.get(term, {}),
            "classical_note": note,
            "bayes": numbers["mean"],
            "bayes_sd": numbers["sd"],
            "bayes_low": numbers["hdi_low"],
            "bayes_high": numbers["hdi_high"],
            "p_direction": numbers["p_direction"] if effort else None,
            "rhat": told["rhat"][term],
            "ess_bulk": told["ess"][term],
            "verdict": verdict,
        }
        yield row, x.reshape(-1) if effort else None


def _classical(
    y: Array, design: Array, groups: dict[str, Array]
) -> tuple[dict[str, dict[str, float]], str]:
    """Estimates by term (efforts by number, sd of groups and residual), and what went wrong."""
    import statsmodels.api as sm

    exog = np.column_stack([np.ones(len(y)), design])
    if len(y) <= exog.shape[1]:
        return {}, "no more fits than terms"
    notes = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is read from the result, into the table
        try:
            if groups and len(y) > exog.shape[1] + len(groups):
                fitted = _crossed(y, exog, groups).fit(reml=True, method=["powell", "lbfgs"])
                sds = [float(variance) ** 0.5 for variance in fitted.vcomp]
                spread = {f"sd {group}": sd for group, sd in zip(groups, sds, strict=True)}
                if min(sds) < 1e-3:
                    notes.append("a spread is at its bound of 0")
                if not fitted.converged:
                    notes.append("did not converge")
            else:
                fitted, spread = sm.OLS(y, exog).fit(), {}
                notes.append("no group with two levels: least squares")
        except (np.linalg.LinAlgError, ValueError) as error:
            return {}, f"failed: {error}"
    interval = np.asarray(fitted.conf_int())
    found = {
        str(j): {
            "classical": float(fitted.params[j + 1]),
            "classical_se": float(fitted.bse[j + 1]),
            "classical_low": float(interval[j + 1, 0]),
            "classical_high": float(interval[j + 1, 1]),
            "classical_p": float(fitted.pvalues[j + 1]),
        }
        for j in range(design.shape[1])
    }
    spread["sd residual"] = float(fitted.scale) ** 0.5
    return found | {term: {"classical": sd} for term, sd in spread.items()}, "; ".join(notes)


def _crossed(y: Array, exog: Array, groups: dict[str, Array]) -> Any:
    """A MixedLM whose only group is the whole data, with a variance component for each factor."""
    from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

    matrices = [[np.eye(int(level.max()) + 1)[level]] for level in groups.values()]
    columns = [
        [[f"{g}{i}" for i in range(m[0].shape[1])]] for g, m in zip(groups, matrices, strict=True)
    ]
    return MixedLM(
        y, exog, np.zeros(len(y)), exog_re=None, exog_vc=VCSpec(list(groups), columns, matrices)
    )


def _bayes(
    y: Array, se: Array, design: Array, groups: dict[str, Array]
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Draws [chain, draw] by term, R-hat and ESS of each, and whether the run is clean."""
    count = {group: int(level.max()) + 1 for group, level in groups.items()}
    data = {
        "N": len(y),
        "K": design.shape[1],
        "F": count.get("family", 0),
        "R": count.get("framing", 0),
        "y": y.tolist(),
        "se": se.tolist(),
        "X": design.tolist(),
        **{g: (groups[g] + 1).tolist() if g in groups else [0] * len(y) for g in GROUPS},
    }
    for seed, delta in enumerate(DELTAS, start=1):
        columns, diverging = _sampled(data, seed, delta)
        draws = {str(j): columns[f"beta[{j + 1}]"] for j in range(design.shape[1])}
        draws |= {f"sd {group}": columns[f"tau_{group}[1]"] for group in groups}
        draws["sd residual"] = columns["sigma"]
        told = _judged(draws, diverging)
        if told["clean"]:
            break
    return draws, told


def _sampled(data: dict[str, Any], seed: int, delta: float) -> tuple[dict[str, Array], int]:
    """Draws [chain, draw] by column of the program, and the number of divergences."""
    start = {
        "sigma": 0.1,
        "tau_family": [0.1] * bool(data["F"]),
        "tau_framing": [0.1] * bool(data["R"]),
    }
    with tempfile.TemporaryDirectory(prefix="tactometer-") as folder:
        for name, content in (("data", data), ("start", start)):
            (Path(folder) / f"{name}.json").write_text(json.dumps(content))
        fit = cmdstan.compile_program(PROGRAM).sample(
            data=str(Path(folder) / "data.json"),
            inits=str(Path(folder) / "start.json"),
            chains=CHAINS,
            parallel_chains=1,
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


def _judged(draws: dict[str, Array], diverging: int) -> dict[str, Any]:
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
