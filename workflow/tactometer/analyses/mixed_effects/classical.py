"""The mixed model by restricted maximum likelihood, of posterior means as if they were data."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from scipy import special

from tactometer.analyses.mixed_effects.observations import Observations
from tactometer.utils.arrays import Array

BOUND = 1e-3  # a spread below it stands at its bound of 0


def pairs(levels: int) -> Iterator[tuple[int, int]]:
    """The numbers of each two levels, the earlier first."""
    yield from combinations(range(levels), 2)


def contrast(first: int, second: int, columns: int) -> Array:
    """The second level less the first, as weights of the fixed columns."""
    weights = np.zeros(columns)
    for sign, level in ((-1.0, first), (1.0, second)):
        if level:  # the first level is the intercept
            weights[level] += sign
    return weights


def classical(seen: Observations) -> tuple[dict[Any, dict[str, float]], str]:
    """Estimates by pair of levels and by spread, and what went wrong.

    Intervals have the degrees of freedom of the families' differences, which are exact where every
    family has every level as often (the F test of a factor against its interaction with a random
    one): (families - 1) (levels - 1). With one family they are those of the rest.
    """
    fixed = seen.fixed
    if len(seen.y) <= fixed.shape[1]:
        return {}, "no more fits than terms"
    import statsmodels.api  # noqa: F401 (it sets filters of its own, once)

    notes: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is read from the result, into the table
        try:
            fitted, spread = _fitted(seen, notes)
        except (np.linalg.LinAlgError, ValueError) as error:
            return {}, f"failed: {error}"
    found: dict[Any, dict[str, float]] = {}
    params, covariance = np.asarray(fitted.params), np.asarray(fitted.cov_params())
    k = fixed.shape[1]
    families, levels = seen.count("family"), seen.count("level")
    df = (families - 1) * (levels - 1) if families > 1 else max(len(seen.y) - k, 1)
    for pair in pairs(levels):
        c = contrast(*pair, k)
        value, se = float(c @ params[:k]), float(np.sqrt(c @ covariance[:k, :k] @ c))
        reach = float(special.stdtrit(df, 0.975)) * se
        p = 2 * float(special.stdtr(df, -abs(value) / se)) if se > 0 else 1.0
        found[pair] = {"classical": value, "classical_se": se, "classical_low": value - reach,
                       "classical_high": value + reach, "classical_p": p}  # fmt: skip
    return found | {name: {"classical": sd} for name, sd in spread.items()}, "; ".join(notes)


def _fitted(seen: Observations, notes: list[str]) -> tuple[Any, dict[str, float]]:
    """The fitted model, and the sd of each random part."""
    import statsmodels.api as sm

    groups = {name: z for name, z in seen.groups.items() if z.shape[1] < len(seen.y)}
    if not groups or len(seen.y) <= seen.fixed.shape[1] + len(groups):
        notes.append("no group with two levels: least squares")
        fitted, spread = sm.OLS(seen.y, seen.fixed).fit(), {}
    else:
        fitted = _crossed(seen.y, seen.fixed, groups).fit(reml=True, method=["powell", "lbfgs"])
        spread = dict(zip(groups, (float(v) ** 0.5 for v in fitted.vcomp), strict=True))
        if min(spread.values()) < BOUND:
            notes.append("a spread is at its bound of 0")
        if not fitted.converged:
            notes.append("did not converge")
    return fitted, spread | {"residual": float(fitted.scale) ** 0.5}


def _crossed(y: Array, fixed: Array, groups: dict[str, Array]) -> Any:
    """A MixedLM whose only group is the whole data, with a variance component for each part."""
    from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

    columns = [[[f"{name}{i}" for i in range(z.shape[1])]] for name, z in groups.items()]
    parts = VCSpec(list(groups), columns, [[z] for z in groups.values()])
    return MixedLM(y, fixed, np.zeros(len(y)), exog_re=None, exog_vc=parts)
