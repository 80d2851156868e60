"""Mixed effects: each parameter by effort, or by goal, over families and framings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tactometer.analyses.evidence import PARAMETERS, Evidence, Posterior, efforts, table
from tactometer.analyses.mixed_effects.bayesian import bayesian
from tactometer.analyses.mixed_effects.classical import classical
from tactometer.analyses.mixed_effects.observations import LOGARITHM, Observations, observe
from tactometer.analyses.posterior_differences import FAMILY, simultaneous, summarise
from tactometer.tables.fit_selection import ALL, DESCRIBED, passed
from tactometer.utils.arrays import Array

MODELLED = (*PARAMETERS, "alpha")
SCHEMA = {
    **dict.fromkeys(
        ["study", "factor", "goal", "effort", "parameter", "term", "against"], pl.String
    ),
    "which": pl.String,
    **dict.fromkeys(["fits", "left_out", "families", "framings"], pl.Int64),
    **dict.fromkeys(["classical", "classical_se", "classical_low", "classical_high"], pl.Float64),
    "classical_p": pl.Float64,
    "classical_note": pl.String,
    **dict.fromkeys(["bayes", "bayes_sd", "bayes_low", "bayes_high"], pl.Float64),
    **dict.fromkeys(["p_direction", "rhat", "ess_bulk"], pl.Float64),
    **FAMILY,
    "verdict": pl.String,
}


@dataclass(frozen=True)
class Part:
    """The fits of one mixed model: a factor's levels in order, all else of the fits alike.

    `named` says in columns what it is of; `left_out` how many fits no speaker describes.
    """

    named: dict[str, Any]
    fits: Posterior
    levels: list[str]
    left_out: int = 0


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each factor (effort, goal), parameter and term: two levels, or a spread.

    One observation is a fit of a single framing. `bayes`: the Stan program beside this module, with
    the covariance of the fits' posteriors as measurement error; `classical`: statsmodels' MixedLM
    by REML of the posterior means as if they were data. Both let a level do more in one family than
    in another (slopes). Each is given with the fits that a speaker describes alone (`described`)
    and with all of them, where these differ. The family of `found` are all pairs of levels of
    either selection.
    """
    found: dict[str, list[tuple[dict[str, Any], Array | None]]] = {ALL: [], DESCRIBED: []}
    for factor in ("effort", "goal"):
        for whole in _parts(evidence, factor):
            rows = list(_rows(whole))
            found[ALL] += rows
            kept = _described(whole)
            if kept is whole:
                found[DESCRIBED] += [({**row, "which": DESCRIBED}, x) for row, x in rows]
            elif kept is not None:
                found[DESCRIBED] += _rows(kept)
    for rows in found.values():
        pairs = [(row, x) for row, x in rows if x is not None]
        if pairs:
            family = simultaneous(np.stack([x for _, x in pairs]), evidence.level)
            for (row, _), *values in zip(pairs, *family.values(), strict=True):
                row |= dict(zip(family, (v.item() for v in values), strict=True))
    return table([row for which in (DESCRIBED, ALL) for row, _ in found[which]], SCHEMA)


def _parts(evidence: Evidence, factor: str) -> Iterator[Part]:
    """What is modelled of one factor: efforts within each goal, goals within each effort.

    Goals of checkpoints of a training are not taken together: their families have many each.
    """
    asked = evidence.of_framings(MODELLED).where(
        ~pl.col("model").is_in(list(evidence.baseline)),
        pl.col("effort").is_not_null() if factor == "effort" else pl.col("progress").is_null(),
    )
    within = {"effort": "goal", "goal": "effort"}[factor]
    for value in asked.fits[within].unique(maintain_order=True):
        fits = asked.where(pl.col(within).eq_missing(value))
        names = fits.fits[factor].to_list()
        levels = efforts(names) if factor == "effort" else [g for g in evidence.goals if g in names]
        if len(levels) > 1 and (factor == "effort" or fits.fits["family"].n_unique() > 1):
            named = {"study": evidence.study, "factor": factor, within: value, "which": ALL}
            yield Part(named, fits, levels)


def _described(whole: Part) -> Part | None:
    """The same without the fits that no speaker describes; None where no two levels are left."""
    kept = whole.fits.where(passed())
    out = whole.fits.fits.height - kept.fits.height
    if not out:
        return whole
    levels = [name for name in whole.levels if name in kept.fits[whole.named["factor"]].to_list()]
    if len(levels) < 2:
        return None
    return Part({**whole.named, "which": DESCRIBED}, kept, levels, out)


def _rows(part: Part) -> Iterator[tuple[dict[str, Any], Array | None]]:
    """The rows of each parameter; draws [draw] of the Bayesian difference of a pair of levels."""
    for k, parameter in enumerate(MODELLED):
        seen = observe(part.fits, k, part.named["factor"], part.levels, parameter)
        for row, x in _model(seen, LOGARITHM if parameter == "alpha" else 1.0):
            read = row["verdict"] == "ok" and part.fits.fits.filter(~passed()).is_empty()
            row["verdict"] = "ok" if read else "suspect"
            yield {**part.named, "parameter": parameter, "left_out": part.left_out, **row}, x


def _model(seen: Observations, unit: float) -> Iterator[tuple[dict[str, Any], Array | None]]:
    """Both models of one parameter, in the parameter's unit."""
    by_reml, note = classical(seen)
    draws, told = bayesian(seen)
    levels = seen.levels["level"]
    for term, x in draws.items():
        pair = isinstance(term, tuple)
        # the sd between families of a difference of two levels, each of which has its own effect
        scale = unit * (2**0.5 if term == "slope" else 1.0)
        x, own = x * scale, by_reml.get(term, {})
        numbers = {name: value.item() for name, value in summarise(x.reshape(-1)).items()}
        row = {
            "term": levels[term[1]] if pair else f"sd {term}",
            "against": levels[term[0]] if pair else None,
            "fits": len(seen.y),
            "families": seen.count("family"),
            "framings": seen.count("framing"),
            **{k: v if k == "classical_p" else v * scale for k, v in own.items()},
            "classical_note": note,
            "bayes": numbers["mean"],
            "bayes_sd": numbers["sd"],
            "bayes_low": numbers["hdi_low"],
            "bayes_high": numbers["hdi_high"],
            "p_direction": numbers["p_direction"] if pair else None,
            "rhat": told["rhat"][term],
            "ess_bulk": told["ess"][term],
            "verdict": "ok" if told["clean"] else "suspect",
        }
        yield row, x.reshape(-1) if pair else None
