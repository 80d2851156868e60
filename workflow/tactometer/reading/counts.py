"""Choice counts: state x utterance, for each framing and pooled over framings."""

from argparse import Namespace
from collections.abc import Sequence

import polars as pl

from tactometer.study import study
from tactometer.utils import atomic_files

POOLED = "pooled"
AVERAGED = "averaged"
"""The framing of an average over those that were fitted one by one, draw by draw."""
MIXTURE = "mixture"
"""The framing of the mixture of their posteriors."""
COLUMNS = (
    "framing",
    "state",
    "utterance",
    "p",
    "weight",
    "n_valid",
    "n_invalid",
    "label_mass",
)
BY_VIGNETTE = pl.List(pl.Struct({"vignette": pl.String, "weight": pl.Float64}))
"""The column `by_vignette` of a file of counts: what each vignette adds to a weight."""


def count(choices: pl.DataFrame, states: Sequence[int], utterances: Sequence[str]) -> pl.DataFrame:
    """Add up choices to one row per (framing, state, utterance), `pooled` included.

    `weight` is the expected number of answers that chose the utterance: whole for answers in
    words, real for probabilities, never rounded. `p` is its share of the state's weight (null
    where no answer could be read), `n_valid` and `n_invalid` count the state's answers,
    `label_mass` is their mean where there is one. `by_vignette` is what each vignette adds to the
    weight, for answers about one vignette hang together.
    """
    choices = choices.with_columns(pl.col("framing").cast(pl.String))
    both = pl.concat([choices, choices.with_columns(framing=pl.lit(POOLED))])
    cells = _grid(both["framing"].unique(maintain_order=True).to_list(), states, utterances)
    totals = both.group_by("framing", "state").agg(
        n_valid=(pl.col("method") != "invalid").sum().cast(pl.Int64),
        n_invalid=(pl.col("method") == "invalid").sum().cast(pl.Int64),
        label_mass=pl.col("label_mass").mean(),
    )
    weights = pl.concat([_weights_of_words(both), _weights_of_probs(both, utterances)])
    weights = summed(weights, ["framing", "state", "utterance"], "weight")
    counted = (
        cells.join(totals, on=["framing", "state"], how="left", maintain_order="left")
        .join(weights, on=["framing", "state", "utterance"], how="left", maintain_order="left")
        .with_columns(pl.col("weight", "n_valid", "n_invalid").fill_null(0))
    )
    return _with_shares(counted)


def of_recorded(
    rows: pl.DataFrame, states: Sequence[int], utterances: Sequence[str]
) -> pl.DataFrame:
    """Bring recorded counts (framing or null, state, utterance, weight) into the same form."""
    pooled = rows.with_columns(framing=pl.lit(POOLED))
    named = rows.filter(pl.col("framing").is_not_null())
    both = (
        pl.concat([named, pooled])
        .group_by("framing", "state", "utterance")
        .agg(pl.col("weight").sum())
    )
    order = [*named["framing"].unique(maintain_order=True).to_list(), POOLED]
    counted = (
        _grid(order, states, utterances)
        .join(both, on=["framing", "state", "utterance"], how="left", maintain_order="left")
        .with_columns(pl.col("weight").fill_null(0.0))
        .with_columns(
            n_valid=pl.col("weight").sum().over("framing", "state").round().cast(pl.Int64),
            n_invalid=pl.lit(0, pl.Int64),
            label_mass=pl.lit(None, pl.Float64),
            by_vignette=pl.lit(None, BY_VIGNETTE),
        )
    )
    return _with_shares(counted)


def _with_shares(counted: pl.DataFrame) -> pl.DataFrame:
    total = pl.col("weight").sum().over("framing", "state")
    share = pl.when(total > 0).then(pl.col("weight") / total)
    return counted.with_columns(p=share).select(*COLUMNS, "by_vignette")


def summed(rows: pl.DataFrame, cell: Sequence[str], name: str) -> pl.DataFrame:
    """The column `name` of rows summed over the cells of some columns, and `by_vignette`."""
    parts = rows.group_by(*cell, "vignette").agg(pl.col(name).sum()).sort("vignette")
    each = pl.struct(pl.col("vignette").cast(pl.String), weight=pl.col(name).cast(pl.Float64))
    return parts.group_by(cell).agg(pl.col(name).sum(), by_vignette=each)


def _grid(
    framings: Sequence[str], states: Sequence[int], utterances: Sequence[str]
) -> pl.DataFrame:
    frame = pl.DataFrame({"framing": framings}, schema={"framing": pl.String})
    frame = frame.join(pl.DataFrame({"state": states}, schema={"state": pl.Int64}), how="cross")
    return frame.join(pl.DataFrame({"utterance": utterances}), how="cross")


def _weights_of_words(choices: pl.DataFrame) -> pl.DataFrame:
    chosen = choices.filter(pl.col("probs").is_null(), pl.col("choice").is_not_null())
    return chosen.select("framing", "state", "vignette", utterance="choice", weight=pl.lit(1.0))


def _weights_of_probs(choices: pl.DataFrame, utterances: Sequence[str]) -> pl.DataFrame:
    known = choices.filter(pl.col("probs").is_not_null())
    spread = known.select(
        "framing",
        "state",
        "vignette",
        utterance=pl.lit(list(utterances), pl.List(pl.String)),
        weight=pl.col("probs"),
    )
    return spread.explode("utterance", "weight")


def run(given: Namespace) -> None:
    """Add up the choices of one goal."""
    sweep = study.read(given.study)
    domain = sweep.domain_of(sweep.models[given.model].domain)
    frame = count(pl.read_parquet(given.choices), domain.states, domain.utterances)
    with atomic_files.atomic(given.out) as temporary:
        frame.write_parquet(temporary)
