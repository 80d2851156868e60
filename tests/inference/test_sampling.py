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

from behaviours import BENCHMARKS, FIXED, ROOT, VALUES, make
from seeds import seed
from tactometer.inference import inference_data, refits, sampling, stan_runs, summaries
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.intervals import hdi
from tactometer.inference.sampled import DIMS, Sampled
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.summaries import summarise
from tactometer.speaker_model import reference
from tactometer.speaker_model.variants import speaker
from tactometer.utils import paths
from tactometer.utils.errors import UserError

pytestmark = pytest.mark.xdist_group("sampling")  # what they look at is made once

HUMAN = ROOT / "resources" / "human"


@pytest.fixture(scope="module")
def yes() -> np.ndarray:
    """Four adjectives and their negations, answered 52 times a state."""
    kind, middle = np.array([-3.0, -2.0, 2.0, 3.0]), np.array([1.5, 2.4, 3.6, 4.6])
    theta = 1 / (1 + np.exp(-kind[:, None] * (VALUES - middle[:, None])))
    return np.round(52 * np.vstack([theta, 1 - theta]).clip(0.02, 0.98))


@pytest.fixture(scope="module")
def known(yes: np.ndarray) -> Sampled:
    """A fit of the expected counts of a known speaker, real-valued."""
    p = np.exp(reference.s2(5.0, 0.5, [0.4, 0.2, 0.4], (yes + 1) / 54, VALUES))
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
    return sample(behaviour, speaker("s2", cost=True), SamplingSettings(seed=seed(1)))


def test_the_human_figures_give_the_measured_speaker(human: Sampled) -> None:
    mean = {(row["parameter"], row["goal"]): row["mean"] for row in human.summary()}
    goals = ("informative", "social", "both")
    assert [mean["phi", g] for g in goals] == pytest.approx([0.50, 0.39, 0.39], abs=0.05)
    assert [mean["omega_soc", g] for g in goals] == pytest.approx([0.01, 0.26, 0.10], abs=0.05)
    assert human.diagnostics.divergences == 0
    assert human.diagnostics.rhat < 1.01
    assert human.diagnostics.verdict in ("ok", "refit")


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


FAMILY = 4.9
"""Standard errors: of 10 means, one is farther off by chance in less than 1 of 100,000 suites."""


@pytest.mark.long
@pytest.mark.parametrize("semantics", ["fixed", "joint"])
def test_posterior_means_agree_with_importance_sampling(semantics: str, known: Sampled) -> None:
    """The same check as `make bench` makes on its six sets."""
    sys.path.insert(0, str(BENCHMARKS))
    import importance

    if semantics == "joint":
        known = sample(known.behaviour, speaker("s2"), SamplingSettings(seed=seed(1)))
    expected = importance.means(known.behaviour, known.draws, seed=seed(3))
    for row in known.summary():
        mean, error = expected[row["parameter"]]
        apart = FAMILY * np.hypot(error, row["sd"] / row["ess_bulk"] ** 0.5)
        assert apart < 0.45 * row["sd"], "or it would agree with much"
        assert abs(row["mean"] - mean) < apart
        assert abs(row["mean"] + row["sd"] - mean) > apart, "a planted fault is caught"


def test_the_same_seed_gives_the_same_draws(known: Sampled) -> None:
    settings = replace(FIXED, chains=2, warmup=100, draws=50)
    first, again = (sample(known.behaviour, speaker("s2"), settings) for _ in range(2))
    other = sample(known.behaviour, speaker("s2"), replace(settings, seed=seed(2)))
    assert np.array_equal(first.draws["alpha"], again.draws["alpha"])
    assert not np.array_equal(first.draws["alpha"], other.draws["alpha"])


def as_arviz(sampled: Sampled) -> arviz.InferenceData:
    """All of a posterior as ArviZ has it."""
    return arviz.from_dict(
        **sampled.parts(),
        coords=sampled.coordinates(),
        dims={name: list(dims) for name, dims in DIMS.items()},
        posterior_attrs=sampled.attributes(),
    )


def test_inference_data_names_goals_utilities_and_states(human: Sampled) -> None:
    data = as_arviz(human)
    chains, draws = human.draws["alpha"].shape[:2]
    sizes = {"chain": chains, "draw": draws, "goal": 3, "utility": 3}
    assert dict(data.posterior.omega.sizes) == sizes and chains * draws >= 4000
    assert list(data.posterior.utility.values) == ["inf", "soc", "pre"]
    assert data.posterior.theta.sel(utterance="not bad", state="2").mean() > 0.8
    assert data.posterior.attrs["verdict"] == human.diagnostics.verdict
    assert data.posterior.attrs["speaker"] == "s2"
    assert data.observed_data["counts"].sel(goal="both").sum() == human.behaviour.counts[2].sum()
    assert data.sample_stats.diverging.dtype == bool


def test_a_file_holds_each_goal_of_a_posterior_as_arviz_would_write_it(
    human: Sampled, tmp_path: Path
) -> None:
    path = tmp_path / "both.nc"
    inference_data.write(path, "pooled/s2", human, human.behaviour.goals.index("both"))
    inference_data.write(path, "again/s2", human, 0)
    whole = as_arviz(human).sel(goal=["both"])
    for part in whole.groups():
        wanted = whole[part]
        with xarray.open_dataset(path, group=f"pooled/s2/{part}", engine="h5netcdf") as found:
            xarray.testing.assert_equal(found, wanted)
            assert (
                found.attrs.items()
                >= {"speaker": "s2", "verdict": human.diagnostics.verdict}.items()
                or part != "posterior"
            )


@pytest.mark.parametrize("name", ["s1", "s2-inf", "s2-soc-pre", "s2-pre"])
def test_a_subset_has_only_its_own_parameters(yes: np.ndarray, name: str) -> None:
    p = np.exp(reference.s1(4.0, 0.6, (yes + 1) / 54, VALUES))
    settings = replace(FIXED, chains=2, warmup=300, draws=300)
    found = sample(make(130 * p[None], yes), speaker(name), settings)
    assert tuple(row["parameter"] for row in found.summary()) == speaker(name).parameters
    assert found.predict(20).sum(axis=-1) == pytest.approx(1)
    if name == "s1":
        rows = {row["parameter"]: row for row in found.summary()}
        assert abs(rows["phi"]["mean"] - 0.6) < 2 * rows["phi"]["sd"]
        assert abs(rows["alpha"]["mean"] - 4.0) < 2 * rows["alpha"]["sd"]


@pytest.mark.parametrize("semantics", ["fixed", "joint"])
def test_no_answers_at_all_leave_the_prior(yes: np.ndarray, semantics: str) -> None:
    settings = SamplingSettings(semantics=semantics, chains=4, warmup=700, draws=1000, seed=seed(1))
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
        stan_runs.execute(paths.STAN / "s2_fixed.stan", broken | {"joint": 0}, [{}], FIXED, 20, 20)
    sample(known.behaviour, speaker("s2"), replace(FIXED, chains=1, warmup=20, draws=20))
    assert not [p for p in tmp_path.iterdir() if p.name.startswith("tactometer-")]


def test_a_run_in_doubt_is_run_again_and_doubt_that_stays_is_told(
    known: Sampled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real draws; the divergences are planted. After many of them the steps get finer sooner."""
    settings = replace(FIXED, warmup=150, draws=150, chains=2)
    problem = sampling.problem_of(known.behaviour, speaker("s2"), settings)
    good = stan_runs.run(problem, settings)
    rare = np.zeros_like(good.columns["divergent__"])
    rare[0, 0] = 1
    bad, worse = (
        replace(good, columns={**good.columns, "divergent__": planted})
        for planted in (rare, np.ones_like(rare))
    )
    edgy = replace(bad, sharp=True)
    mixed, unmixed = True, False
    for runs, mixes, steps, verdict, lengths in (
        ([good], mixed, [0.93], "ok", [1]),
        ([bad, good], unmixed, [0.93, 1 - 0.07 / 3], "refit", [1, 2]),
        ([bad, bad, good], mixed, [0.93, 1 - 0.07 / 3, 0.9972], "refit", [1, 1, 1]),
        ([bad, bad, bad], unmixed, [0.93, 1 - 0.07 / 3, 0.9972], "suspect", [1, 2, 2]),
        ([bad, worse, bad], mixed, [0.93, 1 - 0.07 / 3, 0.9972], "suspect", [1, 1, 1]),
        ([worse, good], mixed, [0.93, 0.9972], "refit", [1, 1]),
        ([worse, bad, good], unmixed, [0.93, 0.9972, 0.9993], "refit", [1, 1, 2]),
        ([worse, worse, bad], mixed, [0.93, 0.9972, 0.9993], "suspect", [1, 1, 1]),
        ([edgy, bad, good], mixed, [0.93, 0.9972, 0.9993], "refit", [1, 1, 1]),
    ):
        asked: list[SamplingSettings] = []

        def run(
            _p: object, settings: SamplingSettings, *, first: object, within, runs=runs, asked=asked
        ):
            assert (first is not None) == bool(asked)
            assert (within is not None) == (len(asked) == 2)
            asked.append(settings)
            return runs[len(asked) - 1]

        monkeypatch.setattr(stan_runs, "run", run)
        monkeypatch.setattr(refits, "is_clean", lambda told, _n: told["divergences"] == 0)
        monkeypatch.setattr(refits, "mixes", lambda _told, _n, mixes=mixes: mixes)
        found = sample(known.behaviour, speaker("s2"), settings).diagnostics
        assert (found.verdict, found.runs) == (verdict, len(runs))
        assert [s.warmup for s in asked] == [150 * times for times in lengths]
        assert [s.delta for s in asked] == pytest.approx(steps)


def test_a_pilot_that_diverges_makes_the_steps_finer(
    known: Sampled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real chains; the divergences are planted in the pilot's."""
    settings = SamplingSettings(warmup=200, draws=50, seed=seed(1))
    problem = sampling.problem_of(known.behaviour, speaker("s2"), settings)
    execute = stan_runs.execute
    for planted in (1, 2):
        deltas: list[float] = []

        def run(file, data, inits, settings, *length, deltas=deltas, planted=planted):
            columns = execute(file, data, inits, settings, *length)
            columns["divergent__"][...] = 0
            columns["divergent__"][0, :planted] = not deltas
            deltas.append(settings.delta)
            return columns

        monkeypatch.setattr(stan_runs, "execute", run)
        assert stan_runs.run(problem, settings).sharp == (planted == 2)
        assert deltas == pytest.approx([0.93, 0.9972 if planted == 2 else 0.93])


@pytest.mark.parametrize(
    ("count", "warmup", "lengths"),
    [(4, 200, [(50, 50), (100, 40), (100, 40)]), (1, 60, [(60, 40), (60, 40)])],
)
def test_a_later_run_leaves_out_of_the_warmup_what_a_pilot_took(
    known: Sampled,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    warmup: int,
    lengths: list[tuple[int, int]],
) -> None:
    settings = SamplingSettings(chains=count, warmup=warmup, draws=40, seed=seed(1))
    problem = sampling.problem_of(known.behaviour, speaker("s2"), settings)
    asked: list[tuple[int, int]] = []
    execute = stan_runs.execute

    def run(file, data, inits, settings, *length):
        asked.append(length)
        return execute(file, data, inits, settings, *length)

    monkeypatch.setattr(stan_runs, "execute", run)
    stan_runs.run(problem, settings, first=stan_runs.run(problem, settings))
    assert asked == lengths


def test_a_second_run_starts_from_all_over_the_prior_and_comes_to_the_same(known: Sampled) -> None:
    problem = sampling.problem_of(known.behaviour, speaker("s2"), FIXED)
    first = stan_runs.run(problem, replace(FIXED, warmup=150, draws=150))
    again = stan_runs.run(problem, FIXED, first=first)
    x = problem.natural(again.v).alpha
    assert summaries.stuck_chains(again.lp) == () and summaries.rhat(x) < 1.02
    assert abs(x.mean() - known.draws["alpha"].mean()) < 0.2 * x.std()


def test_answers_without_information_leave_the_prior_and_say_so(yes: np.ndarray) -> None:
    """No semantics: every utterance is as true of every state, and all speakers say the same."""
    told = make(np.full((1, 5, 8), 130 / 8), np.zeros((8, 5)), 0)
    found = sample(told, speaker("s2"), FIXED)
    assert "the answers carry no information: this is the prior" in found.diagnostics.notes
    assert all(abs(row["contraction"]) < 0.15 for row in found.summary())
    informed = sample(make(np.full((1, 5, 8), 130 / 8), yes), speaker("s2"), FIXED)
    assert not any("no information" in note for note in informed.diagnostics.notes)


def test_summaries_are_those_of_a_known_density() -> None:
    rng = np.random.default_rng(seed(4))
    row = summarise("phi", rng.beta(8, 4, (4, 5000)), speaker("s2"))
    assert row["mode"] == pytest.approx(0.7, abs=0.03)
    assert (row["hdi_low"], row["hdi_high"]) == pytest.approx((0.413, 0.903), abs=0.015)
    assert row["contraction"] == pytest.approx(1 - 12 * 8 * 4 / (12**2 * 13), abs=0.01)
    at_bound = summarise("phi", rng.beta(1, 9, (4, 1000)), speaker("s2"))
    assert at_bound["mode"] < 0.03
    assert hdi(np.arange(101.0), 0.5) == (0.0, 50.0)
