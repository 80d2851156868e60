"""Posteriors: the human figures, known speakers, bad counts, and chains that cannot be believed."""

import csv
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import arviz
import numpy as np
import pytest
import xarray

from tactometer import calibration, chains, cone, domain, modes, netcdf, posterior, rsa, sampling
from tactometer.chains import SamplingSettings
from tactometer.errors import UserError
from tactometer.intervals import hdi
from tactometer.posterior import is_clean, stuck_chains, summarise
from tactometer.sampling import DIMS, Behaviour, Sampled, sample
from tactometer.speakers import speaker
from tactometer.whitening import log_mass

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
HUMAN = ROOT / "resources" / "human"
VALUES = np.arange(1.0, 6.0)
FIXED = SamplingSettings(semantics="fixed")


def make(counts: np.ndarray, yes: np.ndarray, n: np.ndarray | float = 52.0) -> Behaviour:
    """A behaviour of one goal without costs."""
    goals, states, utterances = counts.shape
    return Behaviour(
        counts=counts,
        yes=yes,
        n=np.broadcast_to(np.asarray(n, float), yes.shape),
        values=VALUES[:states],
        negated=None,
        goals=tuple(f"goal{g}" for g in range(goals)),
        states=tuple(str(s) for s in range(states)),
        utterances=tuple(f"u{u}" for u in range(utterances)),
    )


@pytest.fixture(scope="module")
def yes() -> np.ndarray:
    """Four adjectives and their negations, answered 52 times a state."""
    kind, middle = np.array([-3.0, -2.0, 2.0, 3.0]), np.array([1.5, 2.4, 3.6, 4.6])
    theta = 1 / (1 + np.exp(-kind[:, None] * (VALUES - middle[:, None])))
    return np.round(52 * np.vstack([theta, 1 - theta]).clip(0.02, 0.98))


@pytest.fixture(scope="module")
def known(yes: np.ndarray) -> Sampled:
    """A fit of the expected counts of a known speaker, real-valued."""
    p = np.exp(rsa.s2(5.0, 0.5, [0.4, 0.2, 0.4], (yes + 1) / 54, VALUES))
    return sample(make(130 * p[None], yes), speaker("s2"), FIXED)


@pytest.fixture(scope="module")
def human() -> Sampled:
    goals, states = ("informative", "social", "both"), ("0", "1", "2", "3")
    with (HUMAN / "yoon2020_production.csv").open() as file:
        production = list(csv.DictReader(file))
    with (HUMAN / "yoon2020_semantics.csv").open() as file:
        semantics = list(csv.DictReader(file))
    utterances = tuple(dict.fromkeys(row["utterance"] for row in semantics))
    counts, yes, n = np.zeros((3, 4, 8)), np.zeros((8, 4)), np.zeros((8, 4))
    for row in production:
        cell = goals.index(row["goal"]), int(row["state"]), utterances.index(row["utterance"])
        counts[cell] = float(row["count"])
    for row in semantics:
        cell = utterances.index(row["utterance"]), int(row["state"])
        yes[cell], n[cell] = float(row["yes"]), float(row["n"])
    negated = np.array([u.startswith("not ") for u in utterances])
    behaviour = Behaviour(counts, yes, n, np.arange(4.0), negated, goals, states, utterances)
    return sample(behaviour, speaker("s2"), SamplingSettings())


def test_the_human_figures_give_the_measured_speaker(human: Sampled) -> None:
    mean = {(row["parameter"], row["goal"]): row["mean"] for row in human.summary()}
    goals = ("informative", "social", "both")
    assert [mean["phi", g] for g in goals] == pytest.approx([0.50, 0.39, 0.39], abs=0.05)
    assert [mean["omega_soc", g] for g in goals] == pytest.approx([0.01, 0.26, 0.10], abs=0.05)
    assert human.diagnostics.divergences == 0
    assert human.diagnostics.rhat < 1.01
    assert human.diagnostics.verdict == "ok"


def test_a_human_posterior_predicts_the_human_answers(human: Sampled) -> None:
    counts = human.behaviour.counts
    predicted = human.predict(100)
    assert predicted.shape == (100, 3, 4, 8)
    assert predicted.sum(axis=-1) == pytest.approx(1)
    shares = counts / counts.sum(axis=-1, keepdims=True)
    assert np.mean((predicted.mean(axis=0) - shares) ** 2) < 0.004


def test_a_known_speaker_is_found(known: Sampled) -> None:
    truth = {"alpha": 5.0, "phi": 0.5, "omega_inf": 0.4, "omega_soc": 0.2, "omega_pre": 0.4}
    assert known.diagnostics.verdict in ("ok", "refit")
    for row in known.summary():
        assert row["hdi_low"] < truth[row["parameter"]] < row["hdi_high"]
        assert abs(row["mean"] - truth[row["parameter"]]) < 1.5 * row["sd"]
        assert row["ess_bulk"] > 400


def test_posterior_means_agree_with_importance_sampling(known: Sampled) -> None:
    """The same check as `make bench` makes on its six sets."""
    sys.path.insert(0, str(BENCHMARKS))
    import importance

    expected = importance.means(known.behaviour, known.draws)
    for row in known.summary():
        mean, error = expected[row["parameter"]]
        assert abs(row["mean"] - mean) < 3 * np.hypot(error, row["sd"] / row["ess_bulk"] ** 0.5)


def test_the_same_seed_gives_the_same_draws(known: Sampled) -> None:
    settings = replace(FIXED, chains=2, warmup=100, draws=50)
    first, again = (sample(known.behaviour, speaker("s2"), settings) for _ in range(2))
    other = sample(known.behaviour, speaker("s2"), replace(settings, seed=2))
    assert np.array_equal(first.draws["alpha"], again.draws["alpha"])
    assert not np.array_equal(first.draws["alpha"], other.draws["alpha"])


def inference_data(sampled: Sampled) -> arviz.InferenceData:
    """All of a posterior as ArviZ has it."""
    return arviz.from_dict(
        **sampled.parts(),
        coords=sampled.coordinates(),
        dims={name: list(dims) for name, dims in DIMS.items()},
        posterior_attrs=sampled.attributes(),
    )


def test_inference_data_names_goals_utilities_and_states(human: Sampled) -> None:
    data = inference_data(human)
    assert dict(data.posterior.omega.sizes) == {"chain": 4, "draw": 1000, "goal": 3, "utility": 3}
    assert list(data.posterior.utility.values) == ["inf", "soc", "pre"]
    assert data.posterior.theta.sel(utterance="not bad", state="2").mean() > 0.8
    assert data.posterior.attrs["verdict"] == "ok" and data.posterior.attrs["speaker"] == "s2"
    assert data.observed_data["counts"].sel(goal="both").sum() == human.behaviour.counts[2].sum()
    assert data.sample_stats.diverging.dtype == bool


def test_a_file_holds_each_goal_of_a_posterior_as_arviz_would_write_it(
    human: Sampled, tmp_path: Path
) -> None:
    path = tmp_path / "both.nc"
    netcdf.write(path, "pooled/s2", human, human.behaviour.goals.index("both"))
    netcdf.write(path, "again/s2", human, 0)
    whole = inference_data(human).sel(goal=["both"])
    for part in whole.groups():
        wanted = whole[part]
        with xarray.open_dataset(path, group=f"pooled/s2/{part}", engine="h5netcdf") as found:
            xarray.testing.assert_equal(found, wanted)
            assert (
                found.attrs.items() >= {"speaker": "s2", "verdict": "ok"}.items()
                or part != "posterior"
            )


@pytest.mark.parametrize("name", ["s1", "s2-inf", "s2-soc-pre", "s2-pre"])
def test_a_subset_has_only_its_own_parameters(yes: np.ndarray, name: str) -> None:
    p = np.exp(rsa.s1(4.0, 0.6, (yes + 1) / 54, VALUES))
    settings = replace(FIXED, chains=2, warmup=300, draws=300)
    found = sample(make(130 * p[None], yes), speaker(name), settings)
    assert tuple(row["parameter"] for row in found.summary()) == speaker(name).parameters()
    assert found.predict(20).sum(axis=-1) == pytest.approx(1)
    if name == "s1":
        rows = {row["parameter"]: row for row in found.summary()}
        assert abs(rows["phi"]["mean"] - 0.6) < 2 * rows["phi"]["sd"]
        assert abs(rows["alpha"]["mean"] - 4.0) < 2 * rows["alpha"]["sd"]


@pytest.mark.parametrize("semantics", ["fixed", "joint"])
def test_no_answers_at_all_leave_the_prior(yes: np.ndarray, semantics: str) -> None:
    settings = SamplingSettings(semantics=semantics, chains=4, warmup=700, draws=1000)
    found = sample(make(np.zeros((1, 5, 8)), yes), speaker("s2"), settings)
    rows = {row["parameter"]: row for row in found.summary()}
    assert (
        abs(rows["alpha"]["mean"] - 10) < 6 * rows["alpha"]["sd"] / rows["alpha"]["ess_bulk"] ** 0.5
    )
    for name, mean in {
        "phi": 1 / 2,
        "omega_inf": 1 / 3,
        "omega_soc": 1 / 3,
        "omega_pre": 1 / 3,
    }.items():
        assert rows[name]["mean"] == pytest.approx(mean, abs=0.06)
    assert all(abs(row["contraction"]) < 0.25 for row in rows.values())


def test_one_utterance_always_or_an_empty_state_stays_finite(yes: np.ndarray) -> None:
    counts = np.zeros((1, 5, 8))
    counts[0, 1:, 2] = 130  # always the same, and nothing for the first state
    settings = replace(FIXED, warmup=400, draws=400)
    found = sample(make(counts, yes), speaker("s2"), settings)
    numbers = [v for row in found.summary() for v in row.values() if isinstance(v, float)]
    assert np.all(np.isfinite(numbers))
    assert found.diagnostics.verdict in ("ok", "refit", "suspect")


@pytest.mark.parametrize(
    ("field", "value"), [("counts", -1.0), ("counts", np.nan), ("yes", 53.0), ("values", np.inf)]
)
def test_impossible_answers_are_errors(yes: np.ndarray, field: str, value: float) -> None:
    good = make(np.ones((1, 5, 8)), yes)
    bad = np.array(getattr(good, field), dtype=float)
    bad.flat[0] = value
    with pytest.raises(ValueError, match=field):
        replace(good, **{field: bad})


def test_temporary_files_are_gone_even_after_an_error(
    known: Sampled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    broken = {"G": 0}
    with pytest.raises(UserError, match="s2_fixed"):
        chains.execute(chains.STAN / "s2_fixed.stan", broken | {"joint": 0}, [{}], FIXED, 20, 20)
    sample(known.behaviour, speaker("s2"), replace(FIXED, chains=1, warmup=20, draws=20))
    assert not [p for p in tmp_path.iterdir() if p.name.startswith("tactometer-")]


def test_a_run_in_doubt_is_run_again_and_doubt_that_stays_is_told(
    known: Sampled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real draws; the divergences are planted."""
    settings = replace(FIXED, warmup=150, draws=150, chains=2)
    problem = sampling.problem_of(known.behaviour, speaker("s2"), settings)
    good = chains.run(problem, settings)
    columns = {**good.columns, "divergent__": np.ones_like(good.columns["divergent__"])}
    bad = replace(good, columns=columns)
    for runs, verdict in (
        ([good], "ok"),
        ([bad, good], "refit"),
        ([bad, bad, good], "refit"),
        ([bad, bad, bad], "suspect"),
    ):
        asked: list[SamplingSettings] = []

        def run(_p: object, settings: SamplingSettings, *, first: object, within, runs=runs):
            assert (first is not None) == bool(asked)  # noqa: B023
            assert (within is not None) == (len(asked) == 2)  # noqa: B023
            asked.append(settings)  # noqa: B023
            return runs[len(asked) - 1]  # noqa: B023

        monkeypatch.setattr(chains, "run", run)
        monkeypatch.setattr(sampling, "is_clean", lambda told, _n: told["divergences"] == 0)
        assert sample(known.behaviour, speaker("s2"), settings).diagnostics.verdict == verdict
        assert [s.warmup for s in asked] == [150, 300, 300][: len(runs)]
        assert [s.delta for s in asked] == pytest.approx([0.85, 0.97, 0.9925][: len(runs)])


def test_a_second_run_starts_from_all_over_the_prior_and_comes_to_the_same(known: Sampled) -> None:
    problem = sampling.problem_of(known.behaviour, speaker("s2"), FIXED)
    first = chains.run(problem, replace(FIXED, warmup=150, draws=150))
    again = chains.run(problem, FIXED, first=first)
    x = again.columns["alpha"][..., 0]
    assert posterior.stuck_chains(again.lp) == () and posterior.rhat(x) < 1.02
    assert abs(x.mean() - known.draws["alpha"].mean()) < 0.2 * x.std()


def test_starts_from_all_over_the_prior_look_into_more_than_one_mode() -> None:
    problem = sampling.problem_of(make(TWO_MODES, TWO_MODES_YES), speaker("s2"), FIXED)
    at = chains.whiten(problem)
    starts = chains._spread(problem, at, 12, np.random.default_rng(1))
    phi = problem.natural(at.variables(starts)).phi[:, 0]
    assert phi.min() < 0.45 and phi.max() > 0.47


def of_the_prior(seed: int) -> Behaviour:
    """The answers of a speaker that the calibration draws from the prior."""
    words = domain.load(ROOT / "resources" / "polite_speech")
    values, literal = np.array(words.states, float), np.array(words.literal)
    known = calibration.Domain(values, tuple(words.utterances), literal)
    return calibration.simulate(calibration.PROGRAMS["s2_fixed"], known, seed)[1]


def entries(alpha: float, phi: float, *omega: float) -> np.ndarray:
    """The cone's entries of natural parameters."""
    natural = cone.Natural(np.array(alpha), np.array([phi]), np.array([omega]))
    return cone.entries(natural, speaker("s2"))


def test_a_third_run_looks_into_the_mode_that_it_starts_within() -> None:
    problem = sampling.problem_of(of_the_prior(14), speaker("s2"), FIXED)
    short = replace(FIXED, warmup=200, draws=200)
    centres = entries(18.6, 0.586, 0.46, 0.379, 0.161), entries(15.7, 0.349, 0.621, 0.35, 0.029)
    at = chains.whiten(problem)
    for centre, other in (centres, centres[::-1]):
        starts = np.array([at.coordinates(centre)] * 2)
        within = chains._run(problem, at, starts, short).v.reshape(-1, centre.size)
        phi = problem.natural(chains.run(problem, short, within=within).v).phi[..., 0]
        here, there = (problem.natural(v).phi[0] for v in (centre, other))
        assert np.all(abs(phi - here).mean(axis=1) < 0.3 * abs(here - there))


def test_stuck_chains_are_told_from_modes() -> None:
    rng = np.random.default_rng(1)
    lp = rng.normal(-100, 2, (4, 1000))
    assert stuck_chains(lp) == ()
    lp[2] -= 25
    assert stuck_chains(lp) == (2,)
    lp[2] += 24
    assert stuck_chains(lp) == ()


def test_two_humps_are_two_modes_and_noise_is_none() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        one = rng.normal(size=(4, 1000))
        assert modes.find({("alpha", None): one, ("phi", "g"): rng.uniform(size=one.shape)}) is None
        two = np.where(rng.uniform(size=one.shape) < 0.3, one + 6, one)
        found = modes.find({("alpha", None): one, ("phi", "g"): two})
        assert found is not None and found.count == 2 and found.by == ("phi", "g")
        rows = modes.describe({("phi", "g"): two}, one, found)
        assert [row["mean"] for row in rows] == pytest.approx([0, 6], abs=0.1)
        assert [row["weight"] for row in rows] == pytest.approx([0.7, 0.3], abs=0.03)
        assert found.crossings > 1000


def test_chains_that_disagree_are_modes_of_unknown_weight_and_no_clean_run() -> None:
    rng = np.random.default_rng(3)
    apart = {("alpha", None): rng.normal(size=(4, 1000)) + np.array([0, 0, 12, 12])[:, None]}
    found = modes.find(apart)
    assert found is not None and found.apart and found.minor() == ()
    assert found.weighed([0.0, -4.0]).minor() == (2, 3)
    assert "2 modes: alpha near" in modes.sentence(apart, found)
    stats = {"diverging": np.zeros((4, 1000)), "tree_depth": np.ones((4, 1000))}
    told = posterior.diagnose(apart, stats, 10)
    assert told["rhat"] > 1.5 and not is_clean(told, 4000)
    assert is_clean(posterior.diagnose({("a", None): rng.normal(size=(4, 1000))}, stats, 10), 4000)


# of a speaker with alpha 11 and phi .27, found among draws from the prior
TWO_MODES = np.zeros((1, 5, 8))
TWO_MODES[0, range(5), [3, 4, 5, 2, 3]] = [130, 130, 127, 130, 130]
TWO_MODES[0, 2, 4] = 3
TWO_MODES_YES = np.array(
    [[51, 20, 6, 2, 3], [52, 46, 9, 7, 2], [1, 4, 24, 47, 49], [1, 1, 3, 24, 51],
     [4, 17, 46, 49, 52], [2, 5, 39, 49, 49], [49, 43, 25, 6, 0], [50, 50, 46, 27, 2]], float
)  # fmt: skip


def test_a_chain_that_stays_far_below_the_others_is_left_out_and_told() -> None:
    """One chain starts in a mode of a thousandth of the weight (by Laplace's method), and stays."""
    behaviour = of_the_prior(51)
    settings = replace(FIXED, warmup=200, draws=200)
    problem = sampling.problem_of(behaviour, speaker("s2"), settings)
    at = chains.whiten(problem)
    heavy = entries(18.7, 0.453, 0.171, 0.362, 0.467)
    light = entries(7.78, 0.041, 0.733, 0.045, 0.222)
    assert log_mass(problem, heavy) - log_mass(problem, light) > 5
    starts = at.coordinates(np.array([heavy, light, heavy, heavy]))
    found = chains._run(problem, at, starts, settings)
    whole, left = (
        sampling._see(found, problem, behaviour.goals, again=again) for again in (False, True)
    )
    assert whole.parameters["phi", "prior"].shape[0] == 4
    assert {*left.stuck, *left.minor} == {1} and left.whole
    assert left.parameters["phi", "prior"].shape[0] == 3
    assert left.parameters["phi", "prior"].min() > 0.2
    notes = " ".join(sampling._notes(left, speaker("s2")))
    assert "chain 2" in notes and "left out" in notes


# Simulated answers of a kind speaker (alpha 4, phi .4, omega .2 .5 .3), 390 a state, and of its
# yes/no prompts: it wants to look kind, or hardly cares for its looks.
KIND = np.array(
    [[1, 0, 94, 207, 17, 53, 3, 15], [1, 1, 80, 116, 90, 91, 1, 10], [0, 0, 141, 58, 66, 121, 0, 4],
     [0, 0, 157, 138, 23, 72, 0, 0], [0, 0, 103, 226, 18, 43, 0, 0]], float
)  # fmt: skip
KIND_YES = np.array(
    [[49, 30, 6, 5, 1], [50, 44, 10, 4, 1], [0, 4, 31, 49, 51], [3, 3, 0, 22, 51],
     [3, 27, 46, 45, 52], [2, 9, 41, 47, 51], [49, 47, 18, 7, 1], [48, 50, 46, 25, 1]], float
)  # fmt: skip
VALLEY = 0.22


def test_two_modes_are_reported_as_two_with_their_weights() -> None:
    behaviour = make(KIND[None], KIND_YES)
    found = [sample(behaviour, speaker("s2"), replace(FIXED, seed=seed)) for seed in range(1, 7)]
    sys.path.insert(0, str(BENCHMARKS))
    import importance

    # The reference says so too: two humps, a valley between, and how much is below it.
    known, share = importance.weighted(behaviour, found[0].draws, 16_000)
    height, _ = np.histogram(known["phi"], [0, 0.07, 0.19, 0.25, 0.33, 0.4], weights=share)
    density = height / np.array([0.07, 0.12, 0.06, 0.08, 0.07])
    assert density[2] < 0.5 * min(density[0], density[4])
    below = float(share[known["phi"] < VALLEY].sum())
    assert 0.3 < below < 0.45
    told = [one for one in found if one.diagnostics.modes == 2]
    assert len(told) >= 5
    for one in told:
        assert one.diagnostics.verdict != "suspect"
        assert one.diagnostics.notes[0].startswith("2 modes: phi near")
        phi = [row for row in one.modes if row["parameter"] == "phi"]
        assert [row["mode"] for row in phi] == [1, 2]
        assert phi[1]["mean"] < VALLEY < phi[0]["mean"]
        assert phi[1]["weight"] == pytest.approx(below, abs=0.1)
        assert phi[0]["weight"] + phi[1]["weight"] == pytest.approx(1)


def test_answers_without_information_leave_the_prior_and_say_so(yes: np.ndarray) -> None:
    """No semantics: every utterance is as true of every state, and all speakers say the same."""
    told = make(np.full((1, 5, 8), 130 / 8), np.zeros((8, 5)), 0)
    found = sample(told, speaker("s2"), FIXED)
    assert "the answers carry no information: this is the prior" in found.diagnostics.notes
    assert all(abs(row["contraction"]) < 0.15 for row in found.summary())
    informed = sample(make(np.full((1, 5, 8), 130 / 8), yes), speaker("s2"), FIXED)
    assert not any("no information" in note for note in informed.diagnostics.notes)


def test_summaries_are_those_of_a_known_density() -> None:
    rng = np.random.default_rng(4)
    row = summarise("phi", rng.beta(8, 4, (4, 5000)), 3)
    assert row["mode"] == pytest.approx(0.7, abs=0.03)
    assert (row["hdi_low"], row["hdi_high"]) == pytest.approx((0.413, 0.903), abs=0.015)
    assert row["contraction"] == pytest.approx(1 - 12 * 8 * 4 / (12**2 * 13), abs=0.01)
    at_bound = summarise("phi", rng.beta(1, 9, (4, 1000)), 3)
    assert at_bound["mode"] < 0.03
    assert hdi(np.arange(101.0), 0.5) == (0.0, 50.0)
