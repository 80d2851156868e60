"""R-hat and effective sample sizes are ArviZ's."""

import arviz
import numpy as np
import pytest

from seeds import seed
from tactometer.inference import convergence


def chains(rng: np.random.Generator, memory: float, apart: float) -> np.ndarray:
    """Four autoregressive chains, as long as it happens."""
    draws = int(rng.integers(8, 700))
    noise = rng.normal(size=(4, draws))
    x = noise.copy()
    for t in range(1, draws):
        x[:, t] = memory * x[:, t - 1] + noise[:, t]
    return np.asarray(x + apart * rng.normal(size=(4, 1)))


def test_they_are_what_arviz_says_of_chains_that_mix_and_chains_that_do_not() -> None:
    rng = np.random.default_rng(seed(1))
    for memory in np.linspace(-0.8, 0.98, 40):
        for apart in (0.0, 2.0):
            x = chains(rng, memory, apart)
            assert convergence.rhat(x) == pytest.approx(float(arviz.rhat(x, method="rank")))
            for kind in ("bulk", "tail"):
                assert convergence.ess(x, kind) == pytest.approx(float(arviz.ess(x, method=kind)))


def test_draws_that_stay_share_their_rank() -> None:
    x = np.repeat(chains(np.random.default_rng(seed(2)), 0.5, 0.0), 3, axis=1)
    assert convergence.rhat(x) == pytest.approx(float(arviz.rhat(x, method="rank")))
    assert convergence.ess(x, "bulk") == pytest.approx(float(arviz.ess(x, method="bulk")))
