"""Profiles: every speaker beside the yardstick with the same goal, by family, effort and goal."""

from __future__ import annotations

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
from tactometer.tables.fit_selection import FIT
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
    posterior probability that a weight is the largest of the three (null for phi). `described`,
    `choices` and `told` are what criticism says of the fit and of the parameter.
    """
    models, people = evidence.models, evidence.beside
    alike = evidence.yardstick.comparable if evidence.yardstick else ()
    human = {
        fit["goal"]: ((fit["model"], fit["verdict"]), x)
        for fit, x in zip(people.fits.to_dicts(), people.draws, strict=True)
    }
    rows = []
    for fit, x in zip(models.fits.to_dicts(), models.draws, strict=True):
        named = {"study": evidence.study, **fit}
        theirs = human.get(fit["goal"]) if fit["model"] in alike else None
        rows += [{**named, **beside} for beside in _beside(x, *(theirs or (None, None)))]
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
