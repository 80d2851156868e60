"""Drift at a provider: whether one model answered all through a sweep, and all efforts alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

APART = 0.5
"""Distance in time from which on checkpoints of a model count as asked apart."""
SHOWN = 4  # versions that a note names
_VERSION = ["reported", "fingerprint"]
SCHEMA = {
    **dict.fromkeys(["model", "checkpoint", "check"], pl.String),
    **dict.fromkeys(["value", "limit"], pl.Float64),
    "n": pl.Int64,
    "flagged": pl.Boolean,
    "note": pl.String,
}


def checks(served: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """A row for each checkpoint whose provider told who answered, and for each with siblings.

    `served`: the share of its answers that did not come from the version (reported name and
    fingerprint) that gave most answers of its model, flagged where the model's answers came from
    more than one; the note has the share of each, with its times, and by how much these shares
    differ between prompt sets. `apart`: how far it was asked apart in time from another checkpoint
    of its model, flagged above APART. Both are tables of that name.
    """
    rows = [*_versions(served), *_times(asked)]
    return pl.DataFrame([{k: row.get(k) for k in SCHEMA} for row in rows], schema=SCHEMA)


def _versions(served: pl.DataFrame) -> Iterator[dict[str, Any]]:
    told = served.filter(pl.col("reported").is_not_null() | pl.col("fingerprint").is_not_null())
    for (model,), mine in told.group_by("model", maintain_order=True):
        sums = mine.group_by(_VERSION, maintain_order=True).agg(pl.col("answers").sum())
        usual = sums.sort("answers", descending=True, maintain_order=True).row(0, named=True)
        changed = any(mine[name].drop_nulls().n_unique() > 1 for name in _VERSION)
        for (checkpoint,), own in mine.group_by("checkpoint", maintain_order=True):
            total = int(own["answers"].sum())
            same = own.filter(*(pl.col(k).eq_missing(pl.lit(usual[k])) for k in _VERSION))
            yield {
                "model": model,
                "checkpoint": checkpoint,
                "check": "served",
                "value": 1.0 - int(same["answers"].sum()) / total if changed else 0.0,
                "limit": 0.0,
                "n": total,
                "flagged": changed,
                "note": _shares(own, total),
            }


def _shares(own: pl.DataFrame, total: int) -> str:
    """Each version of a checkpoint with its share and times, and how prompt sets differ in them."""
    versions = (
        own.group_by(_VERSION, maintain_order=True)
        .agg(pl.col("answers").sum(), pl.col("first_at").min(), pl.col("last_at").max())
        .sort("first_at")
        .to_dicts()
    )
    said = [
        f"{_name(each)}: {each['answers'] / total:.1%} of answers, "
        f"{_moment(each['first_at'])} to {_moment(each['last_at'])}"
        for each in versions[:SHOWN]
    ]
    if len(versions) > SHOWN:
        said.append(f"and {len(versions) - SHOWN} more")
    if len(versions) > 1:
        said.append(f"shares differ by up to {_spread(own):.1%} between prompt sets")
    return "; ".join(said)


def _spread(own: pl.DataFrame) -> float:
    """The largest difference between prompt sets in the share of one version."""
    sums = own.group_by("prompt_set", *_VERSION).agg(pl.col("answers").sum())
    shares = sums.with_columns(share=pl.col("answers") / pl.col("answers").sum().over("prompt_set"))
    sets = shares["prompt_set"].n_unique()
    by = shares.group_by(_VERSION).agg(
        most=pl.col("share").max(),
        least=pl.when(pl.len() == sets).then(pl.col("share").min()).otherwise(0.0),
    )
    return float((by["most"] - by["least"]).max())  # type: ignore[arg-type]


def _times(asked: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in asked.drop_nulls("apart").iter_rows(named=True):
        flagged = row["apart"] > APART
        when = f"asked {_moment(row['first_at'])} to {_moment(row['last_at'])}"
        more = ": what changed at the provider meanwhile would look like an effect" * flagged
        yield {
            "model": row["model"],
            "checkpoint": row["checkpoint"],
            "check": "apart",
            "value": row["apart"],
            "limit": APART,
            "n": row["answers"],
            "flagged": flagged,
            "note": f"{when}, apart in time from {row['apart_from']}{more}",
        }


def _name(version: Mapping[str, Any]) -> str:
    fingerprint = version["fingerprint"]
    return f"{version['reported']}{f' ({fingerprint})' if fingerprint else ''}"


def _moment(at: str | None) -> str:
    return (at or "")[:16].replace("T", " ")
