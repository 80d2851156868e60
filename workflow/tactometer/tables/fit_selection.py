"""Select the headline fit of each condition, filter by verdict, order models and checkpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import polars as pl

from tactometer.reading.counts import AVERAGED, MIXTURE, POOLED
from tactometer.speaker_model.variants import WHOLE_FIRST
from tactometer.study.yardstick import BESIDE

# What is of all framings: an average stands where they do not agree, and not what is pooled.
TOGETHER = (POOLED, AVERAGED, MIXTURE)
# Where a (model, checkpoint, goal) has several fits, the first of these stands for it.
PREFERRED = {"framing": POOLED, "semantics": "joint"}
CHOICES = ("framing", "fit", "speaker", "semantics")
EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]
FIT = ["model", "checkpoint", "goal"]
ONE_FIT = [*FIT, *CHOICES]
PASSED = ("ok", "refit")  # clean at the first run, or at a later, more careful one


# What an average over fits is of: those that may be read, or all. It is given with both, since to
# leave out what no speaker describes selects on the outcome.
DESCRIBED, ALL = "described", "all"
NO_SPEAKER = "no speaker"
NOTHING_TOLD = "nothing told"


def judged(estimates: pl.DataFrame) -> pl.DataFrame:
    """Estimates whose verdict is that of a reader: on top of the chains', `no speaker` where none
    describes the behaviour, `nothing told` where no parameter may be told of.
    """
    read = pl.col("verdict").is_in(PASSED)
    none = ~pl.col("told").any().over(ONE_FIT)
    return estimates.with_columns(
        verdict=pl.when(read & (pl.col("described") == "no"))
        .then(pl.lit(NO_SPEAKER))
        .when(read & none)
        .then(pl.lit(NOTHING_TOLD))
        .otherwise("verdict")
    )


def passed() -> pl.Expr:
    """Whether a fit may be read; one without a verdict may not."""
    return pl.col("verdict").is_in(PASSED).fill_null(False)


def sampled(diagnostics: pl.DataFrame) -> pl.DataFrame:
    """The rows of fits that were sampled: an average over framings has no chains of its own, and
    where there is one framing its fit is the pooled one, and stands there.
    """
    if diagnostics.is_empty():
        return diagnostics
    fits = diagnostics.filter(~pl.col("framing").is_in([AVERAGED, MIXTURE]))
    of_all = (pl.col("framing") == POOLED).any().over(one := [k for k in ONE_FIT if k != "framing"])
    single = pl.col("framing") != POOLED
    return fits.filter(~(single & of_all & (single.sum().over(one) == 1)))


def representative(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of the one fit that stands for each (model, checkpoint, goal).

    The average over framings that do not agree before what is pooled, and that before any one
    framing; a model's own fit before that on the terms of others, `s2` before S2 with cost or lapse
    and these before what lacks a utility (`WHOLE_FIRST`), joint semantics before fixed. Fits beside
    the headline are no part of the frame (`without`).
    """
    choices = [column for column in CHOICES if column in frame.columns]
    by = FIT + choices
    other = [_rank(c).alias(f"other_{c}") for c in choices]
    ranked = frame.select(by).unique().with_columns(other)
    order = [f"other_{c}" for c in choices] + choices
    chosen = ranked.sort(FIT + order).group_by(FIT, maintain_order=True).first().select(by)
    return frame.join(chosen, on=by, how="semi")


F = TypeVar("F", pl.DataFrame, pl.LazyFrame)


def without(frame: F, further: Sequence[str]) -> F:
    """A table without the fits that stand beside the headline: what is read of it is of the first
    fit of a study alone, but for the analysis of what the choices of a fit do.
    """
    if not further or "fit" not in frame.collect_schema().names():
        return frame
    return frame.filter(~pl.col("fit").cast(pl.String).is_in(list(further)))


def _rank(column: str) -> pl.Expr:
    """0 for what is preferred in a column, more for the rest."""
    if column == "fit":
        return (pl.col(column) == BESIDE).cast(pl.Int64)
    if column == "speaker":
        places = {name: place for place, name in enumerate(WHOLE_FIRST)}
        return pl.col(column).cast(pl.String).replace_strict(places, default=len(places))
    rest = (pl.col(column) != PREFERRED[column]).cast(pl.Int64)
    if column != "framing":
        return rest
    return pl.when(pl.col(column) == AVERAGED).then(-1).otherwise(rest)


def natural(text: str) -> tuple[tuple[int, float, str], ...]:
    """A key that sorts checkpoint-20 before checkpoint-100 and low before high."""
    if text in EFFORTS:
        return ((-1, EFFORTS.index(text), ""),)
    parts = re.split(r"(\d+(?:\.\d+)?)", text)
    return tuple((0, float(p), "") if p[:1].isdigit() else (1, 0.0, p) for p in parts if p)


def checkpoint_order(frame: pl.DataFrame) -> list[str]:
    """All checkpoints of a table, in the order of training or of effort."""
    return sorted(frame["checkpoint"].unique().to_list(), key=natural)


def model_order(frame: pl.DataFrame, baseline: Sequence[str]) -> list[str]:
    """All models of a table: the baseline first, then family by family."""
    labels = [c for c in ("family", "dataset", "method") if c in frame.columns]
    firsts = frame.group_by("model").agg(pl.col(c).first() for c in labels)
    keyed = {row["model"]: tuple(str(row[c] or "~") for c in labels) for row in firsts.to_dicts()}
    return sorted(keyed, key=lambda m: (m not in baseline, keyed[m], natural(m)))
