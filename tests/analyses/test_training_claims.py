"""Shares of variance, quarters of training, convergence: planted truths are found, none is none."""

from collections.abc import Callable
from itertools import product

import numpy as np
import polars as pl
import pytest

from evidences import PLAIN, evidence, fit
from seeds import seed
from tactometer.analyses import convergence, quarters, variance_shares
from tactometer.analyses.convergence.computation import analyse as converge
from tactometer.analyses.convergence.sentences import sentences as of_convergence
from tactometer.analyses.quarters.computation import OVER
from tactometer.analyses.quarters.computation import analyse as quarter
from tactometer.analyses.quarters.sentences import sentences as of_quarters
from tactometer.analyses.variance_shares.computation import analyse as share
from tactometer.analyses.variance_shares.design import projections, variances
from tactometer.analyses.variance_shares.sentences import sentences as of_shares

assert convergence and quarters and variance_shares
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
SD = 0.02


def suite(phi: Callable[[str, str, str, float], float], **kinds: object) -> pl.DataFrame:
    """Eight runs; phi(base, data, method, progress), off by as much as its posterior is wide."""
    rng = np.random.default_rng(seed(11))
    return evidence(
        *(
            fit(
                f"{base}-{data}-{method}", f"{step:g}",
                tuple(rng.normal((phi(base, data, method, step), *PLAIN[1:]), SD)),
                sd=SD, family=base, dataset=data, method=method, progress=step, **kinds,
            )
            for base, data, method in product(["q", "l"], ["uf", "hh"], ["dpo", "ppo"])
            for step in STEPS
        )
    )  # type: ignore[return-value]  # fmt: skip


def test_effects_of_a_design_add_up_and_are_apart() -> None:
    found = list(projections([2, 3, 2]).values())
    whole = np.sum(found, axis=0)
    assert np.allclose(whole, np.eye(12) - 1 / 12)
    for one, other in product(found, found):
        assert np.allclose(one @ other, one if one is other else 0)


def test_variances_are_without_bias_where_draws_scatter_about_means_that_are_off() -> None:
    """Planted: a main effect of .1 each way, that is a variance of .01; the others do nothing."""
    rng = np.random.default_rng(seed(3))
    truth = np.repeat([0.1, -0.1], 4)
    found = dict.fromkeys(projections([2, 2, 2]), 0.0)
    for _ in range(400):
        means = truth + rng.normal(0, 0.08, 8)
        y = means[:, None] + rng.normal(0, 0.08, (8, 200))
        for effect, x in variances(y, [2, 2, 2]).items():
            found[effect] += float(x.mean()) / 400
    assert found.pop((0,)) == pytest.approx(0.01, abs=0.0008)
    assert all(abs(value) < 0.0004 for value in found.values())


def test_the_base_model_outweighs_where_it_does() -> None:
    frame = share(suite(lambda base, data, *_: 0.5 + 0.15 * (base == "q") + 0.03 * (data == "uf")))
    mine = frame.filter(quantity="end", parameter="phi")
    best = mine.filter(factor="family").row(0, named=True)
    assert best["p_largest"] > 0.99 and best["share"] > 0.8
    assert 2 * best["variance"] ** 0.5 == pytest.approx(0.15, abs=0.08)
    assert mine["share"].sum() == pytest.approx(1) and mine.height == 4
    assert any("the base model matters most" in one for one in of_shares(frame))


def test_where_runs_do_not_differ_nothing_is_shared_out() -> None:
    frame = share(suite(lambda *_: 0.5))
    assert frame.filter(parameter="phi")["share"].null_count() == 8
    (told,) = of_shares(frame)
    assert "in no parameter" in told


def test_a_design_with_holes_has_no_shares() -> None:
    found = suite(lambda *_: 0.5)
    assert not share(found).is_empty()
    fits = [
        fit(f"m{k}", str(step), family=base, dataset=data, method="dpo", progress=step)
        for k, (base, data) in enumerate([("q", "uf"), ("q", "hh"), ("l", "uf")])
        for step in (0.0, 1.0)
    ]
    assert share(evidence(*fits)).is_empty()


def test_the_first_quarter_is_told_to_move_farthest_where_it_does() -> None:
    frame = quarter(suite(lambda *x: 0.3 + 0.2 * min(1, 4 * x[3])))
    over = frame.filter(model=OVER).sort("quarter")
    assert over["p_largest"][0] > 0.99 and over["moved"][0] == pytest.approx(0.04, abs=0.012)
    assert over["moved"][1:].abs().max() < 0.003
    assert "first quarter of training moves" in of_quarters(frame)[0]


def test_no_quarter_is_told_of_a_training_that_goes_evenly() -> None:
    frame = quarter(suite(lambda *x: 0.3 + 0.1 * x[3]))
    assert frame.filter(model=OVER)["p_largest"].max() < 0.95
    assert "no quarter is sure" in of_quarters(frame)[0]


def test_runs_that_are_drawn_together_are_told_of_and_others_are_not() -> None:
    def drawn(base: str, data: str, method: str, step: float) -> float:
        start = 0.3 + 0.3 * (base == "q") + 0.1 * (data == "uf")
        return start + (0.7 - start) * step if method == "ppo" else start

    frame = converge(suite(drawn))
    ppo = frame.filter(method="ppo", parameter="phi").row(0, named=True)
    assert ppo["runs"] == 4 and ppo["p_closer"] > 0.99
    assert ppo["end_mean"] == pytest.approx(0.7, abs=0.03)
    assert ppo["end_variance"] == pytest.approx(0, abs=0.002)
    spread = np.std([0.3, 0.4, 0.6, 0.7], ddof=1)
    assert ppo["start_variance"] ** 0.5 == pytest.approx(spread, abs=0.08)
    dpo = frame.filter(method="dpo", parameter="phi").row(0, named=True)
    assert 0.025 < dpo["p_closer"] < 0.975
    # without error the ratio of two variances of four is F, 15.44 at .975; with a little, more
    assert 15 < dpo["ratio_high"] / dpo["ratio"] < 19 and 15 < dpo["ratio"] / dpo["ratio_low"] < 19
    assert ppo["ratio_low"] == 0, "the runs may end as one"
    told = of_convergence(frame)
    assert len(told) == 1 and told[0].startswith("PPO") and "closer together in φ*" in told[0]


def test_a_run_that_is_not_to_be_read_makes_no_claim() -> None:
    found = suite(lambda *x: 0.3 + 0.2 * min(1, 4 * x[3]), verdict="suspect")
    assert set(share(found)["verdict"]) == {"suspect"}
    assert "nothing is told" in of_shares(share(found))[0]
    assert "not to be read" in of_quarters(quarter(found))[0]
    assert "not to be read" in of_convergence(converge(found))[0]


def test_a_course_with_a_gap_wider_than_a_quarter_has_no_quarters() -> None:
    steps = (0.0, 0.25, 0.5, 1.0)
    fits = [fit("m", f"{x:g}", progress=x) for x in steps]
    assert quarter(evidence(*fits)).is_empty()
    assert quarter(evidence(*fits, fit("m", "0.75", progress=0.75))).height == 4
