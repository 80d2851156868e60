"""No speaker where there is none: criticism of fits, from the truth and against misfits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import special, stats

import synthetic
from behaviours import DOMAIN, RECORDED, recorded
from seeds import seed
from tactometer.figures import criticism as figure
from tactometer.inference import criticism, criticism_calibration
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.best_fit import best_fit
from tactometer.inference.criticism import choices_vary, criticise, homogeneity, words_known
from tactometer.inference.criticism_calibration import TRUE, Case, behave
from tactometer.inference.described import COLUMNS, FEW, described, row_of, told
from tactometer.inference.deviance import multinomial, reference
from tactometer.inference.fit import Rows, _summarise
from tactometer.inference.misfits import MISFITS, S2, said
from tactometer.inference.predictive import predictive
from tactometer.inference.sampled import Sampled
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.vignette_calibration import EFFECTS
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import speaker


def fitted(behaviour: Behaviour, semantics: str = "joint") -> Sampled:
    settings = SamplingSettings(semantics=semantics, parallel_chains=1, seed=seed(1))  # type: ignore[arg-type]
    return sample(behaviour, S2, settings)


def judged(sampled: Sampled) -> tuple[criticism.Criticism, dict[str, object], set[str]]:
    """The criticism of a fit, its row of the table, and the parameters that may be told."""
    rows, replicated = predictive(sampled, 0, np.random.default_rng(seed(1)))
    found = criticise(sampled, 0, rows, replicated)
    assert found is not None
    word, _ = described(found, sampled.behaviour)
    may = {row["parameter"] for row in sampled.summary() if told(row, found, word)}
    return found, row_of(found, sampled.behaviour), may


@pytest.mark.long
@pytest.mark.parametrize("semantics", ["joint", "fixed"])
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_misfits_are_told_as_such(name: str, semantics: str) -> None:
    found, row, may = judged(fitted(recorded(name), semantics))
    words = {
        "control-s2": {"yes"},
        "inverted": {"no"},
        "off-cell": {"no"},
        "mixture": {"no", "roughly"},
        "always-good-noise": {"no", "roughly"},
    }
    assert row["described"] in words.get(name, {"yes", "roughly", "no"})
    if name == "control-s2":
        assert may == {"alpha", "phi", "omega_inf", "omega_soc", "omega_pre"}
    if name in ("inverted", "off-cell", "uniform", "yes-to-all"):
        assert not may
    assert (name == "uniform") == (found.choices == "even")
    assert (name == "yes-to-all") == (found.words == "unknown")
    if name == "inverted":
        assert "“amazing” of state 1" in str(row["reason"])


def test_a_speaker_that_says_the_same_in_all_states_is_told_and_no_letter() -> None:
    theta = DOMAIN.literal
    rng = np.random.default_rng(seed(5))
    p = said(theta, DOMAIN, alpha=5.0, phi=0.2, omega=np.array([0.02, 0.08, 0.9]))
    counts = np.array([[rng.multinomial(130, row) for row in p]], float)
    yes = rng.binomial(52, theta).astype(float)
    behaviour = Behaviour(
        counts, yes, np.full(theta.shape, 52.0), DOMAIN.values, None, ("both",), tuple("12345"),
        DOMAIN.utterances,
    )  # fmt: skip
    found, row, may = judged(fitted(behaviour))
    assert row["described"] == "yes" and found.choices == "alike" and "omega_inf" in may


def test_a_deviance_has_its_reference_where_the_model_is_right() -> None:
    """The reference of fitted multinomials, even of shares that are next to nothing: 400 deviances,
    tested as one sample (a false alarm in a million)."""
    rng = np.random.default_rng(seed(7))
    p = []
    for _ in range(400):
        share = rng.dirichlet(np.full(8, 0.3))
        seen = np.array([rng.multinomial(rng.integers(30, 300), share) for _ in range(5)], float)
        rates = np.broadcast_to(seen.sum(axis=0) / seen.sum(), seen.shape)
        expected = seen.sum(axis=1, keepdims=True) * rates
        slopes = np.repeat(np.eye(8)[None], 5, axis=0) * np.sqrt(expected)[..., None]
        known = reference(expected, slopes.reshape(40, 8))
        p.append(known.p(multinomial(seen, rates)))
    assert stats.kstest(p, "uniform").pvalue > 1e-6
    assert np.mean(np.array(p) < 0.02) < 0.065  # binomial(400, .02): above with 1e-7


@pytest.mark.parametrize("n", [20, 130])
def test_cells_outside_are_as_many_as_expected_where_the_model_is_right(n: int) -> None:
    """Five states of one distribution, fitted as such: each cell has a leverage of a fifth. Shares
    near 0, which cannot lie below, are among them.
    """
    rng = np.random.default_rng(seed(17))
    p, states, out, expected = np.array([0.45, 0.3, 0.2, 0.04, 0.0095, 0.0005]), 5, 0, 0.0
    for _ in range(600):
        seen = rng.multinomial(n, p, states)
        draws = rng.dirichlet(seen.sum(axis=0) + 0.05, 400)
        again = np.array([rng.multinomial(n, row) for row in draws])
        low, high = np.quantile(again, (0.025, 0.975), axis=0)
        out += int(((seen < low) | (seen > high)).sum())
        mean = np.tile(draws.mean(axis=0), states)
        expected += criticism.outside(mean, np.full(mean.size, n), np.full(mean.size, 0.2)).sum()
    assert out / 1.7 < expected < 1.7 * out
    assert out < 0.025 * 600 * p.size * states  # fewer than one in twenty, by far


@pytest.mark.long
def test_true_speakers_are_described_and_misfits_are_not_by_the_best_fit() -> None:
    """The test that criticism stands on, of 150 true speakers and 36 large misfits, from starts
    near the truth: its level and its power, without a sampler."""
    p = []
    for number in range(150):
        behaviour, _, _ = behave(Case(TRUE, 0.0, 130, "joint", 1000 * seed(1) + number), DOMAIN)
        p.append(_p(behaviour))
    assert np.mean(np.array(p) < 0.02) < 0.11  # binomial(150, .02): above with 1e-7
    noticed = []
    for kind in ("two speakers", "other words", "sharper at the ends", "inverted", "odd state"):
        for number in range(4):
            behaviour, _, apart = behave(Case(kind, 1.0, 130, "joint", number), DOMAIN)
            noticed.append(_p(behaviour) < 0.02 or apart < 0.15)
    assert np.mean(noticed) > 0.8


def _p(behaviour: Behaviour) -> float:
    """The p of the best of some starts."""
    starts = [
        {"alpha": np.array(a), "phi": np.array(0.5), "omega": np.full(3, 1 / 3),
         "theta": behaviour.theta}
        for a in (1.5, 4.0, 10.0)
    ]  # fmt: skip
    best = min((best_fit(behaviour, 0, S2, s) for s in starts), key=lambda fit: fit.deviance)
    expected = behaviour.counts[0].sum(axis=1, keepdims=True) * best.p
    return reference(expected, best.slopes, words=best.theta.size).p(best.deviance)


def test_every_variant_has_a_best_fit_at_least_as_good_as_the_truth() -> None:
    rng = np.random.default_rng(seed(3))
    for name in ("s1", "s2-inf", "s2-soc-pre", "s2-cost", "s2-lapse", "s1-cost-lapse"):
        variant = speaker(name)
        theta = special.expit(special.logit(DOMAIN.literal) + rng.normal(0, 0.3, (8, 5)))
        truth = {"alpha": np.array(3.0), "phi": np.array(0.6), "omega": np.zeros(3)}
        active = [k for k in range(3) if variant.utilities and variant.active[k]]
        truth["omega"][active] = 1 / max(1, len(active))
        truth |= {"cost": np.array(3.0), "lapse": np.array(0.05), "theta": theta}
        extras = {k: truth[k][None] for k in variant.extras}
        at = Natural(
            truth["alpha"][None], truth["phi"][None, None], truth["omega"][None, None], **extras
        )
        negated = np.arange(8) >= 4
        p = np.exp(variant.log_speaker(at, theta[None], DOMAIN.values, negated)[0, 0])
        p /= p.sum(axis=1, keepdims=True)
        counts = np.array([[rng.multinomial(200, row) for row in p]], float)
        yes = rng.binomial(52, theta).astype(float)
        behaviour = Behaviour(
            counts, yes, np.full((8, 5), 52.0), DOMAIN.values, negated, ("g",), tuple("12345"),
            DOMAIN.utterances,
        )  # fmt: skip
        found = best_fit(behaviour, 0, variant, truth)
        at_truth = multinomial(counts[0], p)
        assert found.deviance < at_truth + 60  # 40 words more, less what 45 parameters take
        held = best_fit(behaviour, 0, variant, truth, held=True)
        assert held.of_words == 0 and np.array_equal(held.theta, theta)
        assert held.of_choices <= at_truth + 1e-6


def test_few_answers_describe_nothing_and_many_alone_refuse_nothing() -> None:
    behaviour, _, _ = behave(Case(TRUE, 0.0, 4, "joint", 11), DOMAIN)
    found, row, _ = judged(fitted(behaviour, "fixed"))
    assert row["described"] != "yes" and found.detectable > 0.2
    assert f"total variation of {found.detectable:.2f} or more" in row["reason"]
    least, _, _ = behave(Case(TRUE, 0.0, 1, "joint", 11), DOMAIN)
    alike = replace(least, counts=np.asarray(least.counts) / 4)  # four answers that count as one
    found, row, _ = judged(fitted(alike, "fixed"))
    assert found.detectable == 1.0 and "no misfit, however large" in row["reason"]
    many, _, _ = behave(Case(TRUE, 0.0, 20_000, "joint", 3), DOMAIN)
    _, row, _ = judged(fitted(many, "joint"))
    assert row["described"] != "no"


def test_choices_and_words_say_whether_they_depend_on_the_state() -> None:
    rng = np.random.default_rng(seed(9))
    even = rng.multinomial(130, np.full(8, 1 / 8), 5).astype(float)
    same = rng.multinomial(130, rng.dirichlet(np.ones(8)), 5).astype(float)
    vary = np.array([rng.multinomial(130, rng.dirichlet(np.ones(8))) for _ in range(5)], float)
    assert [choices_vary(x) for x in (even, same, vary)] == ["even", "alike", "vary"]
    behaviour = recorded("control-s2")
    assert words_known(behaviour) == "known"
    for rate in (0.0, 0.5, 1.0):
        yes = rng.binomial(52, rate, behaviour.yes.shape).astype(float)
        nothing = Behaviour(
            behaviour.counts, yes, behaviour.n, behaviour.values, None, behaviour.goals,
            behaviour.states, behaviour.utterances,
        )  # fmt: skip
        assert words_known(nothing) == "unknown"


@pytest.mark.parametrize("effect", EFFECTS)
def test_answers_that_hang_together_enter_by_their_effective_number(effect: str) -> None:
    found = []
    for own in range(8):
        case = Case(TRUE, 0.0, 130, "fixed", seed(10 * own + 2), effect, 0.3)
        behaviour, _, apart = behave(case, DOMAIN)
        assert behaviour.design_effects is not None and apart == 0.0
        found.append((behaviour.design_effects.choices[0], behaviour.design_effects.words))
    assert (np.mean(found, axis=0) > 1.2).all(), found
    effect_of = 130 / behaviour.counts[0].sum(axis=1)
    assert effect_of == pytest.approx(behaviour.design_effects.choices[0])


@pytest.mark.filterwarnings("error")
def test_false_alarms_are_those_of_misfits_and_drawn_also_where_no_misfit_was_simulated(
    tmp_path: Path,
) -> None:
    """Too few answers to tell are no false alarm; one in ten that is told is too many."""
    head = {"kind": TRUE, "size": 0.0, "per_state": 130, "semantics": "fixed", "seed": 1}
    told_ = [("yes", "")] * 9 + [("roughly", f"{FEW}: only a misfit of")] * 10
    for alarms, holds in ((1, True), (2, False)):
        rows = [
            {**head, "effect": "fresh", "rho": rho, "described": word, "reason": reason}
            for rho in (0.0, 0.3)
            for word, reason in [*told_, *[("no", "says")] * alarms]
        ]
        frame = pl.DataFrame(rows, schema=criticism_calibration.COLUMNS)
        found = criticism_calibration.judge(frame)
        assert found["together"]["less_than_yes"] == pytest.approx(alarms / (19 + alarms), abs=1e-4)
        assert found["holds"] is holds and found["together"]["too_few"] > 0.4
    frame.write_csv(tmp_path / "criticism.csv")
    figure.draw(tmp_path)
    assert (tmp_path / "criticism.png").stat().st_size > 10_000


def test_every_kind_of_misfit_leaves_shares() -> None:
    for kind in MISFITS:
        behaviour, _, apart = behave(Case(kind, 1.0, 50, "joint", 1), DOMAIN)
        assert np.all(behaviour.counts.sum(axis=2) == 50) and apart > 0


def test_framings_agree_where_they_do_and_differ_where_they_do_not() -> None:
    rng = np.random.default_rng(seed(13))
    share = rng.dirichlet(np.ones(8), size=5)
    p = []
    for _ in range(200):
        seen = np.array([[rng.multinomial(130, row) for row in share] for _ in range(3)], float)
        p.append(homogeneity(seen)[0])
    assert stats.kstest(p, "uniform").pvalue > 1e-6
    seen[0] = [rng.multinomial(130, row) for row in np.roll(share, 1, axis=1)]
    found, w = homogeneity(seen)
    assert found < 1e-6 and w > 0.3


def test_what_is_null_in_all_fits_of_a_file_has_its_type_still(tmp_path: Path) -> None:
    """A model that always says one thing has no `explained`: its file is read with all others."""
    theta = DOMAIN.literal
    counts = np.zeros((1, 5, 8))
    counts[..., 2] = 130.0
    behaviour = Behaviour(
        counts, np.round(52 * theta), np.full(theta.shape, 52.0), DOMAIN.values, None, ("g",),
        tuple("12345"), DOMAIN.utterances,
    )  # fmt: skip
    found, row, _ = judged(fitted(behaviour, "fixed"))
    assert found.choices == "alike" and row["explained"] is None
    silent = dict.fromkeys(synthetic.CRITICISM)
    assert set(COLUMNS) <= set(silent)
    files = {"one": {**silent, **row}, "none": silent, "plain": synthetic.CRITICISM}
    for name, said_of in files.items():
        rows = Rows(diagnostics=[said_of], draws=[pl.DataFrame({"draw": [0]})])
        _summarise(rows, tmp_path / f"{name}.nc")
    names = [tmp_path / f"{name}.diagnostics.parquet" for name in files]
    assert pl.read_parquet(names).height == 3
