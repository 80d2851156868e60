"""Truth judgements: yes/no counts of how true each utterance is of each state."""

from argparse import Namespace
from collections.abc import Sequence

import polars as pl

from tactometer.study import study
from tactometer.utils import atomic_files

BY_VIGNETTE = pl.List(pl.Struct({"vignette": pl.String, "yes": pl.Float64, "n": pl.Float64}))
"""The column `by_vignette` of a file of yes/no counts: what each vignette adds to `yes` and `n`."""
COLUMNS = ("utterance", "state", "yes", "n", "theta", "n_invalid", "label_mass")


def add_up(choices: pl.DataFrame, states: Sequence[int], utterances: Sequence[str]) -> pl.DataFrame:
    """Add up yes/no choices to one row per (utterance, state).

    `yes` and `n` are expected numbers of answers, invalid ones left out and counted in
    `n_invalid`; `theta` is the posterior mean (yes+1)/(n+2) under a uniform prior.
    `by_vignette` is what each vignette adds, for answers about one vignette hang together.
    """
    cells = choices.group_by("utterance", "state").agg(
        yes=pl.col("p_yes").sum(),
        n=pl.col("p_yes").is_not_null().sum().cast(pl.Float64),
        n_invalid=pl.col("p_yes").is_null().sum().cast(pl.Int64),
        label_mass=pl.col("label_mass").mean(),
    )
    known = choices.filter(pl.col("p_yes").is_not_null())
    each = known.group_by("utterance", "state", "vignette").agg(
        yes=pl.col("p_yes").sum(), n=pl.len().cast(pl.Float64)
    )
    parts = each.with_columns(pl.col("vignette").cast(pl.String)).sort("vignette")
    parts = parts.group_by("utterance", "state").agg(by_vignette=pl.struct("vignette", "yes", "n"))
    cells = cells.join(parts, on=["utterance", "state"], how="left")
    return in_order(cells, states, utterances)


def in_order(cells: pl.DataFrame, states: Sequence[int], utterances: Sequence[str]) -> pl.DataFrame:
    """Bring (utterance, state, yes, n, ...) into the domain's order, with theta."""
    grid = pl.DataFrame({"utterance": utterances}).join(
        pl.DataFrame({"state": states}, schema={"state": pl.Int64}), how="cross"
    )
    whole = grid.join(cells, on=["utterance", "state"], how="left", maintain_order="left")
    whole = whole.with_columns(pl.col("yes", "n").fill_null(0.0), pl.col("n_invalid").fill_null(0))
    return whole.with_columns(theta=(pl.col("yes") + 1) / (pl.col("n") + 2)).select(
        *COLUMNS, "by_vignette"
    )


def run(given: Namespace) -> None:
    """Add up the yes/no choices of one checkpoint."""
    sweep = study.read(given.study)
    domain = sweep.domain_of(sweep.models[given.model].domain)
    frame = add_up(pl.read_parquet(given.choices), domain.states, domain.utterances)
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
