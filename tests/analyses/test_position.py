"""What the place of an option does: its size, and whether it outweighs the state."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest

from evidences import evidence, fit
from seeds import seed
from tactometer.analyses.analyse import analyse
from tactometer.analyses.checks.computation import _places
from tactometer.analyses.evidence import Evidence
from tactometer.report import speakers_found


def biased(nats: float, pairs: int, states: tuple[int, ...] = (1, 2)) -> pl.DataFrame:
    """Answers of a speaker who says one thing of each state, but for what stands first, which gains
    some nats in some states.
    """
    rng = np.random.default_rng(seed(11))
    rows = []
    for state, vignette, pair in product((1, 2), range(13), range(pairs)):
        places = rng.permutation(3)
        logits = np.log([0.7, 0.2, 0.1] if state == 1 else [0.1, 0.7, 0.2]) + nats * (
            (places == 0) & (state in states)
        )
        p = np.exp(logits) / np.exp(logits).sum()
        named = {"model": "m", "checkpoint": "0", "goal": "social", "framing": "pooled"}
        said = {
            "vignette": f"v{vignette}",
            "speaker_name": "Ada",
            "listener_name": f"L{pair}",
            "levels": "",
        }
        shares = np.eye(3)[rng.choice(3, p=p)]
        rows.append(
            {**named, **said, "state": state, "shares": shares.tolist(), "places": places.tolist()}
        )
    return pl.DataFrame(rows)


@pytest.mark.parametrize(("nats", "outweighs"), [(0.0, False), (1.0, False), (5.0, True)])
def test_the_size_of_a_bias_of_place_is_found_and_flagged_where_it_outweighs_the_state(
    nats: float, outweighs: bool
) -> None:
    found = evidence(fit("m", "0", goal="social"), answers=biased(nats, 40))
    table = analyse("position", found)
    first = table.filter(position=1).row(0, named=True)
    width = first["nats_high"] - first["nats_low"]
    assert abs(first["nats"] - (nats - nats / 3)) <= 1.25 * width and width < 3
    assert table["nats"].sum() == pytest.approx(0, abs=1e-6)
    assert table["outweighs"].to_list() == [outweighs] * 3
    checks = analyse_checks(found)
    assert checks["flagged"].to_list() == [outweighs]
    assert checks["value"][0] == pytest.approx(first["of_place"])


def analyse_checks(found: Evidence, check: str = "position") -> pl.DataFrame:
    return _places(found).filter(check=check)


def test_a_bias_of_another_kind_than_is_corrected_for_has_a_size_and_a_flag() -> None:
    for states in ((1, 2), (1,)):
        found = evidence(fit("m", "0", goal="social"), answers=biased(3.0, 40, states))
        row = analyse("position", found).row(0, named=True)
        check = analyse_checks(found, "additive").row(0, named=True)
        same = len(states) == 2
        rejected = row["not_additive_p"] < 0.01  # until then no other kind is named
        assert rejected if not same else rejected or row["bias"] == "additive"
        assert same or row["bias"] == "by state"
        assert (row["not_additive"] > 0.05) == check["flagged"] == (not same)
        assert (row["not_additive_p"] < 0.001) == (not same)
        assert check["value"] == row["not_additive"]


def test_a_pilot_of_one_name_pair_flags_a_bias_too() -> None:
    for nats, flagged in ((0.0, False), (5.0, True)):
        found = evidence(fit("m", "0", goal="social"), answers=biased(nats, 1))
        assert analyse_checks(found)["flagged"].to_list() == [flagged]


def test_the_top_of_the_page_says_where_places_outweigh_the_state() -> None:
    checks = pl.concat(
        [analyse_checks(evidence(fit("m", "0", goal="social"), answers=biased(nats, 40)))
         for nats in (0.0, 5.0)]
    )  # fmt: skip
    told = speakers_found.of_places(checks)
    assert len(told) == 1 and told[0].count("m (0)") == 1 and "goal social" in told[0]
    assert speakers_found.of_places(checks.filter(~pl.col("flagged"))) == []
