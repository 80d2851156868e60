"""An analysis that does not apply says so, and why: one line each."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from evidences import SEMANTICS, evidence, fit
from tactometer.analyses.analyse import analyse
from tactometer.report import not_done
from tactometer.report.figure_texts import SECTIONS
from tactometer.study.analyses import declared
from tactometer.study.analyses import names as analysis_names

FITTED = ["profiles", "shifts", "trajectories", "movement", "contrasts", "sycophancy"]
FITTED += ["crossings", "framing_effects"]
PEOPLE = [fit("human", "r", goal=goal, name="yardstick") for goal in ("social", "both")]
PLAIN = [fit("m", "0"), fit("m", "0", goal="social")]
NO_YARDSTICK = "the study names no yardstick (key yardstick)"
NO_TRAINING = "no model has two checkpoints of a training (label progress)"
NO_SOCIAL = "no model that compares with the yardstick has a fit under the goal social"
NO_GOALS = "no checkpoint has fits under default and another goal, and no model has two efforts"


def lines(*fits: dict[str, Any], counted: tuple[str, ...] = ()) -> dict[str, str]:
    """What is told of each analysis of fits that has no rows in this study."""
    study = evidence(*fits, semantics=SEMANTICS)
    frames = {name: pl.DataFrame({"row": [1]}) for name in [*analysis_names(), "comparison"]}
    frames |= {name: analyse(name, study) for name in FITTED}
    models = [*dict.fromkeys(one["model"] for one in fits), *counted]
    frames["counts"] = pl.DataFrame({"model": models}, schema={"model": pl.String})
    frames["estimates"] = study.tables["estimates"].collect()
    told = not_done.lines(frames, study.baseline, study.yardstick)
    found = dict(line.removesuffix(".").split(": ", 1) for line in told)
    empty = {name.replace("_", " ") for name, frame in frames.items() if name in FITTED
             and frame.is_empty()}  # fmt: skip
    assert set(found) == empty and len(told) == len(found)
    return found


@pytest.mark.parametrize(
    ("fits", "says"),
    {
        "no people": (PLAIN, {"sycophancy": NO_YARDSTICK, "crossings": NO_YARDSTICK}),
        "people without the goal that models are held at": (
            [*PLAIN, PEOPLE[0]],
            {"sycophancy": "the yardstick has no fit, on the models' terms, under the goal that it "
             "is held at"},
        ),
        "one goal": ([*PEOPLE, fit("m", "0", goal="both")], {
            "shifts": NO_GOALS,
            "crossings": NO_SOCIAL,
        }),
        "one effort": ([fit("m", "low", effort="low")], {"shifts": NO_GOALS}),
        "one checkpoint": ([fit("m", "1", progress=1.0)], {
            "movement": NO_TRAINING, "trajectories": NO_TRAINING,
        }),
        "all framings added up": (PLAIN, {
            "framing effects": "no behaviour was fitted in two framings, one by one",
        }),
        "people alone": (PEOPLE, dict.fromkeys(
            ("profiles", "shifts", "movement", "framing effects", "sycophancy"),
            "nobody was asked, all behaviour is recorded",
        )),
    }.values(),
)  # fmt: skip
def test_an_analysis_without_rows_says_what_the_study_lacks(
    fits: list[dict[str, Any]], says: dict[str, str]
) -> None:
    told = lines(*fits)
    assert {name: told.get(name) for name in says} == says


def test_what_applies_is_not_among_the_lines() -> None:
    by_framing = [fit("m", "0", goal=g, framing=f) for g in ("default", "social", "both")
                  for f in ("first", "third")]  # fmt: skip
    course = [fit("n", str(p), progress=p, dataset="d", goal="social") for p in (0.0, 1.0)]
    other = fit("o", "1", progress=1.0, dataset="e", family="n", goal="social")
    assert lines(*PEOPLE, *PLAIN, *by_framing, *course, other) == {}


def test_nobody_with_all_weights_is_told_as_such() -> None:
    assert lines(*PEOPLE, counted=("m",))["shifts"] == (
        "nobody who was asked has a fit of φ* and all three weights"
    )


def test_every_analysis_says_what_it_needs() -> None:
    for name, each in declared().items():
        assert each.needs and set(each.needs) <= set(not_done.NEEDS), name
        assert each.question in {section.name for section in SECTIONS}, name
