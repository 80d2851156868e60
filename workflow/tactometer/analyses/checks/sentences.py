"""What a model will not answer or has unlearnt, and whether its samples are samples."""

from __future__ import annotations

import polars as pl

from tactometer.analyses.checks.ability import MORE
from tactometer.analyses.phrases import MOST, Row
from tactometer.tables.cells import interval


def sentences(frame: pl.DataFrame) -> list[str]:
    """Prompt sets that are refused or stopped, repeated answers, and models that changed."""
    flagged = frame.filter("flagged")
    refused = flagged.filter(check="refused")
    known = refused.select("model", "checkpoint", "goal")
    stopped = flagged.filter(check="stopped").join(
        known, on=["model", "checkpoint", "goal"], how="anti", maintain_order="left"
    )
    repeated = flagged.filter(check="identical")
    served, lost = (flagged.filter(check=name) for name in ("served", "ability"))
    told = ((lost, _lost), (refused, _refused), (stopped, _stopped), (repeated, _repeated),
            (served, _served))  # fmt: skip
    return [tell(row) for rows, tell in told for row in rows.head(MOST).iter_rows(named=True)]


def _whose(row: Row) -> str:
    return f"{row['model']} ({row['checkpoint']}), prompts of {row['goal']}"


def _lost(row: Row) -> str:
    more = row["value"] / row["limit"] * (1 + MORE) - 1
    return (
        f"{row['model']} ({row['checkpoint']}) is worse at plain English than its first checkpoint:"
        f" a character of a fixed text costs it {row['value']:.2f} bits, {more:.0%} more. What"
        " moved since then may be the language, and not values."
    )


def _refused(row: Row) -> str:
    return (
        f"{_whose(row)}: it refuses {row['value']:.0%} {interval(row['low'], row['high'])} of "
        f"{row['n']:,} answers, which is a finding and leaves little to fit."
    )


def _stopped(row: Row) -> str:
    return f"{_whose(row)}: {row['note']}; what is fitted rests on the rest of these."


def _served(row: Row) -> str:
    return (
        f"{row['model']} ({row['checkpoint']}): its provider changed the model while it was asked "
        f"({row['note']}); {row['value']:.0%} of these answers are not of its usual version."
    )


def _repeated(row: Row) -> str:
    return (
        f"{_whose(row)}: all answers to a prompt are the same word for word in {row['value']:.0%} "
        f"of {row['n']:,} prompts, where independent samples would be in {row['limit']:.0%}: a "
        "server that caches or ignores the temperature, or a model that is sure of each prompt."
    )
