"""Replication: published figures, each beside what the same quantity is in this study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tactometer.analyses.evidence import Evidence, table
from tactometer.analyses.replication.claims import CLAIMS, Ours
from tactometer.analyses.replication.settings import Replication
from tactometer.utils.paths import locate

PUBLISHED = {
    **dict.fromkeys(["claim", "parameter", "term", "against", "version"], pl.String),
    **dict.fromkeys(["value", "low", "high", "p", "z"], pl.Float64),
}
SCHEMA = {
    "study": pl.String,
    **PUBLISHED,
    "has_interval": pl.Boolean,
    **dict.fromkeys(["ours", "ours_low", "ours_high", "probability"], pl.Float64),
    "same_sign": pl.Boolean,
    "inside": pl.Boolean,
    **dict.fromkeys(["fits", "left_out"], pl.Int64),
    "why": pl.String,
}


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each published figure; none where the study names no publication.

    `value` to `z` are theirs, null where not known; `ours` is the same quantity over the fits of
    this study that may be read, with its 95% HDI, and `probability` that it is positive (of
    efforts), or that what is claimed without a number holds. `inside`: theirs lies in our interval.
    `why` says what the study lacks where there is nothing of ours.
    """
    settings = evidence.settings.of(Replication)
    rows: list[dict[str, Any]] = []
    for path in settings.files:
        for theirs in pl.read_csv(locate(path), schema_overrides=PUBLISHED).to_dicts():
            found = CLAIMS[theirs["claim"]](evidence, theirs)
            rows.append({"study": evidence.study, **theirs, **_beside(theirs, found)})
    return table(rows, SCHEMA)


def _beside(theirs: Mapping[str, Any], ours: Ours) -> dict[str, Any]:
    """What ours is, and how theirs lies to it."""
    value, signed = theirs["value"], theirs["claim"] in ("effort", "held_out")
    mean, low, high = ours.mean, ours.low, ours.high
    inside = same = None
    if value is not None and mean is not None and low is not None and high is not None:
        inside = bool(low <= value <= high)
        same = (value > 0) == (mean > 0) if signed else None
    probability = ours.positive
    if theirs["claim"] == "ppo_end" or (signed and value is None):
        probability = None  # nothing is said of a sign
    return {
        "has_interval": theirs["low"] is not None and theirs["high"] is not None,
        "ours": mean,
        "ours_low": low,
        "ours_high": high,
        "probability": probability,
        "same_sign": same,
        "inside": inside,
        "fits": ours.fits,
        "left_out": ours.left_out,
        "why": ours.why,
    }
