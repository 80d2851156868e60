"""What a factor's levels do: to a speaker, to the effects of goals, and to choices."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest

from evidences import UTTERANCES, evidence, fit
from seeds import seed
from tactometer.analyses.analyse import analyse
from tactometer.analyses.evidence import READ, Evidence
from tactometer.analyses.factor_effects.sentences import sentences as effects_told
from tactometer.analyses.factor_shares.components import components
from tactometer.analyses.factor_shares.sentences import sentences as shares_told
from tactometer.analyses.moderation.computation import variances
from tactometer.analyses.moderation.sentences import sentences as moderation_told

PLAIN = (0.5, 0.4, 0.3, 0.3, 3.0)  # of READ
LOOKS = (0.5, 0.2, 0.2, 0.6, 3.0)
LEVELS = {"relation": ("friend", "boss"), "wording": ("1", "2", "3")}


def at(
    speakers: dict[tuple[str, str, str], tuple[float, ...]], sd: float = 0.02, **row: Any
) -> Evidence:
    """Fits of two goals with these means at (goal, factor, level), PLAIN where none is named."""
    rng = np.random.default_rng(seed(5))
    named = {"model": "m", "checkpoint": "0", "answers": 650, "design_effect": 1.0,
             "verdict": "ok", "described": "yes", "told": True, **row}  # fmt: skip
    parts = []
    for goal, (factor, levels) in product(("default", "social"), LEVELS.items()):
        for level in levels:
            means = speakers.get((goal, factor, level), PLAIN)
            x = {name: rng.normal(m, sd, 400) for name, m in zip(READ, means, strict=True)}
            head = {**named, "goal": goal, "factor": factor, "level": level}
            columns = [pl.lit(v).alias(k) for k, v in head.items()]
            parts.append(pl.DataFrame({"draw": range(400), **x}).with_columns(columns))
    fits = [fit("m", "0", goal=goal) for goal in ("default", "social")]
    return replace(evidence(*fits), factors=LEVELS, levelled=pl.concat(parts).lazy())


def test_a_level_is_held_against_the_others_and_of_two_against_the_first() -> None:
    table = analyse("factor_effects", at({("social", "relation", "boss"): LOOKS,
                                          ("social", "wording", "2"): LOOKS}))  # fmt: skip
    rows = {(r["goal"], r["level"], r["parameter"]): r for r in table.to_dicts()}
    assert table.height == 2 * (2 + 3) * 5
    boss = rows["social", "boss", "omega_pre"]
    assert boss["against"] == "friend" and boss["mean"] == pytest.approx(0.3, abs=0.01)
    assert boss["at_level"] == pytest.approx(0.6, abs=0.01) and boss["found"]
    assert rows["social", "friend", "omega_pre"]["mean"] is None, "it is told once"
    second = rows["social", "2", "omega_pre"]
    assert second["against"] == "the others" and second["mean"] == pytest.approx(0.3, abs=0.01)
    assert rows["social", "1", "omega_pre"]["mean"] == pytest.approx(-0.15, abs=0.01)
    assert not table.filter(pl.col("goal") == "default")["found"].any()
    told = effects_told(table)
    assert any("relation boss against friend moves ω pre by +0.30" in sentence for sentence in told)


def test_levels_of_fits_that_may_not_be_read_are_there_and_not_told() -> None:
    bad = at({("social", "relation", "boss"): LOOKS}, described="no")
    table = analyse("factor_effects", bad)
    assert set(table["verdict"]) == {"suspect"} and table["found"].any()
    assert not any("boss" in sentence for sentence in effects_told(table))
    assert set(analyse("moderation", bad)["verdict"]) == {"suspect"}


@pytest.mark.parametrize("name", ["factor_effects", "factor_shares", "moderation"])
def test_a_study_without_factors_has_no_rows_and_pays_for_no_test(name: str) -> None:
    plain = replace(at({}), factors={}, levelled=None)
    assert analyse(name, plain).is_empty()
    assert plain.level > at({}).level


def test_an_effect_that_is_wording_is_told_from_one_that_is_the_same_in_all() -> None:
    same = {("social", factor, level): LOOKS for factor in LEVELS for level in LEVELS[factor]}
    moved = at({**same, ("social", "wording", "1"): (0.5, 0.6, 0.4, 0.0, 3.0)})
    rows = {(r["factor"], r["parameter"]): r for r in analyse("moderation", moved).to_dicts()}
    assert set(rows) == set(product(LEVELS, READ))
    one = rows["relation", "omega_pre"]
    assert one["share"] < 0.02 and one["p_one_sign"] == 1 and one["share_low"] == 0
    wording = rows["wording", "omega_pre"]  # +.3, +.3 and -.3: variance .12, mean square .13
    assert wording["spread"] == pytest.approx(0.12**0.5, abs=0.02)
    assert wording["share"] == pytest.approx(0.12 / 0.13, abs=0.05)
    assert (wording["least_at"], wording["p_one_sign"]) == ("1", 0)
    assert rows["wording", "phi"]["share"] is None, "there is no effect of which a part differs"
    told = moderation_told(analyse("moderation", moved))
    assert any("differs by wording" in sentence for sentence in told)


def test_what_an_effort_does_is_held_against_the_least_effort_at_each_level() -> None:
    none, high = at({}), at({("social", factor, level): LOOKS for factor in LEVELS
                             for level in LEVELS[factor]})  # fmt: skip
    parts = [x.levelled.with_columns(checkpoint=pl.lit(name))  # type: ignore[union-attr]
             for x, name in ((none, "none"), (high, "high"))]  # fmt: skip
    fits = [fit("m", effort, goal="social", effort=effort) for effort in ("none", "high")]
    both = replace(evidence(*fits), factors=LEVELS, levelled=pl.concat(parts))
    (row,) = analyse("moderation", both).filter(factor="wording", parameter="omega_pre").to_dicts()
    assert (row["kind"], row["effort"], row["against"]) == ("effort", "high", "none")
    assert row["mean"] == pytest.approx(0.3, abs=0.02) and row["share"] < 0.02


def test_spread_between_levels_is_without_the_noise_of_fits() -> None:
    """On the mean over studies it is the true one; that of draws is twice the noise too large."""
    rng, found = np.random.default_rng(seed(6)), []
    for _ in range(300):
        means = np.array([0.1, 0.1, 0.4]) + rng.normal(0, 0.1, 3)
        found.append([x.mean() for x in variances(means[:, None] + rng.normal(0, 0.1, (3, 500)))])
    between, common = np.mean(found, axis=0)
    assert between == pytest.approx(0.03, abs=0.006) and common == pytest.approx(0.04, abs=0.008)


def answers(relation: float, vignette: float, own: int = 1) -> pl.DataFrame:
    """Choices whose logits a relation and vignettes move so far."""
    rng = np.random.default_rng(seed(own))
    at_level, of = np.array([-1, 1, 0]) * relation, rng.normal(0, vignette, (13, 3))
    rows = []
    for v, pair, state, level, wording in product(range(13), range(8), (1, 2), (0, 1), "123"):
        logits = at_level * (2 * level - 1) + of[v]
        p = np.exp(logits) / np.exp(logits).sum()
        rows.append(
            {"model": "m", "checkpoint": "0", "goal": "social", "framing": "third",
             "vignette": f"v{v}", "speaker_name": f"S{(v + 3 * pair) % 20}",
             "listener_name": f"L{(3 * v + pair) % 20}", "state": state,
             "levels": f"{LEVELS['relation'][level]}|{wording}",
             "shares": np.eye(3)[rng.choice(3, p=p)].tolist(), "places": [0, 1, 2]}
        )  # fmt: skip
    return pl.DataFrame(rows)


def shares(frame: pl.DataFrame) -> pl.DataFrame:
    influence = {"alpha": 0.1, "phi": 0.2, "omega_inf": -0.1, "omega_soc": 0.0, "omega_pre": 0.3}
    who = {"model": "m", "checkpoint": "0", "goal": "social", "framing": "pooled", "fit": "main",
           "speaker": "s2", "semantics": "joint"}  # fmt: skip
    predicted = pl.DataFrame(
        [
            {**who, "state": s, "utterance": u,
             **{f"{k}_influence": x * (u == "good") for k, x in influence.items()}}
            for s in (1, 2) for u in UTTERANCES
        ]
    )  # fmt: skip
    given = evidence(fit("m", "0", goal="social"), answers=frame, predictive=predicted)
    return analyse("factor_shares", replace(given, factors=LEVELS))


def test_what_choices_differ_in_goes_to_what_moves_them_and_noise_to_nothing() -> None:
    table = shares(answers(1.0, 0.6))
    chosen = {r["source"]: r for r in table.filter(of="choices").to_dicts()}
    assert set(chosen) == {"relation", "wording", "vignette", "names", "interactions"}
    assert chosen["relation"]["share_low"] > 0.1 and chosen["vignette"]["share"] > 0.02
    assert chosen["wording"]["share"] < 0.1 and chosen["wording"]["share_high"] > 0
    assert sum(row["share"] for row in chosen.values()) == pytest.approx(1, abs=0.1)
    of_fits = shares(answers(2.5, 0.3)).filter(pl.col("of") != "choices", source="relation")
    assert of_fits["share"].drop_nulls().len()
    assert any("relation 0." in sentence for sentence in shares_told(table))
    alone = answers(0.6, 0.6).filter(
        pl.col("speaker_name") == "S" + pl.col("vignette").str.slice(1)
    )
    assert "names" not in set(shares(alone)["source"]), "one pair of names is part of its vignette"
    even = shares(answers(0.0, 0.0))
    assert even.height == 5 * 6 and even["share"].null_count() == even.height
    assert shares_told(even) == []


def test_components_are_the_variances_that_were_planted_and_none_where_none_can_be_told() -> None:
    rng = np.random.default_rng(seed(8))
    found = []
    for _ in range(40):
        v, level, _pair = (np.array(x) for x in zip(*product(range(12), (0, 1), range(6)),
                                                    strict=True))  # fmt: skip
        y = rng.normal(0, 0.5, 12)[v] + 0.3 * (2 * level - 1) + rng.normal(0, 2, len(v))
        solved = components(y[:, None], np.zeros_like(v), {"v": v, "level": level})
        assert solved is not None
        found.append(solved[:, 0])
    of_vignettes, of_levels = np.mean(found, axis=0)
    assert of_vignettes == pytest.approx(0.25, abs=0.12)
    assert of_levels == pytest.approx(2 * 0.09, abs=0.12), "with one less than its levels"
    assert components(y[:, None], np.zeros_like(v), {"v": v, "same": v}) is None
