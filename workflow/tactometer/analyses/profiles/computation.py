"""Profiles: every speaker beside the yardstick with the same goal, by family, effort and goal."""

from __future__ import annotations

import numpy as np
import polars as pl

from tactometer.analyses.evidence import (
    LABEL_TYPES,
    NAMES,
    ONE_FIT,
    PARAMETERS,
    Evidence,
    table,
)
from tactometer.analyses.posterior_differences import SUMMARY, summarise
from tactometer.tables.fit_selection import FIT, PASSED, checkpoint_order
from tactometer.utils.arrays import Array

DIFFERENCE = {f"difference_{name}": kind for name, kind in SUMMARY.items() if name != "sd"}
OWN = [name for name in SUMMARY if name != "p_direction"]
PEOPLE = {"human_mean": "mean", "human_low": "hdi_low", "human_high": "hdi_high"}
WEIGHTS = [k for k, name in enumerate(PARAMETERS) if name.startswith("omega_")]
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "parameter": pl.String,
    **{name: SUMMARY[name] for name in OWN},
    "p_largest": pl.Float64,
    "p_most": pl.Float64,
    "human": pl.String,
    "human_verdict": pl.String,
    **dict.fromkeys(PEOPLE, pl.Float64),
    **DIFFERENCE,
    "verdict": pl.String,
    "described": pl.String,
    "choices": pl.String,
    "told": pl.Boolean,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal, parameter); `human_*` where the study's yardstick
    has that goal, and the model was fitted on the terms on which it was (`study.yardstick`).

    Means and intervals of one fit are those of `tables/estimates`, of all its draws.
    `difference_*` is the posterior of the model's value minus the yardstick's, `p_largest` the
    posterior probability that a weight is the largest of the three (null for phi), `p_most` that a
    model has more of the parameter than every other with the same goal: those of whose last
    checkpoint it may be told (null where there is none). `described`, `choices` and `told` are what
    criticism says of the fit and of the parameter.
    """
    models, people = evidence.models, evidence.beside
    alike = evidence.yardstick.comparable if evidence.yardstick else ()
    human = {
        fit["goal"]: ((fit["model"], fit["verdict"]), x)
        for fit, x in zip(people.fits.to_dicts(), people.draws, strict=True)
    }
    rows = []
    for fit, x, most in zip(models.fits.to_dicts(), models.draws, _most(evidence), strict=True):
        named = {"study": evidence.study, **fit}
        theirs = human.get(fit["goal"]) if fit["model"] in alike else None
        for k, beside in enumerate(_beside(x, *(theirs or (None, None)))):
            rows.append({**named, **beside, "p_most": most[k]})
    known = (*OWN, *PEOPLE, "described", "choices", "told")
    blank = {name: kind for name, kind in SCHEMA.items() if name not in known}
    return (
        table(rows, blank)
        .join(_own(evidence), on=[*FIT, "parameter"], how="left")
        .join(_of_people(evidence), on=["human", "goal", "parameter"], how="left")
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    )


def _own(evidence: Evidence) -> pl.DataFrame:
    """What `tables/estimates` says of each (model, checkpoint, goal, parameter), and `choices`."""
    fits = evidence.posterior.fits.select(ONE_FIT)
    of_fits = evidence.tables["diagnostics"].select(*ONE_FIT, "choices").collect()
    told = evidence.tables["estimates"]
    rows = told.select(*ONE_FIT, "parameter", *OWN, "described", "told").collect()
    found = fits.join(rows, on=ONE_FIT).join(of_fits, on=ONE_FIT)
    return found.select(*FIT, "parameter", *OWN, "described", "choices", "told")


def _most(evidence: Evidence) -> list[list[float | None]]:
    """For each fit of a model and each of PARAMETERS, how probable it is that no other model with
    the same goal has more, by the last checkpoint of each that may be read and told of.
    """
    fits, draws = evidence.models.fits, evidence.models.draws
    told = set(_own(evidence).filter("told").select(*FIT, "parameter").rows())
    last = {model: checkpoint_order(rows)[-1] for (model,), rows in fits.group_by("model")}
    keys = [(fit["model"], fit["checkpoint"], fit["goal"]) for fit in fits.to_dicts()]
    ends = [last[key[0]] == key[1] for key in keys]
    read = fits["verdict"].is_in(list(PASSED)).to_list()
    found: list[list[float | None]] = []
    for i, (model, _, goal) in enumerate(keys):
        others = [
            j for j, key in enumerate(keys)
            if key[0] != model and key[2] == goal and ends[j] and read[j]
        ]  # fmt: skip
        row: list[float | None] = []
        for k, parameter in enumerate(PARAMETERS):
            beside = [draws[j, :, k] for j in others if (*keys[j], parameter) in told]
            highest = np.max(beside, axis=0) if beside else None
            row.append(None if highest is None else float((draws[i, :, k] > highest).mean()))
        found.append(row)
    return found


def _of_people(evidence: Evidence) -> pl.DataFrame:
    """What `tables/estimates` says of the yardstick's fit on the models' terms, by goal."""
    columns = {column: pl.col(source) for column, source in PEOPLE.items()}
    rows = evidence.tables["estimates"].select(*ONE_FIT, "parameter", **columns).collect()
    found = evidence.beside.fits.select(ONE_FIT).join(rows, on=ONE_FIT)
    return found.select(pl.col("model").alias("human"), "goal", "parameter", *PEOPLE)


def _beside(
    x: Array, human: tuple[str, str] | None, people: Array | None
) -> list[dict[str, object]]:
    """The rows of one fit, x [draw, parameter], beside the draws of people: (name, verdict)."""
    name, verdict = human or (None, None)
    apart = None if people is None else summarise((x - people).T)
    largest = x[:, WEIGHTS].argmax(axis=1)
    rows = []
    for k, parameter in enumerate(PARAMETERS):
        row: dict[str, object] = {"parameter": parameter, "human": name, "human_verdict": verdict}
        if k in WEIGHTS:
            row["p_largest"] = float((largest == WEIGHTS.index(k)).mean())
        for column in DIFFERENCE:
            source = column.removeprefix("difference_")
            row[column] = None if apart is None else float(apart[source][k])
        rows.append(row)
    return rows
