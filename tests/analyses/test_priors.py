"""What hangs on the prior: draws weighed anew give what another prior would have given."""

from __future__ import annotations

import numpy as np
import pytest

import evidences
from evidences import evidence, fit, moved
from tactometer.analyses.analyse import analyse
from tactometer.analyses.priors import computation
from tactometer.analyses.priors.sentences import sentences


def rows(phi: float = 0.40) -> dict[str, dict[str, object]]:
    table = analyse("priors", evidence(fit("m", "0", moved(phi), sd=0.06)))
    found = table.filter(parameter="phi").to_dicts()
    return {row["prior"]: row for row in found}


def test_a_prior_that_favours_the_middle_pulls_phi_towards_it_by_as_much_as_exact_weights_do() -> (
    None
):
    found, usual = rows()["phi Beta(2, 2)"], rows()["alpha U(0, 10)"]
    assert usual["moved"] == pytest.approx(0, abs=0.01), "it does not touch phi"
    grid = np.linspace(0.01, 0.99, 981)
    density = np.exp(-(((grid - 0.40) / 0.06) ** 2) / 2)
    weighed = density * grid * (1 - grid)
    shift = (grid @ weighed / weighed.sum() - grid @ density / density.sum()) / 0.06
    assert found["moved"] == pytest.approx(shift, abs=0.05) and shift > 0.03


def test_an_interval_that_leaves_out_the_even_value_under_one_prior_alone_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strong = {"strong": lambda x: 600 * -((x[:, 0] - 0.5) ** 2) / 2}
    monkeypatch.setattr(computation, "PRIORS", strong)
    monkeypatch.setattr(computation, "ENOUGH", 20.0)
    monkeypatch.setattr(evidences, "DRAWS", 4000)  # a tail of few weighed draws is not sure
    found = rows(0.37)["strong"]
    assert found["hdi_low"] < 0.5 < found["hdi_high"] and found["changes"] and found["moved"] > 0.5  # type: ignore[operator]
    (whole, named) = sentences(analyse("priors", evidence(fit("m", "0", moved(0.37), sd=0.06))))
    assert "Under 1 other prior of" in whole and "of 4 told φ* and weights" in whole
    assert named.startswith("What hangs on the prior: φ* of m (0)") and "strong" in named


def test_too_few_draws_that_carry_weight_tell_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computation, "PRIORS", {"none": lambda x: np.full(len(x), -np.inf)})
    found = rows()["none"]
    assert found["ess"] == 0 and found["mean"] is None and found["changes"] is None
    (told,) = sentences(analyse("priors", evidence(fit("m", "0"))))
    assert "0 of 4 told" in told and "of 4 more too few draws" in told and "0 move by" in told


def test_an_average_over_framings_has_no_prior_to_be_exchanged() -> None:
    framed = [fit("m", "0", framing=f) for f in ("pooled", "averaged")]
    assert analyse("priors", evidence(*framed)).is_empty()


def test_of_a_fit_that_is_not_described_nothing_is_said() -> None:
    table = analyse("priors", evidence(fit("m", "0", described="no", told=False)))
    assert not table.is_empty() and sentences(table) == []
