"""Which analyses a study gives no rows, and why: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tactometer.analyses.evidence import PARAMETERS
from tactometer.study.analyses import declared
from tactometer.study.yardstick import Yardstick
from tactometer.tables.fit_selection import TOGETHER


@dataclass(frozen=True)
class Known:
    """What decides whether an analysis applies: the fits [a row a fit, with its labels] of whoever
    was asked and of the yardstick, and who was asked at all.
    """

    asked: frozenset[str]
    fits: pl.DataFrame
    people: pl.DataFrame
    yardstick: Yardstick | None

    def several(self, column: str, *by: str) -> bool:
        """Whether some group of the fits has two values of a column."""
        values = self.fits.drop_nulls([column, *by])
        return bool((values.group_by(by).agg(pl.col(column).n_unique())[column] > 1).any())

    def has_goal(self) -> bool:
        """Whether some checkpoint has a fit under `default` and one under another goal."""
        goals = self.fits.group_by("model", "checkpoint").agg(pl.col("goal").unique())["goal"]
        return any("default" in mine and len(mine) > 1 for mine in goals.to_list())

    def has_efforts(self) -> bool:
        """Whether a model, or a family of models, has two efforts."""
        return self.several("effort", "model") or self.several("effort", "family")


@dataclass(frozen=True)
class Need:
    """Something that an analysis needs: whether a study has it, and what is told if it has not."""

    met: Callable[[Known], bool]
    lacks: str


def _last(lacks: str) -> Need:
    """What only the analysis itself can see: told where all that comes before it is met."""
    return Need(lambda known: True, lacks)


NEEDS = {
    "asked": Need(lambda known: bool(known.asked), "nobody was asked, all behaviour is recorded"),
    "fits": Need(
        lambda known: known.fits.height > 0,
        "nobody who was asked has a fit of φ* and all three weights",
    ),
    "sampled": _last("no fit has φ*, all three weights and α"),
    "yardstick": Need(
        lambda known: known.yardstick is not None, "the study names no yardstick (key yardstick)"
    ),
    "people": Need(
        lambda known: known.people.height > 0, "the yardstick has no fit on the models' terms"
    ),
    "yardstick_goal": Need(
        lambda known: (
            known.yardstick is not None and known.yardstick.goal in set(known.people["goal"])
        ),
        "the yardstick has no fit, on the models' terms, under the goal that it is held at",
    ),
    "comparable": Need(
        lambda known: (
            known.yardstick is not None
            and bool(set(known.yardstick.comparable) & set(known.fits["model"]))
        ),
        "no model was fitted on the yardstick's terms",
    ),
    "social": _last("no model that compares with the yardstick has a fit under the goal social"),
    "goals": Need(Known.has_goal, "no checkpoint has a fit under default and under another goal"),
    "goals_or_efforts": Need(
        lambda known: known.has_goal() or known.has_efforts(),
        "no checkpoint has fits under default and another goal, and no model has two efforts",
    ),
    "families": _last(
        "no two efforts were fitted framing by framing, nor two goals in two families"
    ),
    "framings": Need(
        lambda known: known.several("framing", "model", "checkpoint", "goal"),
        "no behaviour was fitted in two framings, one by one",
    ),
    "factors": _last(
        "nothing but the framing varies in its scenes (factors of the domain, sample.wordings)"
    ),
    "training": Need(
        lambda known: known.several("progress", "model", "goal"),
        "no model has two checkpoints of a training (label progress)",
    ),
    "alike": _last(
        "no two models differ in one of family, data set, method, dtype, quantization and run, and"
        " else in none"
    ),
    "thoughts": _last("no answer tells how long its model thought"),
    "estimators": _last("every model was read by one estimator"),
    "invalid": _last("no answer that a fit stands on was invalid"),
    "options": _last("no answer was chosen among options in an order of their own"),
    "vignettes": _last(
        "no behaviour has readable answers on two creations, with words that tell better from worse"
    ),
    "crossed": _last("no runs of training cross base model, data set and method, one run each"),
    "quarters": _last("no training has a checkpoint in every quarter"),
    "runs": _last("no training method has three runs or more"),
    "published": _last("the study names no publication (analyses.replication)"),
    "scores": _last("the study names no file of outside scores (analyses.outside_scores)"),
    "second_fit": _last("the same choices are fitted in one way (key fits)"),
    "variants": _last("no behaviour was fitted by two speaker variants (key fit.speakers)"),
}


def lines(
    frames: Mapping[str, pl.DataFrame], baseline: Sequence[str], yardstick: Yardstick | None
) -> list[str]:
    """For each table of an analysis without rows, its name and what the study lacks for it."""
    known = _known(frames, baseline, yardstick)
    needs = {name: each.needs for name, each in declared().items()}
    needs["comparison"] = ("variants",)
    return [
        f"{name.replace('_', ' ')}: {_lack(wanted, known)}."
        for name, wanted in needs.items()
        if frames[name].is_empty()
    ]


def _lack(needs: Sequence[str], known: Known) -> str:
    """The first need that is not met; if the study meets what can be seen, the last one."""
    for name in needs:
        if not NEEDS[name].met(known):
            return NEEDS[name].lacks
    return NEEDS[needs[-1]].lacks


def _known(
    frames: Mapping[str, pl.DataFrame], baseline: Sequence[str], yardstick: Yardstick | None
) -> Known:
    counts, estimates = frames["counts"], frames["estimates"]
    asked = set() if counts.is_empty() else set(counts["model"]) - set(baseline)
    if estimates.is_empty():
        none = pl.DataFrame(schema=dict.fromkeys(("model", "goal"), pl.String))
        return Known(frozenset(asked), none, none, yardstick)
    kept = ["model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics"]
    labels = [name for name in ("family", "effort", "progress") if name in estimates.columns]
    whole = estimates.group_by(kept, maintain_order=True).agg(
        pl.col(labels).first(), pl.col("parameter").unique()
    )
    full = whole.filter(pl.all_horizontal(pl.col("parameter").list.contains(p) for p in PARAMETERS))
    alone = pl.when(pl.col("framing").is_in(TOGETHER)).then(None).otherwise("framing")
    fits = full.filter(pl.col("model").is_in(asked)).with_columns(framing=alone)
    people = full.clear()
    if yardstick is not None:
        people = full.filter(model=yardstick.model, fit=yardstick.fit)
    return Known(frozenset(asked), fits, people, yardstick)
