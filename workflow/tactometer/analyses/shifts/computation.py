"""Shifts: what a goal changes against `default`, and a reasoning effort against the least one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from tactometer.analyses.evidence import LABEL_TYPES, LABELS, NAMES, PARAMETERS, Evidence, efforts
from tactometer.analyses.posterior_differences import FAMILY, SUMMARY, simultaneous, summarise
from tactometer.tables.fit_selection import PASSED
from tactometer.utils.arrays import Array

DEFAULT = "default"
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "kind": pl.String,
    "against": pl.String,
    "parameter": pl.String,
    **SUMMARY,
    **FAMILY,
    "verdict": pl.String,
}
Pair = tuple[int, int, str, str]  # rows of two fits, kind, against


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each comparison and parameter: the posterior of (named minus against).

    `kind` is `goal` (against the same checkpoint's goal `default`) or `effort` (against the least
    effort of the same model and goal, or of the same family where efforts are models). The family
    of `found` is this whole table.
    """
    models = evidence.models
    pairs = compared(models.fits)
    if not pairs:
        return pl.DataFrame(schema=SCHEMA)
    named = [
        {
            "study": evidence.study,
            **models.fits.row(one, named=True),
            "kind": kind,
            "against": against,
            "verdict": worst(models.fits, one, other),
        }
        for one, other, kind, against in pairs
    ]
    return with_differences(
        named, np.stack([models.draws[a] - models.draws[b] for a, b, *_ in pairs]), evidence.level
    )


def compared(fits: pl.DataFrame) -> list[Pair]:
    """The comparisons of this table as rows of fits: each goal and effort against the least."""
    return [*_goals(fits), *_efforts(fits)]


def with_differences(named: list[dict[str, object]], apart: Array, level: float) -> pl.DataFrame:
    """A row for each comparison and parameter from differences [comparison, draw, parameter]."""
    flat = np.swapaxes(apart, 1, 2).reshape(-1, apart.shape[1])
    rows = pl.DataFrame(named, infer_schema_length=None, schema_overrides=LABEL_TYPES)
    parameters = pl.DataFrame({"parameter": PARAMETERS})
    return rows.join(parameters, how="cross", maintain_order="left_right").with_columns(
        **{name: pl.Series(values) for name, values in summarise(flat).items()},
        **{name: pl.Series(values) for name, values in simultaneous(flat, level).items()},
    )


def worst(fits: pl.DataFrame, *rows: int) -> str:
    """`suspect` where one of the fits is; else `ok`."""
    return "ok" if all(fits["verdict"][row] in PASSED for row in rows) else "suspect"


def _goals(fits: pl.DataFrame) -> Iterator[Pair]:
    keys = fits.select("model", "checkpoint", "goal").rows()
    places = {key: row for row, key in enumerate(keys)}
    for (model, checkpoint, goal), row in places.items():
        reference = places.get((model, checkpoint, DEFAULT))
        if goal != DEFAULT and reference is not None:
            yield row, reference, "goal", DEFAULT


def _efforts(fits: pl.DataFrame) -> Iterator[Pair]:
    """Each effort against the least, in a model with several or in a family of models with one."""
    rows = fits.select("model", "goal", *LABELS).with_row_index("row").drop_nulls("effort")
    several = pl.col("effort").n_unique().over("model") > 1
    who = pl.when(several).then("model").otherwise(pl.format("family {}", "family"))
    keyed = rows.with_columns(who=who)
    for _, group in keyed.group_by(
        "who", "goal", "dataset", "method", "progress", maintain_order=True
    ):
        order = efforts(group["effort"].to_list())
        least = group.filter(pl.col("effort") == order[0])
        if least.height == 1:  # else it is not clear against which
            for row, effort in group.select("row", "effort").iter_rows():
                if effort != order[0]:
                    yield row, least["row"][0], "effort", order[0]
