"""Each claim under every way of fitting: computed alike, and told where it hangs on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from evidences import evidence, fit, moved
from tactometer.analyses.evidence import Evidence
from tactometer.analyses.multiverse.computation import SCHEMA, analyse
from tactometer.analyses.multiverse.sentences import sentences


def asked(*fits: dict[str, Any], headline: str = "ours") -> Evidence:
    """Fits of several names: those of the headline's stand, the others beside it."""
    whole = evidence(*fits)
    named = whole.tables["estimates"]
    mine = pl.col("fit") == headline
    tables = {**whole.tables, "estimates": named.filter(mine), "further": named.filter(~mine)}
    return replace(whole, tables=tables)


def goals(name: str, before: float, after: float, **more: Any) -> list[dict[str, Any]]:
    return [
        fit("m", "0", moved(before), name=name, **more),
        fit("m", "0", moved(after), goal="social", name=name, **more),
    ]


def test_a_study_with_one_way_of_fitting_has_no_rows() -> None:
    found = analyse(evidence(*goals("main", 0.5, 0.3)))
    assert found.is_empty() and found.columns == list(SCHEMA) and sentences(found) == []


def test_a_claim_has_a_row_for_each_way_with_its_own_numbers() -> None:
    found = analyse(asked(*goals("ours", 0.5, 0.3), *goals("theirs", 0.5, 0.4)))
    phi = found.filter(claim="goal", parameter="phi", term="social", against="default")
    assert phi["fit"].to_list() == ["ours", "theirs"] and phi["headline"].unique().item() == "ours"
    assert phi["mean"].to_list() == pytest.approx([-0.2, -0.1], abs=0.01)
    assert phi["headline_mean"].to_list() == pytest.approx([-0.2, -0.2], abs=0.01)
    assert phi["probability"].max() < 0.025 and phi["same"].all()  # type: ignore[operator]
    (told,) = sentences(found)
    assert told.startswith("Of 1 claim that ours is sure of") and "1 are as sure" in told
    assert "theirs" in told and "not so" not in told


@pytest.mark.parametrize(("after", "same"), [(0.7, False), (0.5, None)])
def test_a_claim_that_hangs_on_the_way_of_fitting_is_told(after: float, same: bool | None) -> None:
    found = analyse(asked(*goals("ours", 0.5, 0.3), *goals("theirs", 0.5, after)))
    row = found.filter(parameter="phi", fit="theirs", claim="goal").row(0, named=True)
    assert row["same"] is same
    (told,) = sentences(found)
    assert "0 are as sure" in told and "not so φ* of social against default under theirs (" in told


def test_a_way_under_which_nothing_may_be_read_has_no_number() -> None:
    found = analyse(asked(*goals("ours", 0.5, 0.3), *goals("theirs", 0.5, 0.3, described="no")))
    assert set(found["fit"]) == {"ours"} and sentences(found) == []


def test_efforts_are_held_against_the_least() -> None:
    fits = [
        fit("m", effort, moved(phi), name=name, effort=effort)
        for name in ("ours", "theirs")
        for effort, phi in (("none", 0.4), ("low", 0.6), ("medium", 0.7))
    ]
    found = analyse(asked(*fits)).filter(claim="effort", parameter="phi", fit="theirs")
    assert found["against"].unique().item() == "none"
    means = dict(found.select("term", "mean").rows())
    assert means == pytest.approx({"low": 0.2, "medium": 0.3}, abs=0.01)
