"""The interface for notebooks: what it gives is what the workflow has."""

import warnings
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from seeds import seed
from tactometer import api
from tactometer.speaker_model import reference
from tactometer.utils.errors import UserError

VALUES = [1.0, 2.0, 3.0, 4.0, 5.0]
STEPS = [(3, 1.5), (2, 2.4), (-2, 3.6), (-3, 4.5), (2, 4.2), (-2, 1.8)]  # slope and middle
THETA = 1 / (1 + np.exp([[k * (s - m) for s in VALUES] for k, m in STEPS]))
TRUE = {"alpha": 5.0, "phi": 0.3, "omega": (0.3, 0.2, 0.5)}


def test_a_prediction_is_that_of_the_reference_for_one_speaker_and_for_many() -> None:
    p = api.predict(THETA, VALUES, **TRUE)
    assert p.shape == (5, 6) and np.allclose(p.sum(axis=1), 1)
    assert np.allclose(p, np.exp(reference.s2(5.0, 0.3, [0.3, 0.2, 0.5], THETA, VALUES)))
    many = api.predict(THETA, VALUES, alpha=[1.0, 5.0], phi=[0.3, 0.3], omega=[TRUE["omega"]] * 2)
    assert np.allclose(many[1], p) and not np.allclose(many[0], p)
    simple = api.predict(THETA, VALUES, alpha=2.0, phi=0.7)
    assert np.allclose(simple, np.exp(reference.s1(2.0, 0.7, THETA, VALUES)))
    blind = api.predict(THETA, VALUES, lapse=0.1, **TRUE)
    assert np.allclose(blind, 0.9 * p + 0.1 / 6)
    dear = api.predict(THETA, VALUES, cost=5.0, negated=[False] * 4 + [True] * 2, **TRUE)
    assert dear[:, 4:].sum() < p[:, 4:].sum()
    with pytest.raises(ValueError, match="negated"):
        api.predict(THETA, VALUES, cost=5.0, **TRUE)


def test_counts_of_a_known_speaker_are_fitted_and_described() -> None:
    rng = np.random.default_rng(seed(1))
    p = api.predict(THETA, VALUES, **TRUE)
    counts = np.array([rng.multinomial(400, row) for row in p])
    yes = rng.binomial(200, THETA)
    n = np.full(THETA.shape, 200)
    found = api.fit_counts(counts, yes, n, VALUES, chains=2, draws=500)
    assert found.verdict in ("ok", "refit") and found.described == "yes" and not found.reason
    weights = ["omega_inf", "omega_soc", "omega_pre"]
    assert found.estimates["parameter"].to_list() == ["alpha", "phi", *weights]
    assert np.abs(found.predicted - p).max() < 0.1
    assert found.draws["omega"].shape == (*found.draws["phi"].shape, 3)
    backwards = api.fit_counts(counts[::-1], yes, n, VALUES, chains=2, draws=300)
    assert backwards.described == "no" and "where the nearest speaker does" in backwards.reason
    with pytest.raises(ValueError, match="negated"):
        api.fit_counts(counts, yes, n, VALUES, speaker="s2-cost")
    with pytest.raises(ValueError, match="counts are all 0"):
        api.fit_counts(np.zeros(counts.shape), yes, n, VALUES, chains=1, draws=100)


def test_arviz_reads_the_headline_of_a_fit_without_an_argument(finished: Path) -> None:
    import arviz

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # groups that InferenceData does not know
        found = arviz.from_netcdf(finished / "results/small/fits/kind/0/social.nc")
    assert {"posterior", "sample_stats", "observed_data", "constant_data"} <= set(found.groups())
    study = api.open_study(finished / "results/small")
    row = study.table("estimates").filter(
        model="kind", checkpoint="0", goal="social", framing="pooled", parameter="phi"
    )
    assert float(found.posterior["phi"].mean()) == pytest.approx(row["mean"][0], abs=1e-6)
    assert {"phi", "omega", "alpha"} <= set(arviz.summary(found).index.str.split("[").str[0])


def test_a_studys_tables_and_posteriors_are_those_that_the_run_wrote(finished: Path) -> None:
    study = api.open_study(finished / "results/small")
    assert {"estimates", "dictionary", "diagnostics"} <= set(study.tables)
    estimates = study.table("estimates")
    row = estimates.filter(model="kind", goal="social", framing="pooled", parameter="phi").row(
        0, named=True
    )
    drawn = study.posterior("kind", row["checkpoint"], "social", speaker=row["speaker"])
    assert float(drawn["phi"].mean()) == pytest.approx(row["mean"], abs=1e-6)
    assert drawn.attrs["verdict"] == pl.Series([row["verdict"]])[0]
    with pytest.raises(UserError, match="estimates"):
        study.table("estimate")
    with pytest.raises(UserError, match="there is no such fit"):
        study.posterior("kind", "0", "nonsense")
    with pytest.raises(UserError, match="holds no fit"):
        study.posterior("kind", row["checkpoint"], "social", framing="nonsense")
    with pytest.raises(UserError, match="run snakemake first"):
        api.open_study(finished)
