"""The effect of a task: the same models in two studies that ask them differently, draw by draw.

The two studies share no answer, so their posteriors are independent; within a study, draws of the
same number belong to the same state of what its fits share (`inference.shared_evidence`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tactometer.analyses.evidence import PARAMETERS, Evidence, Posterior, read
from tactometer.analyses.posterior_differences import SUMMARY, summarise
from tactometer.study.settings import analyses_type
from tactometer.tables.fit_selection import FIT, ONE_FIT, passed
from tactometer.utils.errors import UserError

EFFECT = {
    "parameter": pl.String,
    **SUMMARY,
    **dict.fromkeys(["models", "fits", "left_out"], pl.Int64),
}
TERMS = ("values", "speaker", "semantics", "cost")


@dataclass(frozen=True)
class Asked:
    """The fits of one study that stand, of what was asked, with `TERMS` as columns."""

    name: str
    posterior: Posterior


def of_results(folder: Path) -> Asked:
    """The fits of the study in results/{study}. UserError where its draws are not there."""
    tables, condensed = folder / "tables", folder / "analyses"
    models = sorted(path.parent for path in condensed.glob("*/draws.parquet"))
    if not models or not (tables / "estimates.parquet").is_file():
        raise UserError(
            f"{folder}: it has no posterior draws (analyses/MODEL/draws.parquet), which --task "
            "needs; name results/STUDY of a study that has run here."
        )
    found = read(
        folder.name, tables, {path.name: path for path in models},
        goals=(), utterances=(), baseline=(), settings=analyses_type()(),
    )  # fmt: skip
    return Asked(str(folder), _asked(found))


def _asked(evidence: Evidence) -> Posterior:
    """The fits that stand, without people and without what stands beside the headline."""
    estimates = evidence.tables["estimates"].filter(pl.col("estimator").is_not_null())
    drawn = evidence.drawn.select(ONE_FIT).unique()
    mine = estimates.join(drawn, on=ONE_FIT, how="semi").collect()
    cost = (pl.col("parameter") == "cost").any().over(ONE_FIT)
    terms = mine.with_columns(cost=cost).select(*ONE_FIT, "values", "cost").unique(ONE_FIT)
    own = Evidence(
        evidence.study, (), (), (), evidence.settings,
        {**evidence.tables, "estimates": mine.lazy()}, evidence.drawn, evidence.answered,
    )  # fmt: skip
    found = own.posterior
    fits = found.fits.join(terms, on=ONE_FIT, how="left", maintain_order="left")
    return Posterior(fits, found.draws)


def effect(one: Asked, other: Asked) -> pl.DataFrame:
    """Other less one: columns `EFFECT`, a row a parameter, the mean over all (model, checkpoint,
    goal) that both asked and whose fits may both be read.

    UserError where they have none in common, or where their parameters are in two units.
    """
    a, b = one.posterior, other.posterior
    rows = a.fits.with_row_index("row").with_columns(read=passed())
    theirs = b.fits.with_row_index("row").with_columns(read=passed())
    pairs = rows.join(theirs, on=FIT, suffix="_other", maintain_order="left")
    if pairs.is_empty():
        raise UserError(
            f"{one.name} and {other.name} have no model, checkpoint and goal in common; give the "
            "same models the same names in both."
        )
    _check_terms(pairs, one, other)
    kept = pairs.filter("read", "read_other")
    if kept.is_empty():
        raise UserError(
            f"{one.name} and {other.name}: of {pairs.height} fits that both have none may be read "
            "in both (tables/diagnostics says why)."
        )
    least = min(a.draws.shape[1], b.draws.shape[1])
    turn = np.random.default_rng(1).permutation(least)  # what is independent is not paired by rank
    x = a.draws[kept["row"].to_numpy()][:, :least]
    y = b.draws[kept["row_other"].to_numpy()][:, :least][:, turn]
    told = summarise((y - x).mean(axis=0).T)
    counts = {
        "models": kept["model"].n_unique(),
        "fits": kept.height,
        "left_out": pairs.height - kept.height,
    }
    return pl.DataFrame({"parameter": PARAMETERS, **told}).with_columns(
        **{name: pl.lit(count, pl.Int64) for name, count in counts.items()}
    )


def _check_terms(pairs: pl.DataFrame, one: Asked, other: Asked) -> None:
    """UserError where parameters of the two are not of one speaker on one range of opinions."""
    for name in TERMS:
        apart = pairs.filter(pl.col(name) != pl.col(f"{name}_other"))
        if apart.is_empty():
            continue
        row = apart.row(0, named=True)
        remedy = (
            "give one of the two a domain whose `values` are on the other's range (as "
            "resources/polite_speech_matched/on_stars.yaml)"
            if name == "values"
            else "fit both in the same way"
        )
        raise UserError(
            f"{one.name} and {other.name} do not compare: {name} of {row['model']} is {row[name]} "
            f"in the one and {row[f'{name}_other']} in the other; {remedy}."
        )
