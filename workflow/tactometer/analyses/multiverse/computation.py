"""Multiverse: each claim of a study under every way in which its choices are fitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import polars as pl

from tactometer.analyses.evidence import PARAMETERS, Evidence, efforts, table
from tactometer.analyses.phrases import SIGN
from tactometer.analyses.replication import claims
from tactometer.analyses.replication.claims import Ours, mean_difference
from tactometer.analyses.shifts.computation import DEFAULT

# What else is claimed of trainings: how it is computed, and of what.
TRAINING = (
    ("ppo_end", claims.ppo_end, {"parameter": "phi", "term": "ppo", "against": None}),
    ("base_model", claims.base_model, {"parameter": "phi", "term": "family", "against": None}),
    ("first_quarter", claims.first_quarter, {"parameter": "all", "term": "first quarter",
                                             "against": "other quarters"}),
)  # fmt: skip
NAMED = ("claim", "parameter", "term", "against")
NUMBERS = dict.fromkeys(["mean", "low", "high", "probability"], pl.Float64)
SCHEMA = {
    "study": pl.String,
    **dict.fromkeys([*NAMED, "fit"], pl.String),
    **NUMBERS,
    **dict.fromkeys(["fits", "left_out"], pl.Int64),
    "headline": pl.String,
    **{f"headline_{name}": kind for name, kind in NUMBERS.items()},
    "same": pl.Boolean,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each claim and way of fitting, the headline's first; none where there is one way.

    Claims: the mean over all models of what a goal does against `default`, and an effort against
    the least one, for each parameter; and of trainings those of `replication`. `probability`: that
    the mean is positive, or that what is claimed holds. `same`: both ways are sure (.975) of the
    same; null where one of the two is not sure of anything.
    """
    if "further" not in evidence.tables:
        return pl.DataFrame(schema=SCHEMA)
    further = evidence.tables["further"]
    names = further.select(pl.col("fit").unique(maintain_order=True)).collect()["fit"].to_list()
    first = evidence.models.fits["fit"]
    headline = str(first[0]) if first.len() else ""
    ways = {headline: evidence} | {name: _under(evidence, name) for name in names}
    rows: list[dict[str, Any]] = []
    main: dict[tuple[Any, ...], Ours] = {}
    for name, seen in ways.items():
        for claim, ours in _claims(seen):
            if ours.mean is None:
                continue
            mine = main.setdefault(claim, ours) if name == headline else main.get(claim)
            told = {key: value for key, value in asdict(ours).items() if key != "why"}
            told["probability"] = told.pop("positive")
            row = {"study": evidence.study, **dict(zip(NAMED, claim, strict=True)), "fit": name}
            rows.append({**row, **told, "headline": headline, **_beside(ours, mine)})
    return table(rows, SCHEMA)


def _under(evidence: Evidence, name: str) -> Evidence:
    """The evidence as one of the further fits has it, without the yardstick, which was fitted as
    the headline was.
    """
    own = evidence.tables["further"].filter(pl.col("fit") == name)
    tables = {key: value for key, value in evidence.tables.items() if key != "further"}
    return replace(evidence, tables={**tables, "estimates": own}, yardstick=None)


def _claims(evidence: Evidence) -> Iterator[tuple[tuple[Any, ...], Ours]]:
    fits = evidence.models.fits
    pairs = [("goal", goal, DEFAULT) for goal in evidence.goals if goal != DEFAULT]
    known = efforts(fits["effort"].drop_nulls().unique().to_list())
    pairs += [("effort", effort, known[0]) for effort in known[1:]]
    for claim, term, against in pairs:
        for parameter in PARAMETERS:
            ours = mean_difference(evidence, claim, term, against, parameter)
            yield (claim, parameter, term, against), ours
    for claim, compute, theirs in TRAINING:
        yield (claim, *(theirs[name] for name in NAMED[1:])), compute(evidence, theirs)


def _beside(ours: Ours, main: Ours | None) -> Mapping[str, Any]:
    """The headline's numbers, and whether both are sure of the same."""
    if main is None:
        return {}
    sides = [_side(one.positive) for one in (ours, main)]
    return {
        "headline_mean": main.mean,
        "headline_low": main.low,
        "headline_high": main.high,
        "headline_probability": main.positive,
        "same": None if None in sides else sides[0] == sides[1],
    }


def _side(probability: float | None) -> int | None:
    """On which side one is sure to be; None for neither."""
    if probability is None:
        return None
    return 1 if probability >= SIGN else -1 if probability <= 1 - SIGN else None
