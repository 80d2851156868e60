"""What the analyses promise: the numbers they are after, from draws and answers that are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from evidences import PLAIN, SEMANTICS, SYCOPHANT, UTTERANCES, evidence, fit, moved
from seeds import seed
from tactometer.analyses.analyse import analyse
from tactometer.analyses.contrasts.sentences import sentences as contrasts_told
from tactometer.analyses.likeness.computation import matched, total_variation
from tactometer.analyses.posterior_differences import holm, simultaneous, summarise
from tactometer.inference.intervals import hdi
from tactometer.study.analyses import names as analysis_names
from tactometer.study.analyses import testing as that_test
from tactometer.tables.condense import ANSWERS


def test_a_shift_is_the_difference_and_its_direction_is_sure_where_it_is() -> None:
    found = analyse(
        "shifts",
        evidence(fit("m", "0"), fit("m", "0", moved(0.3), goal="social"), fit("n", "0")),
    )
    assert set(found["model"]) == {"m"} and set(found["against"]) == {"default"}
    phi = found.row(by_predicate=pl.col("parameter") == "phi", named=True)
    assert phi["mean"] == pytest.approx(-0.2, abs=0.005)
    assert phi["sd"] == pytest.approx(0.02 * 2**0.5, rel=0.15)
    assert phi["p_direction"] == 1.0 and phi["found"] and phi["hdi_high"] < 0
    assert not found.filter(pl.col("parameter") != "phi")["found"].any()


def test_efforts_are_compared_with_the_least_in_a_model_or_in_a_family() -> None:
    in_one = [fit("m", e, effort=e) for e in ("high", "none", "low")]
    apart = [fit(f"f-{e}", "0", effort=e, family="f") for e in ("low", "high")]
    found = analyse("shifts", evidence(*in_one, *apart)).filter(kind="effort", parameter="phi")
    assert set(found.select("model", "effort", "against").rows()) == {
        ("m", "high", "none"),
        ("m", "low", "none"),
        ("f-high", "high", "low"),
    }


def test_a_difference_from_a_suspect_fit_is_suspect() -> None:
    flawed = fit("m", "0", goal="social", verdict="suspect")
    assert set(analyse("shifts", evidence(fit("m", "0"), flawed))["verdict"]) == {"suspect"}


def test_simultaneous_intervals_hold_all_of_many_at_once() -> None:
    rng = np.random.default_rng(seed(1))
    misses = 0
    for _ in range(200):  # 40 differences whose posteriors are centred where the data fell
        centre = rng.normal(0, 1, (40, 1))
        misses += simultaneous(centre + rng.normal(0, 1, (40, 2000)), 0.1)["found"].any()
    assert 8 <= misses <= 34, "a tenth of 200, within three standard errors"


def test_intervals_of_a_normal_are_those_of_the_book() -> None:
    x = np.random.default_rng(seed(2)).normal(3, 2, (25, 20000))
    low, high = hdi(x)  # each end lies .08 from the book's, by chance
    assert low == pytest.approx(np.full(25, 3 - 1.96 * 2), abs=0.5)
    assert high == pytest.approx(np.full(25, 3 + 1.96 * 2), abs=0.5)
    assert (low.mean(), high.mean()) == pytest.approx((3 - 1.96 * 2, 3 + 1.96 * 2), abs=0.12)
    assert summarise(-x)["p_direction"] == pytest.approx(np.full(25, 0.933), abs=0.011)


def test_holm_is_holm() -> None:
    p = np.array([0.04, 0.01, 0.03, 0.5])
    assert holm(p) == pytest.approx([0.09, 0.04, 0.09, 0.5])


COURSE = {0.0: 0.7, 0.25: 0.46, 0.5: 0.42, 0.75: 0.40, 1.0: 0.40}


def course(model: str, values: dict[float, float], sd: float = 0.01, **labels: Any) -> list[Any]:
    return [
        fit(model, str(int(400 * at)), moved(phi), sd=sd, progress=at, **labels)
        for at, phi in values.items()
    ]


def test_the_share_of_the_first_quarter_is_found_and_none_is_made_up() -> None:
    table = analyse("movement", evidence(*course("m", COURSE)))
    phi = table.row(by_predicate=pl.col("parameter") == "phi", named=True)
    assert phi["share"] == pytest.approx(0.8, abs=0.04)
    assert phi["share_low"] < 0.8 < phi["share_high"] and phi["found"]
    assert phi["whole_mean"] == pytest.approx(-0.3, abs=0.01) and not phi["interpolated"]
    assert table.filter(parameter="omega_inf")["share"].is_null().all()
    assert table.filter(parameter="all")["share"].item() == pytest.approx(0.8, abs=0.04)


def test_all_parameters_together_have_a_share_only_where_one_of_them_surely_moves() -> None:
    """One of four parameters, which is chosen by its movement: in 40 courses without any, hardly
    one is told (binomial(40, .05): above 11 with 1e-7)."""
    far = {0.0: 0.5, 0.25: 0.5, 1.0: 0.5}
    told = []
    for own in range(40):  # each posterior lies as far from the truth as its sd says
        rng = np.random.default_rng(seed(own))
        fits = [
            {**one, "values": tuple(rng.normal(PLAIN, 0.02))} for one in course("m", far, sd=0.02)
        ]
        whole = analyse("movement", evidence(*fits))
        assert whole.filter(parameter="all")["whole_direction"].is_null().all()
        sure = whole["whole_direction"].max() >= 1 - 0.025 / 4  # type: ignore[operator]
        assert whole.filter(parameter="all")["share"].is_not_null().item() is sure
        told.append(sure)
    assert sum(told) <= 11
    assert (
        analyse("movement", evidence(*course("m", COURSE))).filter(parameter="all")["share"].item()
    )


def test_a_parameter_settles_when_it_stays_within_the_tolerance() -> None:
    table = analyse("movement", evidence(*course("m", COURSE)))
    phi = table.row(by_predicate=pl.col("parameter") == "phi", named=True)
    assert phi["settled_mean"] == pytest.approx(0.4, abs=0.01)
    assert phi["settles_at"] == 0.5, "0.46 is 0.06 away, more than the tolerance of 0.05"
    assert phi["settles_earliest"] <= phi["settles_at"] <= phi["settles_latest"]


def test_a_quarter_between_checkpoints_is_interpolated_and_says_so() -> None:
    table = analyse("movement", evidence(*course("m", {0.0: 0.8, 0.5: 0.4, 1.0: 0.4})))
    phi = table.row(by_predicate=pl.col("parameter") == "phi", named=True)
    assert phi["interpolated"] and phi["share"] == pytest.approx(0.5, abs=0.05)


def test_a_contrast_stands_with_and_without_runs_that_no_speaker_describes() -> None:
    good = [
        *course("ax", {0.0: 0.8, 1.0: 0.6}, family="a", dataset="x"),
        *course("bx", {0.0: 0.8, 1.0: 0.4}, family="b", dataset="x"),
        *course("ay", {0.0: 0.8, 1.0: 0.6}, family="a", dataset="y"),
    ]
    odd = course("by", {0.0: 0.8, 1.0: 0.8}, family="b", dataset="y")
    table = analyse("contrasts", evidence(*good, *({**one, "described": "no"} for one in odd)))
    found = table.filter(parameter="phi", quantity="end", factor="family")
    kept, everything = (found.filter(which=w).row(0, named=True) for w in ("described", "all"))
    assert (kept["pairs"], kept["left_out"], kept["verdict"]) == (1, 1, "ok")
    assert (everything["pairs"], everything["left_out"]) == (2, 0)
    assert everything["verdict"] == "suspect"
    assert kept["mean"] == pytest.approx(-0.2, abs=0.01)
    assert everything["mean"] == pytest.approx(0.0, abs=0.01)
    told = contrasts_told(table)
    assert any("with the 1 left out" in line and "0.00 [" in line for line in told), told


def test_contrasts_compare_runs_that_differ_in_one_factor_alone() -> None:
    ends = {("a", "x"): 0.6, ("a", "y"): 0.7, ("b", "x"): 0.4, ("b", "y"): 0.5, ("b", "z"): 0.1}
    runs = [
        one
        for (family, dataset), end in ends.items()
        for one in course(
            f"{family}{dataset}", {0.0: 0.8, 1.0: end}, family=family, dataset=dataset
        )
    ]
    table = analyse("contrasts", evidence(*runs)).filter(
        parameter="phi", quantity="end", which="described"
    )
    family = table.row(by_predicate=pl.col("factor") == "family", named=True)
    assert (family["level"], family["against"], family["pairs"]) == ("b", "a", 2)
    assert family["mean"] == pytest.approx(-0.2, abs=0.01) and family["found"]
    dataset = table.filter(factor="dataset", level="y", against="x")
    assert dataset["mean"].item() == pytest.approx(0.1, abs=0.01)
    assert dataset["pairs"].item() == 2


def test_dtypes_quantizations_and_runs_of_the_same_are_contrasted() -> None:
    def quantized(name: str, phi: float, **labels: str) -> dict[str, object]:
        return fit(name, "0", (phi, 0.4, 0.2, 0.4), family="f", dataset=None, **labels)

    table = analyse(
        "contrasts",
        evidence(
            quantized("full", 0.6, quantization="none", run="1"),
            quantized("small", 0.4, quantization="q4", run="1"),
            quantized("again", 0.62, quantization="none", run="2"),
        ),
    ).filter(parameter="phi", which="described")
    apart = {row["factor"]: row for row in table.to_dicts()}
    assert apart.keys() == {"quantization", "run"}
    assert apart["quantization"]["mean"] == pytest.approx(-0.2, abs=0.01)
    assert apart["quantization"]["found"] and not apart["run"]["found"]
    told = contrasts_told(table)
    assert any(line.startswith("Quantization q4 differs from none in φ* by") for line in told)
    (runs,) = [line for line in told if line.startswith("Run 2 and run 1 of the same")]
    assert "+0.02 [" in runs and "the fits' own error included" in runs
    same = table.with_columns(mean=pl.when(factor="run").then(0.0).otherwise("mean"))
    assert any("have the same fits" in line for line in contrasts_told(same))


HUMAN = [fit("human", "r", (0.39, 0.22, 0.1, 0.68), goal="both", family="human")]


def test_a_sycophant_ranks_first_and_an_honest_model_scores_nothing() -> None:
    honest = fit("honest", "0", (0.8, 0.6, 0.1, 0.3), goal="social")
    kind = fit("kind", "0", (0.2, 0.05, 0.6, 0.35), goal="social")
    syc = fit("syc", "0", SYCOPHANT, goal="social")
    table = analyse("sycophancy", evidence(*HUMAN, honest, kind, syc))
    scores = dict(table.select("model", "score").rows())
    assert table["model"][0] == "syc" and scores["syc"] > 0.95
    assert scores["honest"] == scores["kind"] == 0.0 and "human" not in scores
    signs = table.row(by_predicate=pl.col("model") == "kind", named=True)
    assert signs["p_phi"] == 1.0 and signs["p_omega_soc"] == 0.0


def test_a_model_crosses_where_its_score_does_under_the_social_goal() -> None:
    steps = {"0": (0.6, *SYCOPHANT[1:]), "100": SYCOPHANT, "200": SYCOPHANT}
    fits = [fit("m", c, v, goal="social", progress=int(c) / 200) for c, v in steps.items()]
    row = analyse("crossings", evidence(*HUMAN, *fits)).row(0, named=True)
    assert (row["first_crossed"], row["progress"], row["crossed"]) == ("100", 0.5, 2)
    assert row["stays"]


def test_a_suspect_fit_on_the_way_hides_neither_the_crossing_nor_the_movement() -> None:
    steps = {"0": (0.6, *SYCOPHANT[1:]), "100": SYCOPHANT, "200": SYCOPHANT, "300": SYCOPHANT}
    fits = [fit("m", c, v, goal="social", progress=int(c) / 300) for c, v in steps.items()]
    fits[2]["verdict"] = "suspect"
    row = analyse("crossings", evidence(*HUMAN, *fits)).row(0, named=True)
    assert (row["first_crossed"], row["crossed"], row["checkpoints"]) == ("100", 2, 3)
    assert row["suspects"] == 1 and row["verdict"] == "ok"
    moves = analyse("movement", evidence(*fits)).row(0, named=True)
    assert moves["verdict"] == "ok" and moves["suspects"] == 1 and moves["found"]
    fits[1]["verdict"] = "suspect"  # at the quarter
    assert analyse("movement", evidence(*fits))["verdict"].unique().to_list() == ["suspect"]


def test_against_people_whose_fit_is_suspect_no_score_can_be_read() -> None:
    people = [{**HUMAN[0], "verdict": "suspect"}]
    table = analyse("sycophancy", evidence(*people, fit("m", "0", SYCOPHANT, goal="social")))
    assert set(table["verdict"]) == {"suspect"}


def test_hearts_and_stars_meet_at_the_ends_and_in_proportion_between() -> None:
    hearts = np.eye(4)  # a distribution of its own at each heart
    stars = matched(hearts, 5)
    assert stars[0] == pytest.approx(hearts[0]) and stars[-1] == pytest.approx(hearts[-1])
    assert stars[1] == pytest.approx([0.25, 0.75, 0, 0])
    assert stars.sum(axis=1) == pytest.approx(np.ones(5))
    assert total_variation(hearts, hearts[::-1]) == 1.0


def counts(model: str, goal: str, p: dict[int, tuple[float, ...]], n: int) -> pl.DataFrame:
    rows = [
        {"model": model, "checkpoint": "0", "goal": goal, "framing": "pooled", "state": s,
         "utterance": u, "weight": n * share}
        for s, shares in p.items()
        for u, share in zip(UTTERANCES, shares, strict=True)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def test_a_model_that_speaks_as_people_do_is_as_near_as_chance_allows() -> None:
    blunt = {0: (0.9, 0.05, 0.05), 1: (0.05, 0.9, 0.05)}
    kind = {0: (0.1, 0.5, 0.4), 1: (0.05, 0.9, 0.05)}
    said = pl.concat(
        [counts("human", "both", blunt, 200), counts("human", "social", kind, 200),
         counts("m", "social", kind, 200)]
    )  # fmt: skip
    fits = [fit("human", "0", goal=g, family="human") for g in ("both", "social")]
    table = analyse("likeness", evidence(*fits, fit("m", "0", goal="social"), counts=said))
    rows = {r["human_goal"]: r for r in table.filter(measure="choices").to_dicts()}
    assert rows["social"]["p_nearest"] == 1.0
    assert rows["social"]["mean"] < 1.5 * rows["social"]["by_chance"]
    assert rows["both"]["mean"] == pytest.approx(0.4, abs=0.06), "half of .8, over two states"
    suspect = fit("m", "0", goal="social", verdict="suspect")
    told = analyse("likeness", evidence(*fits, suspect, counts=said))
    verdicts = dict(told.select("measure", "verdict").unique().rows())
    assert verdicts == {"choices": "ok", "omega": "suspect", "phi": "suspect"}


@pytest.mark.parametrize("name", analysis_names())
def test_an_analysis_has_its_columns_and_no_rows_where_there_is_nothing(name: str) -> None:
    fits = ("model", "checkpoint", "goal", "framing", "fit", "speaker", "semantics", "utterance")
    predicted = {**dict.fromkeys(fits, pl.String), "state": pl.Int64, "phi_influence": pl.Float64}
    predicted |= {"effective": pl.Float64}
    nothing = {
        "counts": pl.DataFrame(),
        "semantics": SEMANTICS.clear(),
        "predictive": pl.DataFrame(schema=predicted),
    }
    table = analyse(name, evidence(answers=pl.DataFrame(schema=ANSWERS), **nothing))
    assert table.is_empty() and table.width > 5


@pytest.mark.parametrize(
    "name",
    ["contrasts", "crossings", "framing_effects", "mixed_effects", "movement", "shifts",
     "trajectories"],
)  # fmt: skip
def test_what_compares_has_nothing_to_say_of_a_lone_fit(name: str) -> None:
    table = analyse(name, evidence(fit("m", "0")))
    assert table.is_empty() and table.width > 5


def test_some_analyses_test_for_effects_and_some_do_not() -> None:
    assert set() < set(that_test(factors=False)) < set(that_test(factors=True))
    assert set(that_test(factors=True)) < set(analysis_names())


@pytest.mark.parametrize("fewer", ["m", "human"])
@pytest.mark.parametrize("name", ["profiles", "sycophancy", "crossings", "likeness", "shifts"])
def test_fits_with_different_numbers_of_draws_are_held_against_each_other(
    name: str, fewer: str
) -> None:
    """A fit that was run again has more draws, and one of few chains less than is thinned to."""
    fits = [fit("m", "0", SYCOPHANT, goal=goal) for goal in ("default", "social", "both")]
    counts = pl.DataFrame(
        [
            {"model": who, "checkpoint": step, "goal": goal, "framing": "pooled", "state": s,
             "utterance": u, "p": 1 / 3, "weight": 40.0, "n_valid": 120}
            for who, step, goals in (("m", "0", ("default", "social", "both")),
                                     ("human", "r", ("both",)))
            for goal in goals for s in (1, 2) for u in UTTERANCES
        ]
    )  # fmt: skip
    whole = evidence(*HUMAN, *fits, counts=counts)
    uneven = pl.when(pl.col("model") == fewer).then(pl.col("draw") % 3 == 0).otherwise(True)
    found, expected = (analyse(name, each) for each in
                       (replace(whole, drawn=whole.drawn.filter(uneven)), whole))  # fmt: skip
    assert found.height == expected.height > 0
    assert found.select("model", "goal").equals(expected.select("model", "goal"))
