"""Published figures beside ours: signs and intervals by planted truths, and nothing made up."""

import msgspec
import polars as pl
import pytest

from evidences import evidence, fit, moved
from tactometer.analyses.replication.computation import SCHEMA, analyse
from tactometer.analyses.replication.sentences import sentences
from tactometer.study.settings import analyses_type
from tactometer.utils.paths import ROOT

CSV = ROOT / "resources/published/murthy2025.csv"


def table(*fits: dict[str, object], on: bool = True, **tables: pl.DataFrame) -> pl.DataFrame:
    found = evidence(*fits, **tables)  # type: ignore[arg-type]
    of = {"replication": {"of": "murthy2025"}} if on else {}
    object.__setattr__(found, "settings", msgspec.convert(of, analyses_type()))
    return analyse(found)


def efforts(**phi: float) -> list[dict[str, object]]:
    """One family with these efforts, whose phi are planted."""
    return [fit("m", name, moved(value), effort=name, family="us") for name, value in phi.items()]


def row(frame: pl.DataFrame, **named: str) -> dict[str, object]:
    return frame.filter(**named).row(0, named=True)


def test_it_is_off_where_a_study_names_no_publication() -> None:
    found = table(*efforts(none=0.4, low=0.6), on=False)
    assert found.is_empty() and found.columns == list(SCHEMA)


def test_an_effort_like_the_published_one_has_its_sign_and_lies_about_it() -> None:
    found = table(*efforts(none=0.4, low=0.61))
    low = row(found, claim="effort", term="low", version="v1")
    assert low["same_sign"] and low["inside"] and low["fits"] == 1
    assert low["probability"] == pytest.approx(1, abs=0.01) and not low["has_interval"]
    medium = row(found, claim="effort", term="medium", version="v1")
    assert medium["ours"] is None and "no family of this study" in str(medium["why"])


def test_another_sign_and_another_size_are_told() -> None:
    low = row(table(*efforts(none=0.6, low=0.4)), term="low", version="v1")
    assert low["same_sign"] is False and low["inside"] is False and low["probability"] == 0
    low = row(table(*efforts(none=0.4, low=0.9)), term="low", version="v1")
    assert low["same_sign"] is True and low["inside"] is False


def test_fits_that_are_not_to_be_read_are_left_out_and_counted() -> None:
    bad = [fit("b", name, moved(0.9), effort=name, verdict="suspect") for name in ("none", "low")]
    low = row(table(*efforts(none=0.4, low=0.6), *bad), term="low", version="v1")
    assert (low["fits"], low["left_out"]) == (1, 1) and low["ours"] == pytest.approx(0.2, abs=0.02)
    low = row(table(*bad), term="low", version="v1")
    assert low["ours"] is None and low["left_out"] == 1 and "may be read" in str(low["why"])


def test_held_out_errors_are_compared_by_their_difference() -> None:
    keys = {"model": "m", "checkpoint": "0", "framing": "pooled", "speaker": "s2",
            "semantics": "fixed", "suspect": 0}  # fmt: skip
    frame = pl.DataFrame(
        [{**keys, "goal": f"g{k}", "mse": 0.03 + 0.001 * k, "mse_prior": 0.06} for k in range(4)]
    )
    told = row(table(*efforts(none=0.4), heldout=frame), claim="held_out")
    assert told["ours"] == pytest.approx(-0.0285) and told["same_sign"] is True
    assert row(table(*efforts(none=0.4)), claim="held_out")["why"]


def test_the_end_of_ppo_is_that_of_ppo_alone() -> None:
    runs = [
        fit(f"{method}-{k}", step, moved(phi), method=method, progress=progress)
        for method, end in (("ppo", 0.7), ("dpo", 0.2))
        for k in range(2)
        for step, progress, phi in (("0", 0.0, 0.4), ("9", 1.0, end))
    ]
    told = row(table(*runs), claim="ppo_end")
    assert told["ours"] == pytest.approx(0.7, abs=0.02) and told["inside"] and told["fits"] == 2
    assert told["same_sign"] is None and told["probability"] is None
    kind = fit("ppo-0", "9", moved(0.5), goal="social", method="ppo", progress=1.0)
    told = row(table(*runs, kind), claim="ppo_end")
    assert told["ours"] == pytest.approx(0.7, abs=0.02) and told["fits"] == 2, "without a goal"


def test_every_published_figure_has_a_row_and_what_is_not_known_is_named() -> None:
    published = pl.read_csv(CSV, infer_schema_length=None)
    assert table(*efforts(none=0.4)).height == published.height
    for told in published.to_dicts():
        empty = {k for k in ("version", "value", "low", "high", "p", "z") if told[k] is None}
        empty |= {"term"} if told["term"] is None else set()
        assert set(str(told["missing"]).split()) == empty, told


def test_sentences_say_what_is_theirs_what_is_ours_and_what_is_lacking() -> None:
    told = sentences(table(*efforts(none=0.4, low=0.61)))
    assert "+" not in told[0] and "theirs inside our 95% interval" in told[0]
    assert "0.21 (v1), no interval known" in told[0] and "1 pair of fits" in told[0]
    assert told[-1].startswith("Not held against the publication:")
    assert "which family has this number is not known" in told[-1]
