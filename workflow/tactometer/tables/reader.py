"""A study's tables as the figures read them: which fit stands for what, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tactometer.study.yardstick import Yardstick
from tactometer.tables.fit_selection import FIT as FIT
from tactometer.tables.fit_selection import PASSED as PASSED
from tactometer.tables.fit_selection import checkpoint_order as checkpoint_order
from tactometer.tables.fit_selection import judged
from tactometer.tables.fit_selection import model_order as model_order
from tactometer.tables.fit_selection import natural as natural
from tactometer.tables.fit_selection import passed as passed
from tactometer.tables.fit_selection import representative as representative
from tactometer.tables.fit_selection import without as without
from tactometer.tables.ordering import in_order
from tactometer.utils.errors import UserError


@dataclass(frozen=True)
class Tables:
    """The folder of tables, the orders in which a reader expects goals and utterances, whom the
    models are compared with, and the names of the fits that stand beside the headline; `seen` are
    the tables that were read.
    """

    folder: Path
    goals: Sequence[str]
    utterances: Sequence[str]
    baseline: Sequence[str]
    yardstick: Yardstick | None = None
    further: Sequence[str] = ()
    seen: set[str] = field(default_factory=set, init=False, compare=False)

    def read(self, name: str) -> pl.DataFrame:
        """One table of the headline fit, estimates `judged`; `UserError` where it is not there."""
        return without(self.of_every_fit(name), self.further)

    def of_every_fit(self, name: str) -> pl.DataFrame:
        """The same with the fits that stand beside the headline."""
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise UserError(
                f"{path}: the table is missing; run the workflow's `tables` stage first"
            )
        self.seen.add(name)
        frame = pl.read_parquet(path)
        plain = frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
        return judged(plain) if name == "estimates" and plain.height else plain

    def standing(self, estimates: pl.DataFrame) -> pl.DataFrame:
        """The rows of the one fit that stands for each (model, checkpoint, goal); of the yardstick,
        that which compares with the others.
        """
        if self.yardstick is None:
            return representative(estimates)
        mine = pl.col("model") == self.yardstick.model
        return representative(estimates.filter(~mine | (pl.col("fit") == self.yardstick.fit)))

    def goal_order(self, frame: pl.DataFrame) -> list[str]:
        """The goals of a table, in the study's order."""
        return in_order(self.goals, frame["goal"].unique().to_list())

    def utterance_order(self, frame: pl.DataFrame) -> list[str]:
        """The utterances of a table, in the domain's order."""
        return in_order(self.utterances, frame["utterance"].unique().to_list())


def with_condition(frame: pl.DataFrame, baseline: Sequence[str]) -> pl.DataFrame:
    """Add `condition`, an ordered label: the model, and its checkpoint where it has several."""
    several = dict(frame.group_by("model").agg(pl.col("checkpoint").n_unique()).iter_rows())
    pairs = frame.select("model", "checkpoint").unique().rows()
    models, checkpoints = model_order(frame, baseline), checkpoint_order(frame)
    pairs.sort(key=lambda p: (models.index(p[0]), checkpoints.index(p[1])))
    names = {p: f"{p[0]} · {p[1]}" if several[p[0]] > 1 else p[0] for p in pairs}
    labels = pl.DataFrame(
        {
            "model": [p[0] for p in pairs],
            "checkpoint": [p[1] for p in pairs],
            "condition": pl.Series([names[p] for p in pairs], dtype=pl.Enum(list(names.values()))),
        }
    )
    return frame.join(labels, on=["model", "checkpoint"], how="left", maintain_order="left")


def ends(frame: pl.DataFrame, most: int = 4) -> tuple[pl.DataFrame, bool]:
    """Only the first and the last checkpoint of a model that has more than `most`, and whether."""
    order = checkpoint_order(frame)
    keep: list[tuple[str, str]] = []
    for (model,), rows in frame.group_by("model"):
        mine = [c for c in order if c in set(rows["checkpoint"])]
        keep += [(str(model), c) for c in (mine if len(mine) <= most else [mine[0], mine[-1]])]
    kept = pl.DataFrame(keep, schema={"model": pl.String, "checkpoint": pl.String}, orient="row")
    shown = frame.join(kept, on=["model", "checkpoint"], how="semi")
    return shown, shown.height < frame.height


def effective_counts(counts: pl.DataFrame, diagnostics: pl.DataFrame) -> pl.DataFrame:
    """Counts with their effective weights: answers over the design effect of their fit, which is 1
    where none is known.
    """
    by = [*FIT, "framing"]
    effects = diagnostics.group_by(by).agg(pl.col("design_effect").first())
    joined = counts.join(effects, on=by, how="left", maintain_order="left")
    over = pl.col("design_effect").fill_null(1.0)
    return joined.with_columns(weight=pl.col("weight") / over).drop("design_effect")


def pooled_counts(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts over all framings: the pooled rows where there are any, else the framings added up.

    Columns: model, checkpoint, goal, state, utterance, weight, n_valid, n_invalid, total, p.
    """
    cell = [*FIT, "state", "utterance"]
    is_pooled = pl.col("framing") == "pooled"
    mine = counts.filter(is_pooled | ~is_pooled.any().over(FIT))
    summed = mine.group_by(cell).agg(pl.col("weight", "n_valid", "n_invalid").sum()).sort(cell)
    total = pl.col("weight").sum().over([*FIT, "state"])
    return summed.with_columns(total=total).with_columns(p=pl.col("weight") / pl.col("total"))


def answers_used(counts: pl.DataFrame) -> tuple[int, int]:
    """How many production answers are valid, and how many are not, over a whole table of counts."""
    if counts.is_empty():
        return 0, 0
    per_state = (
        pooled_counts(counts).group_by([*FIT, "state"]).agg(pl.col("n_valid", "n_invalid").max())
    )
    return int(per_state["n_valid"].sum() or 0), int(per_state["n_invalid"].sum() or 0)


def answers_sentence(counts: pl.DataFrame) -> str:
    """The part of a subtitle that says how many answers a figure stands on."""
    valid, invalid = answers_used(counts)
    return f"n = {valid:,} answers; {invalid:,} invalid ones left out"
