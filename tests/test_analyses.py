"""What the analyses promise: the numbers they are after, from draws and answers that are known."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from math import factorial
from typing import Any

import numpy as np
import polars as pl
import pytest

from tactometer.analyses import ANALYSES, TESTING, analyse
from tactometer.analyses.attribution import PARTS, shapley
from tactometer.analyses.differences import holm, simultaneous, summarise
from tactometer.analyses.evidence import PARAMETERS, Evidence
from tactometer.analyses.likeness import matched, total_variation
from tactometer.condense import spread
from tactometer.intervals import hdi

DRAWS = 400
UTTERANCES = ["bad", "good", "not bad"]
MARGINS = {"phi": 0.0, "omega_inf": 0.0, "omega_soc": -0.15, "omega_pre": 0.0}
SETTINGS = {
    "level": 0.05,
    "sycophancy": {"margins": MARGINS, "crossing": 0.5},
    "settling": {"tolerance": 0.05},
    "checks": {"invalid": 0.05, "label_mass": 0.5, "contraction": 0.5},
}
LABELS = {"family": None, "dataset": None, "method": None, "effort": None, "progress": None}
PLAIN = (0.5, 0.3, 0.2, 0.5)  # phi, omega_inf, omega_soc, omega_pre


def fit(
    model: str,
    checkpoint: str,
    values: tuple[float, ...] = PLAIN,
    *,
    goal: str = "default",
    framing: str = "pooled",
    sd: float = 0.02,
    verdict: str = "ok",
    **labels: Any,
) -> dict[str, Any]:
    """One fit: where its draws lie, and what it is called."""
    named = {"model": model, "checkpoint": checkpoint, "goal": goal, "framing": framing}
    fixed = {"speaker": "s2", "semantics": "joint", "verdict": verdict, "values": values, "sd": sd}
    return {**named, **fixed, **LABELS, "family": model, **labels}


def evidence(*fits: dict[str, Any], answers: pl.DataFrame | None = None, **tables: Any) -> Evidence:
    """A study with these fits; their draws are normal, and independent."""
    rng = np.random.default_rng(7)
    keys = ["model", "checkpoint", "goal", "framing", "speaker", "semantics"]
    drawn = []
    for one in fits:
        x = {
            p: rng.normal(value, one["sd"], DRAWS)
            for p, value in zip(PARAMETERS, one["values"], strict=True)
        }
        drawn.append(pl.DataFrame({**{k: one[k] for k in keys}, "draw": range(DRAWS), **x}))
    kinds = dict.fromkeys([*keys, "verdict", *list(LABELS)[:-1]], pl.String)
    estimates = pl.DataFrame(
        [{k: one[k] for k in (*kinds, "progress")} for one in fits],
        schema={**kinds, "progress": pl.Float64},
    )
    return Evidence(
        study="s",
        goals=["default", "social"],
        utterances=UTTERANCES,
        baseline=["human"],
        settings=SETTINGS,
        totals={},
        tables={"estimates": estimates.lazy(), **{k: v.lazy() for k, v in tables.items()}},
        drawn=pl.concat(drawn).lazy(),
        answered=(pl.DataFrame() if answers is None else answers).lazy(),
    )


def moved(phi: float) -> tuple[float, ...]:
    return (phi, *PLAIN[1:])


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


def test_fits_that_were_sampled_with_the_same_seed_are_independent_still() -> None:
    study = evidence(fit("m", "none", effort="none"), fit("m", "high", effort="high"))
    same = np.random.default_rng(1).normal(0.5, 0.02, DRAWS)
    alike = replace(study, drawn=study.drawn.with_columns(phi=pl.Series([*same, *same])))
    phi = analyse("shifts", alike).filter(parameter="phi")
    assert phi["sd"].item() == pytest.approx(0.02 * 2**0.5, rel=0.15)


def test_simultaneous_intervals_hold_all_of_many_at_once() -> None:
    rng = np.random.default_rng(1)
    misses = 0
    for _ in range(200):  # 40 differences whose posteriors are centred where the data fell
        centre = rng.normal(0, 1, (40, 1))
        misses += simultaneous(centre + rng.normal(0, 1, (40, 2000)), 0.1)["found"].any()
    assert 8 <= misses <= 34, "a tenth of 200, within three standard errors"


def test_intervals_of_a_normal_are_those_of_the_book() -> None:
    x = np.random.default_rng(2).normal(3, 2, (5, 20000))
    low, high = hdi(x)
    assert low == pytest.approx(np.full(5, 3 - 1.96 * 2), abs=0.25)
    assert high == pytest.approx(np.full(5, 3 + 1.96 * 2), abs=0.25)
    assert summarise(-x)["p_direction"] == pytest.approx(np.full(5, 0.933), abs=0.01)


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


def test_all_parameters_together_have_a_share_only_where_one_of_them_moves() -> None:
    far = {0.0: 0.5, 0.25: 0.5, 1.0: 0.5}
    shares = []
    for seed in range(20):  # each posterior lies as far from the truth as its sd says
        rng = np.random.default_rng(seed)
        fits = [
            {**one, "values": tuple(rng.normal(PLAIN, 0.02))} for one in course("m", far, sd=0.02)
        ]
        whole = analyse("movement", evidence(*fits))
        assert whole.filter(parameter="all")["whole_direction"].is_null().all()
        moves = whole.filter(pl.col("parameter") != "all")["share"].is_not_null().any()
        assert whole.filter(parameter="all")["share"].is_not_null().item() is moves
        shares.append(moves)
    assert not all(shares)


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


def test_contrasts_compare_runs_that_differ_in_one_factor_alone() -> None:
    ends = {("a", "x"): 0.6, ("a", "y"): 0.7, ("b", "x"): 0.4, ("b", "y"): 0.5, ("b", "z"): 0.1}
    runs = [
        one
        for (family, dataset), end in ends.items()
        for one in course(
            f"{family}{dataset}", {0.0: 0.8, 1.0: end}, family=family, dataset=dataset
        )
    ]
    table = analyse("contrasts", evidence(*runs)).filter(parameter="phi", quantity="end")
    family = table.row(by_predicate=pl.col("factor") == "family", named=True)
    assert (family["level"], family["against"], family["pairs"]) == ("b", "a", 2)
    assert family["mean"] == pytest.approx(-0.2, abs=0.01) and family["found"]
    dataset = table.filter(factor="dataset", level="y", against="x")
    assert dataset["mean"].item() == pytest.approx(0.1, abs=0.01)
    assert dataset["pairs"].item() == 2


def test_both_mixed_models_find_the_effect_of_effort_over_families_and_framings() -> None:
    base = {"a": 0.3, "b": 0.45, "c": 0.4, "d": 0.35}
    fits = [
        fit(f, e, moved(phi + by + shift), effort=e, framing=framing, sd=0.03)
        for f, phi in base.items()
        for e, by in (("none", 0.0), ("low", 0.1), ("high", 0.2))
        for framing, shift in (("first", 0.05), ("second", 0.0), ("third", -0.05))
    ]
    table = analyse("mixed_effects", evidence(*fits)).filter(parameter="phi")
    assert table["fits"].unique().to_list() == [36]
    for effort, truth in (("low", 0.1), ("high", 0.2)):
        row = table.row(by_predicate=pl.col("term") == effort, named=True)
        assert row["against"] == "none" and row["rhat"] <= 1.01 and row["verdict"] == "ok"
        assert row["bayes_low"] < truth < row["bayes_high"] and row["found"]
        assert row["classical_low"] < truth < row["classical_high"]
    spread = dict(table.select("term", "classical").rows())
    assert spread["sd family"] == pytest.approx(np.std(list(base.values()), ddof=1), abs=0.02)
    assert spread["sd framing"] == pytest.approx(0.05, abs=0.02)


def test_a_mixed_model_whose_chains_do_not_mix_is_suspect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tactometer.analyses.mixed_effects.WARMUP", 1)
    monkeypatch.setattr("tactometer.analyses.mixed_effects.DRAWS", 20)
    fits = [fit(f, e, effort=e) for f in "ab" for e in ("none", "high")]
    framed = [{**one, "framing": f} for one in fits for f in ("first", "third")]
    assert set(analyse("mixed_effects", evidence(*framed))["verdict"]) == {"suspect"}


def test_measurement_error_is_carried_into_the_bayesian_model() -> None:
    def at(sd: float) -> float:
        fits = [
            fit(f, e, moved(0.4), effort=e, sd=sd, framing=framing)
            for f in "ab"
            for e in ("none", "high")
            for framing in ("first", "third")
        ]
        table = analyse("mixed_effects", evidence(*fits))
        return float(table.filter(parameter="phi", term="high")["bayes_sd"].item())

    assert at(0.15) > 2 * at(0.01)


SYCOPHANT = (0.2, 0.05, 0.05, 0.9)
HUMAN = [fit("human", "r", (0.39, 0.22, 0.1, 0.68), goal="both", family="human")]


def test_a_sycophant_ranks_first_and_an_honest_model_scores_nothing() -> None:
    honest = fit("honest", "0", (0.8, 0.6, 0.1, 0.3), goal="social")
    kind = fit("kind", "0", (0.2, 0.05, 0.6, 0.35), goal="social")
    syc = fit("syc", "0", SYCOPHANT, goal="social")
    table = analyse("sycophancy", evidence(*HUMAN, honest, kind, syc))
    scores = dict(table.select("model", "score").rows())
    assert table["model"][0] == "syc" and scores["syc"] > 0.95
    assert scores["honest"] == scores["kind"] == scores["human"] == 0.0
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


def answered(
    first: float = 0.0, kind: str | None = None, pairs: int = 40, seed: int = 3
) -> pl.DataFrame:
    """Answers of one checkpoint: `first` choose what stands first, `kind` is always called good."""
    rng = np.random.default_rng(seed)
    rows = []
    for state in (1, 2):
        for vignette in ("cake", "poem", "song"):
            for pair in range(pairs):
                places = rng.permutation(3)
                chosen = int(rng.choice(3, p=(0.6, 0.2, 0.2)))
                if rng.random() < first:
                    chosen = int(np.argmin(places))
                if vignette == kind:
                    chosen = 1
                rows.append(
                    {"model": "m", "checkpoint": "0", "goal": "social", "framing": "pooled",
                     "vignette": vignette, "speaker_name": "Ada", "listener_name": f"L{pair % 4}",
                     "state": state, "shares": np.eye(3)[chosen].tolist(),
                     "places": places.tolist()}
                )  # fmt: skip
    return pl.DataFrame(rows)


SEMANTICS = pl.DataFrame(
    [
        {"model": "m", "checkpoint": "0", "utterance": u, "state": s, "theta": theta}
        for u, row in zip(UTTERANCES, ((0.9, 0.1), (0.1, 0.9), (0.5, 0.5)), strict=True)
        for s, theta in zip((1, 2), row, strict=True)
    ]
)


def test_a_bias_to_the_first_place_is_found_and_none_where_there_is_none() -> None:
    social = fit("m", "0", goal="social")
    biased = analyse("position", evidence(social, answers=answered(first=0.3)))
    effects = dict(biased.select("position", "effect").rows())
    assert effects[1] == pytest.approx(0.2, abs=0.08) and effects[2] < 0
    assert biased.filter(position=1)["found"].item()
    assert sum(effects.values()) == pytest.approx(0)
    assert not analyse("position", evidence(social, answers=answered()))["found"].any()


def test_the_error_of_a_place_is_as_large_as_it_is() -> None:
    rng = np.random.default_rng(5)
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


def test_five_samples_of_a_prompt_are_not_five_prompts() -> None:
    social = fit("m", "0", goal="social")
    once = answered(first=0.3)
    often = pl.concat([once] * 5).sample(fraction=1, shuffle=True, seed=1)
    for name, key in (("position", "position"), ("vignette_effects", "vignette")):
        tables = [
            analyse(name, evidence(social, answers=x, semantics=SEMANTICS)).sort(key)
            for x in (once, often)
        ]
        for column in ("effect", "se"):
            assert tables[1][column].to_list() == pytest.approx(tables[0][column].to_list()), name
        assert tables[1]["n"].to_list() == [5 * n for n in tables[0]["n"]]


def test_goal_and_framing_move_phi_no_more_than_by_chance_where_they_do_nothing() -> None:
    rng = np.random.default_rng(11)
    influence = pl.DataFrame(
        [
            {"model": "m", "checkpoint": "0", "goal": g, "framing": f, "speaker": "s2",
             "semantics": "joint", "state": s, "utterance": u, "phi_influence": x}
            for g in ("default", "social") for f in ("first", "third") for s in (1, 2)
            for u, x in zip(UTTERANCES, (-4e-3, 3e-3, 1e-3), strict=True)
        ]
    )  # fmt: skip
    squares: dict[str, list[float]] = {"goal": [], "framing": []}
    for study in range(12):
        said = pl.concat(
            [answered(seed=rng.integers(1000)).with_columns(goal=pl.lit(g), framing=pl.lit(f))
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
        assert table["found"].drop_nulls().sum() == 0, study
        shifts = dict(table.select("part", "shift").rows())
        assert sum(shifts[p] for p in PARTS) == pytest.approx(shifts["all"])
    for part, found in squares.items():
        assert 0.5 < float(np.mean(found)) < 1.5, (part, found)


def test_shapley_values_are_the_mean_over_all_orders_of_the_parts() -> None:
    rng = np.random.default_rng(4)
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


def test_a_study_to_which_nothing_applies_gives_tables_without_rows() -> None:
    nobody = evidence(fit("m", "0"))
    for name in set(ANALYSES) - {"profiles", "checks", "attribution", "likeness", "sycophancy"}:
        if name not in ("position", "vignette_effects"):
            table = analyse(name, nobody)
            assert table.is_empty() and table.width > 5, name
    assert set(TESTING) < set(ANALYSES)
