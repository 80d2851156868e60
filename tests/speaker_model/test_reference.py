"""The reference speaker model: limits, symmetries, and an integral by other means."""

import numpy as np
import pytest
from scipy.integrate import quad

from seeds import seed
from tactometer.speaker_model import reference

VALUES = np.arange(1.0, 6.0)


@pytest.fixture
def theta() -> np.ndarray:
    return np.random.default_rng(seed(1)).uniform(0.02, 0.98, (8, 5))


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max())
    return e / e.sum()


def naive_s1(alpha: float, phi: float, theta: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """p(u|s) [utterance, state], written as in the paper."""
    l0 = theta / theta.sum(axis=1, keepdims=True)
    utility = phi * np.log(l0) + (1 - phi) * (l0 @ VALUES)[:, None]
    return np.column_stack([softmax(alpha * utility[:, s] - costs) for s in range(5)])


def test_the_phi_integral_agrees_with_adaptive_quadrature(theta: np.ndarray) -> None:
    costs = np.linspace(0, 2, 8)
    for alpha in (0.7, 4.0, 20.0):
        listener = reference.l1(alpha, theta, VALUES, costs)
        for u, s in ((0, 0), (3, 4), (7, 2)):
            mass, _ = quad(
                lambda phi, u=u, s=s, a=alpha: naive_s1(a, phi, theta, costs)[u, s],
                0, 1, epsabs=0, epsrel=1e-10, limit=500,
            )  # fmt: skip
            found = np.exp(listener.log_state[u, s] + listener.log_evidence[u])
            assert found == pytest.approx(mass, rel=1e-8)


def test_s2_is_the_softmax_of_its_three_utilities(theta: np.ndarray) -> None:
    alpha, phi, omega, costs = 3.0, 0.3, np.array([0.2, 0.3, 0.5]), np.linspace(0, 2, 8)
    grid = (np.arange(4000) + 0.5) / 4000
    joint = np.mean([naive_s1(alpha, p, theta, costs) for p in grid], axis=0)
    evidence = joint.sum(axis=1)
    state = joint / evidence[:, None]
    density = naive_s1(alpha, phi, theta, costs).sum(axis=1) / evidence
    of_u = omega[1] * state @ VALUES + omega[2] * np.log(density)
    expected = [softmax(alpha * (omega[0] * np.log(state[:, s]) + of_u) - costs) for s in range(5)]
    found = np.exp(reference.s2(alpha, phi, omega, theta, VALUES, costs))
    assert found == pytest.approx(np.array(expected), rel=1e-6)


def test_without_alpha_every_utterance_is_as_likely(theta: np.ndarray) -> None:
    assert np.exp(reference.s1(0, 0.4, theta, VALUES)) == pytest.approx(1 / 8)
    assert np.exp(reference.s2(0, 0.4, [0.2, 0.3, 0.5], theta, VALUES)) == pytest.approx(1 / 8)


def test_phi_one_cares_for_truth_alone_and_phi_zero_for_kindness_alone(theta: np.ndarray) -> None:
    assert reference.s1(5, 1, theta, VALUES) == pytest.approx(
        reference.s1(5, 1, theta, VALUES[::-1])
    )
    kind = reference.s1(5, 0, theta, VALUES)
    assert kind == pytest.approx(np.broadcast_to(kind[0], kind.shape))


def test_only_differences_of_values_matter(theta: np.ndarray) -> None:
    args = (4.0, 0.6, [0.3, 0.3, 0.4], theta)
    assert reference.s2(*args, VALUES) == pytest.approx(reference.s2(*args, VALUES + 100), abs=1e-9)


def test_swapping_utterances_or_states_swaps_the_answer(theta: np.ndarray) -> None:
    order, states = np.random.default_rng(seed(2)).permutation(8), np.array([3, 1, 0, 4, 2])
    args = (6.0, 0.6, [0.3, 0.3, 0.4])
    plain = reference.s2(*args, theta, VALUES)
    swapped = reference.s2(*args, theta[order][:, states], VALUES[states])
    assert swapped == pytest.approx(plain[states][:, order], abs=1e-9)


def test_the_phi_density_integrates_to_one(theta: np.ndarray) -> None:
    listener = reference.l1(4.0, theta, VALUES)
    phi = (np.arange(2000) + 0.5) / 2000
    density = np.exp(reference.phi_density(listener, 4.0, phi, theta, VALUES))
    assert density.mean(axis=0) == pytest.approx(1, rel=1e-5)


def test_nothing_overflows_at_alpha_20_and_tiny_theta() -> None:
    theta = np.random.default_rng(seed(3)).uniform(0, 1, (8, 5)) ** 60
    found = reference.s2(20.0, 0.9, [0.6, 0.2, 0.2], theta, VALUES * 100)
    assert np.all(np.isfinite(found))
    assert np.exp(found).sum(axis=-1) == pytest.approx(1)


def test_what_is_never_true_is_never_said() -> None:
    theta = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
    found = np.exp(reference.s2(3.0, 0.5, [0.4, 0.3, 0.3], theta, [1, 2, 3]))
    assert found[0, 1] == 0 and found[1, 0] == 0
    assert found.sum(axis=-1) == pytest.approx(1)
    silent = np.exp(reference.s2(3.0, None, [0, 1, 0], theta, [1, 2, 3]))
    assert np.all(silent > 0)  # a speaker that weighs no truth may lie


@pytest.mark.parametrize("axis", [0, 1])
def test_a_row_or_column_of_zeros_is_an_error(theta: np.ndarray, axis: int) -> None:
    theta[(0, slice(None)) if axis == 0 else (slice(None), 0)] = 0
    with pytest.raises(ValueError, match="true of"):
        reference.literal_listener(theta)


@pytest.mark.parametrize(
    ("change", "named"),
    [({"alpha": -1}, "alpha"), ({"phi": 1.1}, "phi"), ({"omega": [0.5, 0.5, 0.5]}, "omega"),
     ({"theta": [[np.nan, 1.0]]}, "theta"), ({"alpha": np.nan}, "alpha"), ({"phi": None}, "phi")],
)  # fmt: skip
def test_parameters_outside_their_range_are_named(
    theta: np.ndarray, change: dict[str, object], named: str
) -> None:
    good = {"alpha": 1.0, "phi": 0.5, "omega": [0.2, 0.3, 0.5], "theta": theta, "values": VALUES}
    with pytest.raises(ValueError, match=named):
        reference.s2(**{**good, **change})


def test_draws_give_the_same_as_one_by_one(theta: np.ndarray) -> None:
    rng = np.random.default_rng(seed(5))
    alpha, phi, omega = rng.uniform(0, 20, 70), rng.uniform(size=70), rng.dirichlet([1, 1, 1], 70)
    thetas = rng.uniform(0.1, 0.9, (70, 8, 5))
    costs = reference.negation_cost(rng.uniform(1, 10, 70), np.arange(8) > 3)
    together = reference.s2(alpha, phi, omega, thetas, VALUES, costs)
    for i in (0, 33, 69):
        one = reference.s2(alpha[i], phi[i], omega[i], thetas[i], VALUES, costs[i])
        assert together[i] == pytest.approx(one, abs=1e-9)


def test_the_cost_of_negation_is_a_log_prior_weight(theta: np.ndarray) -> None:
    negated = np.arange(8) > 3
    costs = reference.negation_cost(4.0, negated)
    plain, costly = (reference.s1(7.0, 0.5, theta, VALUES, c) for c in (0.0, costs))
    odds = (costly - plain)[:, negated].mean(axis=1) - (costly - plain)[:, ~negated].mean(axis=1)
    assert odds == pytest.approx(-3.0)  # 4 - 1, whatever alpha
    assert np.all(reference.negation_cost(None, negated) == 0)


def test_a_lapse_mixes_a_speaker_with_blind_answers() -> None:
    p = np.random.default_rng(seed(6)).dirichlet(np.ones(8), (2, 5))
    mixed = np.exp(reference.lapsed(np.log(p), [0.0, 0.25]))
    assert mixed[0] == pytest.approx(p[0])
    assert mixed[1] == pytest.approx(0.75 * p[1] + 0.25 / 8)
    with pytest.raises(ValueError, match="lapse"):
        reference.lapsed(np.log(p), 1.5)
