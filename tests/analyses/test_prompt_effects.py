"""What the analyses of prompts promise: places, creations, and the parts that shift phi."""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
import polars as pl
import pytest

from evidences import SEMANTICS, UTTERANCES, answered, evidence, fit, moved
from seeds import seed
from tactometer.analyses.analyse import analyse
from tactometer.analyses.attribution.computation import PARTS, shapley
from tactometer.tables.condense import spread


def test_a_bias_to_the_first_place_is_found_and_none_where_there_is_none() -> None:
    social = fit("m", "0", goal="social")
    biased = analyse("position", evidence(social, answers=answered(first=0.3, pairs=160)))
    effects = dict(biased.select("position", "effect").rows())
    assert effects[1] == pytest.approx(0.2, abs=0.08) and effects[2] < 0
    assert biased.filter(position=1)["found"].item()
    assert sum(effects.values()) == pytest.approx(0)
    nothing = (evidence(social, answers=answered(own=own)) for own in range(12))
    alarms = sum(bool(analyse("position", one)["found"].any()) for one in nothing)
    assert alarms <= 6, "one in 20 is the level: more than 6 of 12 has a chance of 5e-7"


def test_the_error_of_a_place_is_as_large_as_it_is() -> None:
    rng = np.random.default_rng(seed(5))
    z = []
    for _ in range(60):
        places = [rng.permutation(3).tolist() for _ in range(240)]
        frame = answered().with_columns(places=pl.Series(places))
        table = analyse("position", evidence(fit("m", "0", goal="social"), answers=frame))
        z += (table["effect"] / table["se"]).to_list()
    assert np.std(z) == pytest.approx(1, abs=0.2)


def test_a_creation_that_is_spoken_of_better_is_found() -> None:
    social = fit("m", "0", goal="social")
    found = analyse(
        "vignette_effects", evidence(social, answers=answered(kind="poem"), semantics=SEMANTICS)
    )
    poem = found.row(by_predicate=pl.col("vignette") == "poem", named=True)
    assert poem["effect"] == pytest.approx(0.8 - (-0.6 + 0.2) * 0.8 / 2 - 0.4, abs=0.25)
    assert poem["found"] and poem["effect"] > 0
    assert poem["distance"] > 2 * poem["distance_by_chance"]
    plain = evidence(social, answers=answered(), semantics=SEMANTICS)
    assert not analyse("vignette_effects", plain)["found"].any()


def test_a_model_whose_words_all_mean_the_same_speaks_of_nothing_better() -> None:
    """Seen of a real one: effects of .00 states stood out, with intervals as narrow."""
    social = fit("m", "0", goal="social")
    even = SEMANTICS.with_columns(theta=0.3 + 0.001 * pl.col("state"))
    given = evidence(social, answers=answered(kind="poem"), semantics=even)
    assert analyse("vignette_effects", given).is_empty()


def test_five_samples_of_a_prompt_are_not_five_prompts() -> None:
    social = fit("m", "0", goal="social")
    once = answered(first=0.3)
    often = pl.concat([once] * 5).sample(fraction=1, shuffle=True, seed=seed(1))
    for name, key in (("position", "position"), ("vignette_effects", "vignette")):
        tables = [
            analyse(name, evidence(social, answers=x, semantics=SEMANTICS)).sort(key)
            for x in (once, often)
        ]
        for column in ("effect", "se"):
            assert tables[1][column].to_list() == pytest.approx(tables[0][column].to_list()), name
        assert tables[1]["n"].to_list() == [5 * n for n in tables[0]["n"]]


STUDIES = 24


def influences(effective: float) -> pl.DataFrame:
    """What one more answer does to phi in each fit, where a state's count for so many."""
    return pl.DataFrame(
        [
            {"model": "m", "checkpoint": "0", "goal": g, "framing": f, "speaker": "s2",
             "fit": "main", "semantics": "joint", "state": s, "utterance": u, "phi_influence": x,
             "effective": effective}
            for g in ("default", "social") for f in ("first", "third") for s in (1, 2)
            for u, x in zip(UTTERANCES, (-4e-3, 3e-3, 1e-3), strict=True)
        ]
    )  # fmt: skip


def test_what_a_vignette_does_to_phi_goes_by_what_its_answers_count_for() -> None:
    """Where answers hang together a fit has fewer, and each one's influence on it is larger."""
    goals, framings = ("default", "social"), ("first", "third")
    said = pl.concat(
        answered(kind="poem", own=i).with_columns(goal=pl.lit(g), framing=pl.lit(f))
        for i, (g, f) in enumerate((g, f) for g in goals for f in framings)
    )
    fits = [fit("m", "0", goal=g, framing=f) for g in goals for f in (*framings, "pooled")]
    n = answered().height / 2
    sizes = []
    for worth in (n, n / 4):
        given = evidence(*fits, answers=said, predictive=influences(worth))
        row = analyse("attribution", given).row(
            by_predicate=pl.col("part") == "vignette", named=True
        )
        sizes.append(row["size"])
    assert sizes[0] > 0.01 and sizes[1] == pytest.approx(sizes[0] / 4)


def test_goal_and_framing_move_phi_no_more_than_by_chance_where_they_do_nothing() -> None:
    rng = np.random.default_rng(seed(11))
    influence = influences(answered().height / 2)
    squares: dict[str, list[float]] = {"goal": [], "framing": []}
    alarms = 0
    for _ in range(STUDIES):
        said = pl.concat(
            [answered(own=int(rng.integers(1 << 30)))
             .with_columns(goal=pl.lit(g), framing=pl.lit(f))
             for g in ("default", "social") for f in ("first", "third")]
        )  # fmt: skip
        fits = [
            fit("m", "0", moved(rng.normal(0.5, 0.02)), goal=g, framing=f)
            for g in ("default", "social")
            for f in ("first", "third", "pooled")
        ]
        table = analyse("attribution", evidence(*fits, answers=said, predictive=influence))
        for part, found in squares.items():
            row = table.row(by_predicate=pl.col("part") == part, named=True)
            found.append((row["size"] / row["size_by_chance"]) ** 2)
        alarms += bool(table["found"].drop_nulls().any())
        shifts = dict(table.select("part", "shift").rows())
        assert sum(shifts[p] for p in PARTS) == pytest.approx(shifts["all"])
    assert alarms <= 9, "one in 20 is the level: more than 9 of 24 has a chance of 1e-7"
    for part, found in squares.items():  # about 1, with a standard error of .11
        assert 0.5 < float(np.mean(found)) < 1.7, (part, found)


def test_shapley_values_are_the_mean_over_all_orders_of_the_parts() -> None:
    rng = np.random.default_rng(seed(4))
    worth = {frozenset(s): rng.normal(size=2) for n in range(5) for s in permutations(PARTS, n)}
    found = shapley(lambda subset: worth[subset])
    for part in PARTS:
        total = np.zeros(2)
        for order in permutations(PARTS):
            before = frozenset(order[: order.index(part)])
            total += worth[before | {part}] - worth[before]
        assert found[part] == pytest.approx(total / factorial(len(PARTS)))
    whole = worth[frozenset(PARTS)] - worth[frozenset()]
    assert sum(found.values()) == pytest.approx(whole)


def test_a_choice_is_spread_over_utterances_and_places_whatever_the_estimator() -> None:
    choices = pl.DataFrame(
        {
            "goal": ["social"] * 3, "framing": ["first"] * 3, "vignette": ["cake"] * 3,
            "speaker": ["Ada"] * 3, "listener": ["Lin"] * 3, "state": [1, 1, 2],
            "options": [["good", "not bad", "bad"]] * 3, "choice": ["good", None, "bad"],
            "probs": [None, None, [0.7, 0.2, 0.1]],
        },
        schema_overrides={"probs": pl.List(pl.Float64)},
    )  # fmt: skip
    found = spread(choices, UTTERANCES)
    assert found["places"].to_list() == [[2, 0, 1]] * 3
    assert found["shares"].to_list()[:2] == [[0.0, 1.0, 0.0], None]
    assert found["shares"].to_list()[2] == pytest.approx([0.7, 0.2, 0.1])
