"""Partial pooling: framings inform each other as far as they are alike."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

import graph
from graph import ANALYSED, PAGE
from seeds import seed
from tactometer.inference import cmdstan, framing_hierarchy
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.framing_hierarchy import Framings, expand, stan_data
from tactometer.inference.intervals import hdi
from tactometer.inference.partial_pooling import sample_framings
from tactometer.inference.sampled import Sampled
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.summaries import SPREAD
from tactometer.speaker_model import reference, speaker_coordinates
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import speaker
from tactometer.study import study
from tactometer.utils.errors import UserError

pytestmark = pytest.mark.xdist_group("pooling")  # what they look at is made once

VALUES = np.arange(1.0, 6.0)
NAMES = ("first", "second", "third")
SETTINGS = SamplingSettings(semantics="fixed", seed=seed(3))


def semantics() -> np.ndarray:
    """Four adjectives and their negations, said yes to of 52 times a state."""
    kind, middle = np.array([-3.0, -2.0, 2.0, 3.0]), np.array([1.5, 2.4, 3.6, 4.6])
    theta = 1 / (1 + np.exp(-kind[:, None] * (VALUES - middle[:, None])))
    return np.round(52 * np.vstack([theta, 1 - theta]).clip(0.02, 0.98))


def said(alpha: float, phi: float, omega: list[float], per_state: float = 130) -> Behaviour:
    """The expected answers of a known speaker."""
    yes = semantics()
    p = np.exp(reference.s2(alpha, phi, omega, (yes + 1) / 54, VALUES))
    states, utterances = tuple(map(str, range(5))), tuple(f"u{u}" for u in range(8))
    return Behaviour(
        per_state * p[None], yes, np.full(yes.shape, 52.0), VALUES, None,
        ("social",), states, utterances,
    )  # fmt: skip


def width(x: np.ndarray) -> float:
    low, high = hdi(x.ravel())
    return high - low


@pytest.fixture(scope="module")
def alike() -> dict[str, Sampled]:
    """Three framings of one speaker."""
    one = said(5.0, 0.5, [0.4, 0.2, 0.4])
    return sample_framings(dict.fromkeys(NAMES, one), speaker("s2"), SETTINGS)


@pytest.fixture(scope="module")
def apart() -> dict[str, Sampled]:
    """Three framings that differ: the second wants to look kind, the third is kind."""
    speakers = {
        "first": said(5.0, 0.7, [0.5, 0.1, 0.4]),
        "second": said(6.0, 0.2, [0.2, 0.2, 0.6]),
        "third": said(5.0, 0.5, [0.3, 0.5, 0.2]),
    }
    return sample_framings(speakers, speaker("s2"), SETTINGS)


def test_framings_that_differ_keep_their_own_speakers(apart: dict[str, Sampled]) -> None:
    truth = {"first": (0.7, 0.1), "second": (0.2, 0.2), "third": (0.5, 0.5)}
    for name, (phi, soc) in truth.items():
        draws = apart[name].draws
        for x, known in ((draws["phi"], phi), (draws["omega"][..., 0, 1], soc)):
            low, high = hdi(x.ravel(), 0.99)  # six intervals at once
            assert low < known < high
    assert {one.diagnostics.verdict for one in apart.values()} <= {"ok", "refit"}
    assert abs(apart["first"].draws["phi"].mean() - apart["second"].draws["phi"].mean()) > 0.3


def test_framings_that_are_alike_are_told_as_such(
    alike: dict[str, Sampled], apart: dict[str, Sampled]
) -> None:
    assert alike["pooled"].draws["spread"].mean() < 0.3 * apart["pooled"].draws["spread"].mean()
    assert {one.diagnostics.verdict for one in alike.values()} <= {"ok", "refit"}


def test_a_framing_borrows_from_others_that_are_alike(alike: dict[str, Sampled]) -> None:
    alone = sample(alike["first"].behaviour, speaker("s2"), SETTINGS)
    for name in ("phi", "omega"):
        borrowed, own = alike["first"].draws[name], alone.draws[name]
        for k in np.ndindex(own.shape[2:]):
            assert width(borrowed[(..., *k)]) < 0.85 * width(own[(..., *k)])


def test_the_mean_says_what_all_framings_said(apart: dict[str, Sampled]) -> None:
    mean = apart["pooled"]
    told = np.sum([apart[name].behaviour.counts for name in NAMES], axis=0)
    assert np.array_equal(mean.behaviour.counts, told)
    shares = told[0] / told[0].sum(axis=1, keepdims=True)
    assert np.abs(mean.predict(400)[:, 0].mean(axis=0) - shares).max() < 0.03
    parameters = {row["parameter"] for row in mean.summary()}
    assert parameters == {"alpha", "phi", "omega_inf", "omega_soc", "omega_pre", "spread"}


CASES = [
    ("s2", {}),
    ("s2", {"joint": True}),
    ("s2", {"joint": True, "cost": True}),
    ("s2-inf-soc", {}),
    ("s2-soc-pre", {"cost": True}),
    ("s1", {}),
    ("s1", {"joint": True}),
    ("s2-lapse", {}),
    ("s2-cost-lapse", {"joint": True}),
    ("s1-lapse", {}),
]


def problem(name: str, rng: np.random.Generator, *, joint: bool, cost: bool) -> Framings:
    n = np.full((8, 5), 52.0)
    return Framings(
        counts=rng.gamma(0.5, 20, (3, 5, 8)),
        yes=rng.binomial(52, rng.beta(0.4, 0.4, n.shape)).astype(float),
        n=n,
        values=VALUES,
        negated=np.arange(8) > 3,
        speaker=speaker(name, cost=cost),
        joint=joint,
    )


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_the_program_has_the_references_likelihood(name: str, shape: dict[str, bool]) -> None:
    rng = np.random.default_rng(seed(1))
    known = problem(name, rng, **{"joint": False, "cost": False, **shape})
    at = expand(known)
    data = stan_data(known, at)
    size = 1 + known.each * 4 + at.centre.size
    z = rng.normal(0, 0.7, size)
    fit = cmdstan.compile_program(known.speaker.stan_file(joint=known.joint, framings=True)).sample(
        data=data, inits={"z": z.tolist()}, fixed_param=True, chains=1, iter_sampling=1,
        sig_figs=16, show_progress=False,
    )  # fmt: skip
    told = {name: fit.stan_variable(name)[0] for name in ("alpha", "omega", "log_likelihood")}
    theta = at.theta(known, z) if known.joint else (known.yes + 1) / 54
    costs = 0.0
    if known.speaker.cost:
        costs = reference.negation_cost(fit.stan_variable("cost")[0], known.negated)
    phi = fit.stan_variable("phi")[0] if known.speaker.has_phi else [None] * 3
    total = 0.0
    for f, counts in enumerate(known.counts):
        rest = (theta, VALUES, costs)
        if not known.speaker.utilities:
            log_p = reference.s1(told["alpha"][f], phi[f], *rest)
        else:
            log_p = reference.s2(told["alpha"][f], phi[f], told["omega"][f], *rest, nodes=400)
        if known.speaker.lapse:
            lapse = fit.stan_variable("lapse")[0]
            log_p = np.log((1 - lapse) * np.exp(log_p) + lapse / 8)
        total += float((counts * log_p).sum())
    assert told["log_likelihood"] == pytest.approx(total, rel=1e-6)


def points(fit: Any, c: int) -> np.ndarray:
    """The log of the spread and the coordinates of mean and framings that chain c drew."""
    told = {name: fit.stan_variable(name)[c] for name in ("alpha", "phi", "omega")}
    mean = {name: fit.stan_variable(f"mean_{name}")[c] for name in told}
    speakers = [
        Natural(np.asarray(alpha), np.array([phi]), omega[None])
        for alpha, phi, omega in [
            (mean["alpha"], mean["phi"][0], mean["omega"]),
            *zip(told["alpha"], told["phi"], told["omega"], strict=True),
        ]
    ]
    x = np.concatenate([speaker_coordinates.entries(one, speaker("s2")) for one in speakers])
    return np.append(
        np.log(fit.stan_variable("spread")[c]),
        speaker_coordinates.straight(x, framing_hierarchy.SOFTNESS),
    )


def test_the_programs_prior_is_the_designs_whatever_the_coordinates() -> None:
    """Where z leads and how volumes change on the way is taken by differences from the program."""
    known = problem("s2", np.random.default_rng(seed(2)), joint=False, cost=False)
    size = 1 + known.each * 4
    model = cmdstan.compile_program(known.speaker.stan_file(joint=known.joint, framings=True))
    told, expected = [], []
    for own in range(3):
        z, step = np.random.default_rng(seed(own)).normal(0, 0.7, size), 1e-5
        inits = [{"z": at.tolist()} for at in np.vstack([z, z + step * np.eye(size)])]
        fit = model.sample(
            data=stan_data(known, expand(known)), inits=inits, fixed_param=True,
            chains=size + 1, parallel_chains=2, iter_sampling=1, sig_figs=16, show_progress=False,
        )  # fmt: skip
        q = np.array([points(fit, c) for c in range(size + 1)])
        volume = np.linalg.slogdet((q[1:] - q[0]) / step)[1]
        log_spread, (mean, *framings) = q[0, 0], q[0, 1:].reshape(4, 4)
        away = stats.norm.logpdf(framings, mean, np.exp(log_spread)).sum()
        spread = stats.halfnorm.logpdf(np.exp(log_spread), scale=SPREAD) + log_spread
        slope = 1 / (1 + np.exp(-mean / framing_hierarchy.SOFTNESS))
        x = speaker_coordinates.bent(mean, framing_hierarchy.SOFTNESS)
        alone = speaker_coordinates.log_prior(x, known.speaker, 1) + np.log(slope).sum()
        expected.append(away + spread + alone + volume)
        told.append(fit.stan_variable("log_prior")[0])
    assert np.diff(told) == pytest.approx(np.diff(expected), abs=1e-3)


def test_the_mode_of_a_sharp_speaker_is_found_where_one_climb_ends_elsewhere() -> None:
    yes = semantics()
    nothing = np.zeros((2, 5, 8))
    known = Framings(
        nothing, yes, np.full(yes.shape, 52.0), VALUES, None, speaker("s2"), joint=False
    )
    truth = np.array([8.32, 8.32, 13.14, 0.19, 6.94, 8.83, 14.61, 0.39])
    known = replace(known, counts=130 * np.exp(known.log_speaker(truth)))

    def log_likelihood(v: np.ndarray) -> float:
        return float((known.counts * known.log_speaker(v)).sum())

    assert log_likelihood(framing_hierarchy.seek(known)) > log_likelihood(truth) - 5


def test_coordinates_and_entries_are_each_others_inverse() -> None:
    y = np.linspace(-5, 12, 60)
    assert speaker_coordinates.straight(speaker_coordinates.bent(y, 0.5), 0.5) == pytest.approx(
        y, abs=1e-9
    )


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("partly", "'partly'; perhaps partial was meant"),
        ("true", "must be full, none or partial, not true"),
    ],
)
def test_another_pooling_is_one_sentence_that_names_the_key(
    value: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=rf"key fit\.pooling: .*{remedy}"):
        _load(tmp_path, f"fit: {{pooling: {value}}}", monkeypatch)


def test_goals_that_share_parameters_are_not_pooled_partially(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r"key models\.kind\.fit\.pooling: .* set pooling to none"):
        _load(tmp_path, "fit: {pooling: partial, share: [alpha]}", monkeypatch)
    one = _load(tmp_path, "framings: [third]\nfit: {pooling: partial, share: [alpha]}", monkeypatch)
    assert one.models["kind"].shares


def test_words_that_are_cut_off_from_choices_are_not_pooled_partially(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r"key models\.kind\.fit\.pooling: .* semantics to joint"):
        _load(tmp_path, "fit: {pooling: partial, semantics: cut}", monkeypatch)


def _load(folder: Path, lines: str, monkeypatch: pytest.MonkeyPatch) -> study.Study:
    monkeypatch.chdir(graph.ROOT)
    path = folder / "study.yaml"
    speaker = "{alpha: 4.0, phi: 0.3, omega: {inf: 0.3, soc: 0.3, pre: 0.4}}"
    kind = f'  kind:\n    provider: simulated\n    checkpoints:\n      "0": {speaker}\n'
    path.write_text(f"study: small\n{lines}\nmodels:\n{kind}")
    return study.load([path])


def test_a_change_of_pooling_costs_the_fits_and_what_follows(run: Path) -> None:
    graph.edit(run / "config/config.yaml", "warmup: 150", "pooling: partial, warmup: 150")
    ends = {**ANALYSED, **PAGE, "gather": 3, "tabulate": 1, "condense": 3}
    assert graph.plan(run) == {"recipe": 4, "fit": 7, **ends}


@pytest.mark.long
def test_a_study_with_framings_pooled_partially_has_a_row_for_each_and_for_their_mean(
    tmp_path: Path,
) -> None:
    text = graph.STUDY.replace("[third]", "[first, third]").replace("[default, social]", "[social]")
    text = text.replace(
        "warmup: 150", "pooling: partial, semantics: fixed, speakers: [s2, s2-inf-pre], warmup: 150"
    )
    # Answers enough that neither they nor a theta taken for known are mostly noise.
    text = text.replace("name_pairs: 1", "name_pairs: 4")
    folder = graph.lay_out(tmp_path / "run", text[: text.index("  blunt:")])
    graph.snakemake(folder, "results/small/tables/estimates.parquet", "--cores", "2")
    tables = folder / "results/small/tables"
    rows = pl.read_parquet(tables / "estimates.parquet")
    assert set(rows["framing"]) == {"first", "third", "pooled"}
    assert rows.filter(parameter="spread")["framing"].unique().to_list() == ["pooled"]
    speakers = rows.filter(pl.col("parameter") != "spread").group_by("framing").len()
    assert speakers["len"].to_list() == [2 * (5 + 4)] * 3
    fits = pl.read_parquet(tables / "diagnostics.parquet").group_by("checkpoint", "speaker")
    verdicts = fits.agg("verdict")
    assert all(len(set(found)) == 1 for found in verdicts["verdict"]), "one run serves all framings"
    cells = pl.read_parquet(tables / "predictive.parquet").filter(framing="pooled", speaker="s2")
    assert (cells["p_mean"] - cells["p_data"]).abs().mean() < 0.05
    compared = pl.read_parquet(tables / "comparison.parquet").filter(checkpoint="1", speaker="s2")
    points = dict(compared.select("framing", "points").iter_rows())
    assert points["pooled"] == points["first"] + points["third"], "each answer by its own framing"
