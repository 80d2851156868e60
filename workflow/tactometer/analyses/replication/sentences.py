"""Published figures beside ours, a sentence each; and what the study lacks for the others."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.phrases import PARAMETERS, Row, chance, several
from tactometer.tables.cells import interval, number


def sentences(frame: pl.DataFrame) -> list[str]:
    """Published figures beside ours, a sentence each; and what the study lacks for the others."""
    told = [_told(row) for row in frame.drop_nulls("ours").iter_rows(named=True)]
    lacks = frame.filter(pl.col("ours").is_null()).unique(["claim", "why"], maintain_order=True)
    if lacks.height:
        missing = [f"{_claim(row)} ({row['why']})" for row in lacks.iter_rows(named=True)]
        told.append(f"Not held against the publication: {'; '.join(missing)}.")
    return told


CLAIMED = {
    "base_model": "the base model outweighs data set and method; here its share of the variance of"
    " φ* between runs at the end, noise taken out, is",
    "first_quarter": "the first quarter of training moves speakers farthest; here φ* and the"
    " weights move in it by a squared distance, noise taken out, of",
}


def _told(row: Row) -> str:
    if row["claim"] in CLAIMED:
        ends = interval(row["ours_low"], row["ours_high"])
        return (
            f"Published: {CLAIMED[row['claim']]} {number(row['ours'])} {ends}"
            f" ({several(row['fits'], 'run')}; probability that it is the largest:"
            f" {number(row['probability'])})."
        )
    form = ".3f" if row["parameter"] == "mse" else ".2f"
    ends = ", ".join(number(row[k], form) for k in ("ours_low", "ours_high"))
    ours = f"{number(row['ours'], form)} [{ends}]"
    left = f", {row['left_out']:,} left out" if row["left_out"] else ""
    return (
        f"Published of {_quantity(row)}: {_theirs(row)}; here {ours}"
        f" ({several(row['fits'], _unit(row), _units(row))}{left}){_verdict(row)}."
    )


def _unit(row: Row) -> str:
    return "pair of fits" if row["claim"] == "effort" else "fit"


def _units(row: Row) -> str:
    return "pairs of fits" if row["claim"] == "effort" else "fits"


def _quantity(row: Row) -> str:
    if row["claim"] == "effort":
        name = PARAMETERS[row["parameter"]]
        return f"{name} with effort {row['term']} less that with {row['against']}"
    if row["claim"] == "held_out":
        return "the error of held-out shares less that of speakers from the prior"
    return (
        f"{PARAMETERS.get(row['parameter'], row['parameter'])} at the end of {row['term'].upper()}"
    )


def _claim(row: Row) -> str:
    return str(row["claim"]).replace("_", " ")


def _theirs(row: Row) -> str:
    version = f" ({row['version']})" if row["version"] else ""
    if row["value"] is None:
        return f"p = {number(row['p'])}{version}, and no size that is known here"
    form = ".3f" if row["version"] == "v4" else ".2f"
    known = (
        f" {interval(row['low'], row['high'])}" if row["has_interval"] else ", no interval known"
    )
    return f"{number(row['value'], form)}{version}{known}"


def _verdict(row: Row) -> str:
    if row["inside"] is None:
        return ""
    sign = {True: "the same sign", False: "the other sign", None: ""}[row["same_sign"]]
    if sign:
        sure = row["probability"]  # of a positive one
        told = "" if sure is None else f" ({chance(max(sure, 1 - sure))})"
        sign = f"{sign}{told}, "
    return f": {sign}theirs {'inside' if row['inside'] else 'outside'} our 95% interval"
