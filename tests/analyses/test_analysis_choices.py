"""What other ways to fit the same choices do to each number, beside the headline."""

from typing import Any

import polars as pl

from evidences import PLAIN, evidence, fit, moved
from tactometer.analyses.analysis_choices.computation import SCHEMA, analyse
from tactometer.analyses.analysis_choices.sentences import sentences


def table(headline: list[dict[str, Any]], *others: dict[str, Any]) -> pl.DataFrame:
    further = evidence(*others).tables["estimates"]
    return analyse(evidence(*headline, further=further))


def test_a_study_with_one_fit_has_no_rows() -> None:
    found = analyse(evidence(fit("m", "0")))
    assert found.is_empty() and found.columns == list(SCHEMA) and sentences(found) == []


def test_intervals_with_nothing_in_common_are_told_and_no_others() -> None:
    """phi .5 and .6 with intervals of .04 about them; the weights are alike."""
    found = table([fit("m", "0", name="ours")], fit("m", "0", moved(0.6), name="theirs"))
    apart = dict(found.select("parameter", "apart").iter_rows())
    assert apart == {"phi": True, "omega_inf": False, "omega_soc": False, "omega_pre": False}
    row = found.filter(parameter="phi").row(0, named=True)
    assert (row["fit"], row["headline"], round(row["difference"], 6)) == ("theirs", "ours", 0.1)
    (told,) = sentences(found)
    assert "in 1 of 4 parameters" in told and "φ*" in told and "ω" not in told


def test_intervals_that_touch_are_not_apart() -> None:
    found = table([fit("m", "0", name="ours")], fit("m", "0", moved(0.57), name="theirs"))
    assert not found["apart"].any()
    assert "overlap in all 4 parameters" in sentences(found)[0]


def test_each_fit_is_stood_for_by_its_average_over_framings() -> None:
    both = [
        fit("m", "0", moved(phi), framing=framing, name="theirs")
        for framing, phi in (("pooled", 0.9), ("averaged", 0.5), ("first", 0.1))
    ]
    found = table([fit("m", "0", name="ours")], *both)
    assert set(found["framing"]) == {"averaged"} and not found["apart"].any()


def test_of_a_fit_that_is_not_to_be_read_nothing_is_told_but_that() -> None:
    for bad in ({"verdict": "suspect"}, {"described": "no"}):
        theirs = fit("m", "0", moved(0.9), name="theirs", **bad)
        found = table([fit("m", "0", name="ours")], theirs)
        assert found["apart"].null_count() == found.height == 4
        assert "nowhere may both be read" in sentences(found)[0]


def test_people_are_held_against_their_own_fit_and_not_that_on_the_models_terms() -> None:
    own = fit("human", "recorded", goal="both", name="ours")
    other = fit("human", "recorded", moved(0.9), goal="both", name="yardstick")
    theirs = fit("human", "recorded", PLAIN, goal="both", name="theirs")
    found = table([own, other], theirs)
    assert set(found["headline"]) == {"ours"} and not found["apart"].any()
