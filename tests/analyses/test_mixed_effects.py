"""Mixed models: what efforts and goals do over families, whose effects may differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

from evidences import evidence, fit, moved
from seeds import seed
from tactometer.analyses.analyse import analyse
from tactometer.analyses.evidence import Posterior
from tactometer.analyses.mixed_effects import computation
from tactometer.analyses.mixed_effects.bayesian import bayesian
from tactometer.analyses.mixed_effects.observations import observe
from tactometer.analyses.mixed_effects.sentences import sentences

BASE = {"a": 0.3, "b": 0.45, "c": 0.4, "d": 0.35}
STEPS = (("none", 0.0), ("low", 0.1), ("high", 0.2))
FRAMED = (("first", 0.05), ("second", 0.0), ("third", -0.05))


@pytest.fixture(autouse=True)
def modelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each parameter has a model of its own, of the same program: two of the five are enough."""
    monkeypatch.setattr(computation, "MODELLED", ("phi", "alpha"))


def swept(**more: Any) -> list[dict[str, Any]]:
    """Four families at three efforts in three framings, of one goal."""
    return [
        fit(f, e, moved(phi + by + shift), effort=e, framing=framing, sd=0.03,
            alpha=3 * np.exp(by), **more)
        for f, phi in BASE.items()
        for e, by in STEPS
        for framing, shift in FRAMED
    ]  # fmt: skip


def test_both_mixed_models_find_every_pair_of_efforts_over_families_and_framings() -> None:
    found = analyse("mixed_effects", evidence(*swept())).filter(which="described")
    table = found.filter(parameter="phi")
    assert table["fits"].unique().to_list() == [36] and set(table["factor"]) == {"effort"}
    pairs = table.drop_nulls("against").select("term", "against").rows()
    assert sorted(pairs) == [("high", "low"), ("high", "none"), ("low", "none")]
    for term, against, truth in (("low", "none", 0.1), ("high", "none", 0.2), ("high", "low", 0.1)):
        row = table.filter(term=term, against=against).row(0, named=True)
        assert row["rhat"] <= 1.01 and row["verdict"] == "ok"
        assert row["bayes_low"] < truth < row["bayes_high"] and row["found"]
        low, high = row["classical_low"], row["classical_high"]
        # seven standard errors, and these are small: the fits differ from the truth by their draws
        assert abs(truth - (low + high) / 2) < 3.6 * (high - low) / 2 < 0.04
    spread = dict(table.select("term", "classical").rows())
    assert spread["sd family"] == pytest.approx(np.std(list(BASE.values()), ddof=1), abs=0.02)
    assert spread["sd framing"] == pytest.approx(0.05, abs=0.02)
    assert spread["sd slope"] < 0.02
    alpha = found.filter(parameter="alpha", term="high", against="none").row(0, named=True)
    assert alpha["bayes_low"] < 0.2 < alpha["bayes_high"] and alpha["classical_p"] < 0.01


def test_goals_are_compared_over_families_within_each_effort() -> None:
    kinder = [
        fit(f, "none", moved(phi + by), effort="none", framing=framing, goal=goal, sd=0.03)
        for f, phi in BASE.items()
        for goal, by in (("default", 0.0), ("social", -0.2))
        for framing, _ in FRAMED
    ]
    table = analyse("mixed_effects", evidence(*kinder)).filter(which="described", parameter="phi")
    row = table.drop_nulls("against").row(0, named=True)
    assert (row["factor"], row["effort"], row["goal"]) == ("goal", "none", None)
    assert (row["term"], row["against"]) == ("social", "default")
    assert row["bayes_low"] < -0.2 < row["bayes_high"] < 0


def test_where_effects_differ_by_family_intervals_are_wider_and_the_spread_is_told() -> None:
    def of(slopes: Sequence[float]) -> pl.DataFrame:
        fits = [
            fit(f, e, moved(phi + by * slope), effort=e, framing=framing, sd=0.03)
            for (f, phi), slope in zip(BASE.items(), slopes, strict=True)
            for e, by in (("none", 0.0), ("high", 0.2))
            for framing in ("first", "second", "third")
        ]
        table = analyse("mixed_effects", evidence(*fits))
        return table.filter(which="described", parameter="phi")

    alike, apart = of((1, 1, 1, 1)), of((-0.5, 1.5, 0, 3))
    for how in ("bayes", "classical"):
        first, second = (t.drop_nulls("against").row(0, named=True) for t in (alike, apart))
        assert second[f"{how}_high"] > 0.2 + 1.5 * (first[f"{how}_high"] - 0.2)
        assert second[f"{how}_low"] < 0 < first[f"{how}_low"]
    told = apart.row(by_predicate=pl.col("term") == "sd slope", named=True)
    planted = 0.2 * np.std((-0.5, 1.5, 0, 3), ddof=1)
    assert told["bayes_low"] < planted < told["bayes_high"]
    assert told["classical"] == pytest.approx(planted, abs=0.1)


def test_a_mixed_model_stands_with_and_without_the_fits_that_no_speaker_describes() -> None:
    odd = [
        fit("odd", e, moved(0.9 - 2 * by), effort=e, framing=framing, described="no")
        for e, by in STEPS
        for framing, _ in FRAMED
    ]
    table = analyse("mixed_effects", evidence(*swept(), *odd)).filter(parameter="phi")
    row = {
        which: table.filter(which=which, term="high", against="none").row(0, named=True)
        for which in ("described", "all")
    }
    assert (row["described"]["fits"], row["described"]["left_out"]) == (36, 9)
    assert (row["all"]["fits"], row["all"]["left_out"], row["all"]["families"]) == (45, 0, 5)
    assert (row["described"]["verdict"], row["all"]["verdict"]) == ("ok", "suspect")
    assert row["described"]["bayes"] > 0.15 > row["all"]["bayes"]
    told = sentences(table)
    assert any("with the 9 left out, which are not to be read" in line for line in told), told


def test_errors_that_fits_of_a_model_share_enter_with_their_covariance() -> None:
    """What two fits share cancels in their difference: its interval is narrower for it."""

    def width(shared: bool) -> float:
        rng = np.random.default_rng(seed(3))
        n, efforts = 2000, 3
        common = rng.normal(0, 0.1, (len(BASE), 1, n)) * np.ones((1, efforts, 1))
        own = rng.normal(0, 0.1, (len(BASE), efforts, n))
        x = (common if shared else own) + rng.normal(0, 0.02, own.shape)
        rows = [(f, e) for f in BASE for e, _ in STEPS]
        frame = pl.DataFrame(
            {"model": [f for f, _ in rows], "family": [f for f, _ in rows],
             "effort": [e for _, e in rows], "framing": "first"}
        )  # fmt: skip
        fits = Posterior(frame, 0.5 + x.reshape(-1, n)[..., None])
        draws, told = bayesian(observe(fits, 0, "effort", [e for e, _ in STEPS], "phi"))
        assert told["clean"]
        return float(draws[0, 2].std())

    assert width(shared=True) < 0.6 * width(shared=False)


def test_a_mixed_model_whose_chains_do_not_mix_is_suspect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tactometer.analyses.mixed_effects.bayesian.WARMUP", 1)
    monkeypatch.setattr("tactometer.analyses.mixed_effects.bayesian.DRAWS", 20)
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
        table = analyse("mixed_effects", evidence(*fits)).filter(which="described")
        return float(table.filter(parameter="phi", term="high")["bayes_sd"].item())

    assert at(0.3) > 1.5 * at(0.01)
