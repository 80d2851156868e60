"""The same prompts by several estimators: how far what they say lies apart, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from evidences import answered, evidence, fit, moved
from seeds import seed
from tactometer.analyses.analyse import analyse
from tactometer.analyses.estimators.computation import _agreement, _differences
from tactometer.analyses.estimators.sentences import sentences
from tactometer.analyses.evidence import Evidence

NAME = "m.label_logprob"


def two(other: pl.DataFrame) -> Evidence:
    """The model `m` by utterance, and by letter as `other` answers."""
    mine = answered(pairs=4).unique(
        ["vignette", "listener_name", "state"], keep="first", maintain_order=True
    )
    counts = pl.DataFrame(
        [
            {
                "model": name,
                "checkpoint": "0",
                "goal": "social",
                "framing": "pooled",
                "label_mass": x,
            }
            for name, x in (("m", 0.01), (NAME, 0.7))
        ]
    )
    fits = [fit(name, "0", moved(0.5), goal="social", family="m") for name in ("m", NAME)]
    both = pl.concat([mine, other.with_columns(model=pl.lit(NAME))])
    found = evidence(*fits, answers=both, counts=counts)
    kinds = {"m": "utterance_logprob", NAME: "label_logprob"}
    estimates = found.tables["estimates"].with_columns(
        estimator=pl.col("model").replace_strict(kinds)
    )
    diagnostics = found.tables["diagnostics"].with_columns(described=pl.lit("yes"))
    tables = {**found.tables, "estimates": estimates, "diagnostics": diagnostics}
    return replace(found, also={NAME: "m"}, tables=tables)


def same() -> pl.DataFrame:
    return answered(pairs=4).unique(
        ["vignette", "listener_name", "state"], keep="first", maintain_order=True
    )


def test_two_estimators_that_say_the_same_are_not_apart_and_others_by_as_much_as_they_are() -> None:
    row = analyse("estimators", two(same())).row(0, named=True)
    assert (row["model"], row["estimator"], row["against"]) == (
        "m",
        "label_logprob",
        "utterance_logprob",
    )
    assert row["total_variation"] == 0 and row["same"] == 1
    assert row["correlation"] == pytest.approx(1)
    assert (row["label_mass"], row["label_mass_against"]) == (0.7, 0.01)
    assert row["n"] == 24
    assert (row["by_chance"], row["p"], row["low"], row["high"]) == (0, 1, 0, 0)
    assert row["same_low"] < 1, "of few vignettes that agree others may not"
    assert "not told apart" in sentences(analyse("estimators", two(same())))[0]
    turned = same().with_columns(
        shares=pl.col("shares").list.eval(pl.element().reverse()), places=pl.col("places")
    )
    row = analyse("estimators", two(turned)).row(0, named=True)
    shares = np.array(same()["shares"].to_list())
    state = same()["state"].to_numpy()
    means = np.array([shares[state == s].mean(axis=0) for s in (1, 2)])
    apart = 0.5 * np.abs(means - means[:, ::-1]).sum(axis=1).mean()
    assert row["total_variation"] == pytest.approx(apart) and apart > 0
    assert row["low"] <= row["total_variation"] <= row["high"]  # few vignettes may say the same
    assert row["same"] == pytest.approx((shares.argmax(1) == 2 - shares.argmax(1)).mean())
    told = sentences(analyse("estimators", two(turned)))[0]
    assert "by label_logprob and by utterance_logprob" in told and "of 24 prompts" in told


def test_the_further_estimator_is_no_model_that_anything_is_found_of() -> None:
    found = two(same())
    assert found.models.fits["model"].to_list() == ["m"]
    assert set(found.posterior.fits["model"]) == {"m", NAME}
    alone = replace(found, also={})
    assert analyse("estimators", alone).is_empty()


def test_answers_without_places_tell_nothing_of_places() -> None:
    unseen = same().with_columns(places=pl.lit(None, pl.List(pl.Int64)))
    social = fit("m", "0", goal="social")
    assert analyse("position", evidence(social, answers=unseen)).is_empty()
    assert not analyse("position", evidence(social, answers=same())).is_empty()


VIGNETTES, STATES, NAMES = 13, 5, 4


@pytest.mark.parametrize("apart", [0.0, 0.5])
def test_what_lies_between_two_estimators_beyond_chance_is_held(apart: float) -> None:
    """Samples of one answer a prompt beside probabilities: 95% are promised, of 60 trials."""
    held, told = 0, 0
    for own in range(60):
        rng = np.random.default_rng(seed(100 + own))
        base = rng.normal(0, 1.5, (STATES, 8))
        other = base + apart * rng.normal(0, 1, base.shape)
        p, q = (np.exp(x) / np.exp(x).sum(axis=1, keepdims=True) for x in (base, other))
        cell = np.tile(np.arange(STATES), VIGNETTES * NAMES)
        vignette = np.repeat(np.arange(VIGNETTES), STATES * NAMES)
        drawn = np.array([rng.multinomial(1, p[c]) for c in cell], float)
        row = _differences(drawn, q[cell], cell, vignette, rng)
        truth = float(0.5 * np.abs(p - q).sum(axis=1).mean())
        held += row["low"] <= truth <= row["high"]
        told += row["p"] <= 0.025
        assert row["low"] <= row["total_variation"] <= row["high"]
        two = vignette < 2
        few = _differences(drawn[two], q[cell][two], cell[two], vignette[two], rng)
        assert "low" not in few and few["p"] > 0.2, "of two vignettes nothing is told"
        agreed = _agreement(drawn, q[cell], cell, vignette)
        assert agreed["same_low"] < agreed["same"] < agreed["same_high"]
        assert agreed["same"] == pytest.approx(agreed["same_by_chance"]), "one answer a state"
        again = _agreement(drawn, drawn, cell, vignette)
        assert again["same"] == 1 > again["same_low"] and again["same_by_chance"] < 0.9
    assert held >= 47 and (told <= 9 if apart == 0 else told >= 45)
