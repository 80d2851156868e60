"""Model comparison of speaker variants by leave-one-out cross-validation (PSIS-LOO) with stacking
weights.

A point is what would be left out at once: all answers to one vignette in one state, or one answer
where only counts are known (recorded behaviour). What is scored is what was fitted: corrected for
the place of an option where the fit is, and by its effective number of answers, for a point is
taken out of the posterior by the weight with which it went in. Source: Vehtari, Gelman and Gabry
2017; weights by stacking, Yao and others 2018.
"""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tactometer.inference.behaviour import Behaviour
from tactometer.inference.counted import effective
from tactometer.inference.intervals import thinned
from tactometer.inference.vignettes import Vignettes
from tactometer.reading.counts import POOLED
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import speaker
from tactometer.study import fit_recipe
from tactometer.study.fit_recipe import FitRecipe, Space
from tactometer.utils import atomic_files
from tactometer.utils.arrays import Array

# Of all chains, spread evenly: of 1,000, a Pareto k of .6 may come out at .8 (measured).
DRAWS = 4000
BAD_K = 0.7  # above it, a point's estimate cannot be believed (Vehtari and others 2024)
ALL = "all"  # the goals of a model that shares parameters over them
COMPARISON = {
    **dict.fromkeys(["goal", "framing", "speaker", "semantics", "unit"], pl.String),
    **dict.fromkeys(["place", "points"], pl.Int64),
    **dict.fromkeys(["elpd", "se", "elpd_diff", "diff_se", "p_loo", "weight", "k_max"], pl.Float64),
    "k_bad": pl.Int64,
    "verdict": pl.String,
}


@dataclass(frozen=True)
class Points:
    """The units that are left out one by one: `counts` [point, state, utterance], each point
    `weights` [point] times.
    """

    counts: Array
    weights: Array
    unit: str


@dataclass(frozen=True)
class Variant:
    """PSIS-LOO of one speaker variant: elpd, Pareto k [point] and the verdict of its fit."""

    elpd: Array
    k: Array
    p_loo: float
    semantics: str
    verdict: str


def compare(
    settings: FitRecipe,
    fits: Mapping[str, Path],
    semantics: Path,
    counts: Mapping[str, Path],
    orders: Mapping[str, Path],
) -> pl.DataFrame:
    """Compare the variants of each goal and framing of one checkpoint; files are by goal.

    `settings` is the recipe fit/{model}.json, `semantics` the yes/no counts; `orders`, the counts
    by order of options, are empty where places are not corrected for. Goals that share parameters
    are compared together.
    """
    truths = pl.read_parquet(semantics)
    shown = {goal: pl.read_parquet(path) for goal, path in orders.items()}
    rows: list[dict[str, Any]] = []
    for goals in settings.together(fits):
        frames = {goal: pl.read_parquet(counts[goal]) for goal in goals}
        found = frames[goals[0]]["framing"].unique(maintain_order=True).to_list()
        for framing in _fitted(settings, found):
            head = {"goal": goals[0] if len(goals) == 1 else ALL, "framing": framing}
            parts, points = [], []
            for part in _parts(settings, found, framing):
                behaviour = effective(settings, frames, truths, part, shown)
                whole = behaviour.vignettes or Vignettes.of(frames, truths, part)
                for index, goal in enumerate(goals):
                    parts.append((goal, part))
                    points.append(_points(behaviour, index, whole))
            variants = {
                name: _over_goals(
                    [
                        _leave_out(settings, fits[g], f"{f}/{name}", p)
                        for (g, f), p in zip(parts, points, strict=True)
                    ]
                )
                for name in settings.fit.speakers
            }
            weights = np.concatenate([p.weights for p in points])
            rows += [{**head, "unit": points[0].unit, **row} for row in table(variants, weights)]
    return pl.DataFrame(rows, schema=COMPARISON)


def _fitted(settings: FitRecipe, found: Sequence[str]) -> Sequence[str]:
    """The framings that have fits: where they are pooled fully, and there are several, one."""
    full = settings.fit.pooling == "full" and len(found) > 2
    return [POOLED] if full else found


def _parts(settings: FitRecipe, found: Sequence[str], framing: str) -> Sequence[str]:
    """The fits that a framing's answers come from: pooled partially, each framing has its own."""
    if settings.fit.pooling == "partial" and framing == POOLED and len(found) > 2:
        return [name for name in found if name != POOLED]
    return [framing]


def table(variants: Mapping[str, Variant], weights: Array) -> Iterator[dict[str, Any]]:
    """A row for each variant, the best first; se of sums over points."""
    order = sorted(variants, key=lambda name: -float(weights @ variants[name].elpd))
    best = variants[order[0]].elpd
    shares = stack(np.stack([variants[name].elpd for name in order], axis=1), weights)
    for place, name in enumerate(order, start=1):
        one = variants[name]
        yield {
            "speaker": name,
            "semantics": one.semantics,
            "place": place,
            "points": round(weights.sum()),
            "elpd": float(weights @ one.elpd),
            "se": _error(one.elpd, weights),
            "elpd_diff": float(weights @ (one.elpd - best)),
            "diff_se": _error(one.elpd - best, weights),
            "p_loo": one.p_loo,
            "weight": float(shares[place - 1]),
            "k_max": float(one.k.max()),
            "k_bad": int((one.k > BAD_K).sum()),
            "verdict": one.verdict,
        }


def leave_one_out(log_p: Array, weights: Array) -> tuple[Array, Array, float]:
    """PSIS-LOO: elpd and Pareto k [point], and the effective number of parameters, from log p
    [draw, point].
    """
    import arviz

    log_weights, k = arviz.psislw(-log_p.T)
    elpd = _log_sum(np.asarray(log_weights) + log_p.T)
    lppd = _log_sum(log_p.T) - np.log(len(log_p))
    return elpd, np.asarray(k), float(weights @ (lppd - elpd))


def stack(elpd: Array, weights: Array, rounds: int = 2000) -> Array:
    """Stacking weights [variant], from elpd [point, variant], by expectation-maximisation."""
    p = np.exp(elpd - elpd.max(axis=1, keepdims=True))
    share = np.full(elpd.shape[1], 1 / elpd.shape[1])
    for _ in range(rounds):
        taken = p * share
        share = weights @ (taken / taken.sum(axis=1, keepdims=True)) / weights.sum()
    return np.asarray(share)


def _points(behaviour: Behaviour, goal: int, vignettes: Vignettes | None) -> Points:
    """What is left out one by one under a goal; all points together are what was fitted."""
    fitted = np.asarray(behaviour.counts[goal])
    if vignettes is None:
        said = np.argwhere(fitted > 0)
        alone = np.zeros((len(said), *fitted.shape))
        alone[np.arange(len(said)), said[:, 0], said[:, 1]] = 1
        return Points(alone, fitted[fitted > 0], "answer")
    cells = vignettes.counts[goal]
    before = cells.sum(axis=(0, 2))
    worth = np.divide(fitted.sum(axis=1), before, out=np.zeros(before.shape), where=before > 0)
    cells = cells * worth[:, None]
    asked = np.argwhere(np.abs(cells).sum(axis=2) > 0)
    points = np.zeros((len(asked), *fitted.shape))
    points[np.arange(len(asked)), asked[:, 1]] = cells[asked[:, 0], asked[:, 1]]
    return Points(points, np.ones(len(points)), "vignette and state")


def _leave_out(settings: FitRecipe, path: Path, group: str, points: Points) -> Variant:
    import xarray

    def read(part: str) -> Any:
        return xarray.open_dataset(path, group=f"{group}/{part}", engine="h5netcdf")

    with read("posterior") as posterior, read("observed_data") as answers:
        log_p = log_speaker(posterior, answers, settings.domain)
        told = posterior.attrs
    unit = np.einsum("psu,dsu->dp", points.counts, log_p)
    elpd, k, p_loo = leave_one_out(unit, points.weights)
    return Variant(elpd, k, p_loo, str(told["semantics"]), str(told["verdict"]))


def log_speaker(posterior: Any, answers: Any, domain: Space) -> Array:
    """log p(u|s) [draw, state, utterance] of thinned draws of one goal's posterior (xarray); theta
    comes from the yes/no answers where it was plugged in.
    """
    flat = posterior.stack(sample=("chain", "draw")).transpose("sample", ...)
    total = flat.sizes["sample"]
    flat = flat.isel(sample=thinned(total, DRAWS))
    plugged = (answers["yes"].values + 1) / (answers["n"].values + 2)
    theta = flat["theta"].values if "theta" in flat else plugged
    values = np.array(domain.worth, float)
    known = speaker(str(posterior.attrs["speaker"]))
    at = Natural.of({name: x.values for name, x in flat.data_vars.items()})
    return known.log_speaker(at, theta, values, domain.negated)[:, 0]


def _over_goals(found: Sequence[Variant]) -> Variant:
    return Variant(
        np.concatenate([one.elpd for one in found]),
        np.concatenate([one.k for one in found]),
        sum(one.p_loo for one in found),
        found[0].semantics,
        found[0].verdict,
    )


def _error(x: Array, weights: Array) -> float:
    """The standard error of a weighted sum of points."""
    n = weights.sum()
    centred = x - weights @ x / n
    return float(np.sqrt(n / max(n - 1, 1) * (weights @ centred**2)))


def _log_sum(x: Array) -> Array:
    top = x.max(axis=-1, keepdims=True)
    return np.asarray(np.log(np.exp(x - top).sum(axis=-1)) + top[..., 0])


def run(given: Namespace) -> None:
    """Compare the speaker variants of one checkpoint."""
    settings = fit_recipe.read(given.settings)
    fits, counts, orders = (
        {path.stem: path for path in paths} for paths in (given.fits, given.counts, given.orders)
    )
    frame = compare(settings, fits, given.semantics, counts, orders)
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
