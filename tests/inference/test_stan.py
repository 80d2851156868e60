"""The Stan programs say what the numpy reference says, in coordinates with the right prior."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from seeds import seed
from tactometer.inference import cmdstan
from tactometer.inference.mode_search import Problem, Whitening
from tactometer.inference.stan_runs import stan_data
from tactometer.speaker_model import reference, speaker_coordinates
from tactometer.speaker_model.speaker_coordinates import Frame, Natural
from tactometer.speaker_model.variants import EXTRAS, SPEAKERS, SpeakerModel, speaker
from tactometer.utils.paths import STAN


def behaviour(
    own: int,
    name: str,
    *,
    goals: int = 1,
    states: int = 5,
    utterances: int = 8,
    cost: bool = False,
    joint: bool = False,
) -> Problem:
    """Random answers and semantics: some clear, some not."""
    rng = np.random.default_rng(seed(own))
    n = np.full((utterances, states), 52.0)
    return Problem(
        counts=rng.gamma(0.5, 20, (goals, states, utterances)),  # real-valued, some near 0
        yes=rng.binomial(52, rng.beta(0.4, 0.4, n.shape)).astype(float),
        n=n,
        values=np.arange(states, dtype=float),
        negated=np.arange(utterances) > 3,
        speaker=speaker(name, cost=cost),
        joint=joint,
    )


def framed(problem: Problem, rng: np.random.Generator) -> Whitening:
    """Coordinates in which every entry leans on those before it, in any order."""
    count = problem.entries
    slopes = np.tril(rng.normal(0, 0.3, (count, count)), -1)
    frame = Frame(rng.permutation(count), slopes, rng.uniform(0.2, 1, count))
    return replace(Whitening.none(problem), frame=frame)


def variables(problem: Problem, natural: Natural, theta: np.ndarray | None = None) -> np.ndarray:
    """Entries, the cost's logit and logit theta of natural parameters."""
    v = speaker_coordinates.entries(natural, problem.speaker)
    for extra in problem.speaker.extras:
        place = speaker_coordinates.unbounded(getattr(natural, extra), EXTRAS[extra])
        v = np.append(v, place)
    if problem.joint:
        assert theta is not None
        v = np.append(v, np.log(theta / (1 - theta)).ravel(order="F"))
    return v


def evaluate(problem: Problem, at: Whitening, z: np.ndarray) -> dict[str, float]:
    """log_prior and log_likelihood of the Stan program at z: what it is without answers, and what
    they add.
    """
    at = replace(at, centre=at.centre + at.matrix @ z)
    silent = replace(problem, counts=np.zeros_like(problem.counts))
    log_prior, whole = (step_from(p, at, 1e-12)[0] for p in (silent, problem))
    return {"log_prior": log_prior, "log_likelihood": whole - log_prior}


def step_from(
    problem: Problem, at: Whitening, step: float, *, native: bool = True
) -> tuple[float, np.ndarray]:
    """The log posterior after one leapfrog step from z = 0, and z there."""
    stan_file = problem.speaker.stan_file(joint=problem.joint)
    fit = cmdstan.compile_program(stan_file, native=native).sample(
        data=stan_data(problem, at), inits={"z": [0.0] * at.centre.size}, chains=1, seed=seed(1),
        iter_warmup=0, iter_sampling=1, adapt_engaged=False, step_size=step, max_treedepth=1,
        sig_figs=16, show_progress=False,
    )  # fmt: skip
    return float(fit.method_variables()["lp__"][0, 0]), fit.stan_variable("z")[0]


def random_natural(rng: np.random.Generator, problem: Problem, alpha: float) -> Natural:
    drawn = speaker_coordinates.draw_prior(rng, problem.speaker, len(problem.counts))
    return replace(drawn, alpha=np.asarray(alpha))


def expected(problem: Problem, natural: Natural, theta: np.ndarray) -> float:
    total = 0.0
    costs = 0.0 if natural.cost is None else reference.negation_cost(natural.cost, problem.negated)
    for g, counts in enumerate(problem.counts):
        args = (theta, problem.values, costs)
        if not problem.speaker.utilities:
            log_p = reference.s1(natural.alpha, natural.phi[g], *args)
        else:
            log_p = reference.s2(natural.alpha, natural.phi[g], natural.omega[g], *args, nodes=400)
        if natural.lapse is not None:
            log_p = np.log((1 - natural.lapse) * np.exp(log_p) + natural.lapse / log_p.shape[1])
        total += float((counts * log_p).sum())
    return total


CASES = (
    [(name, {}) for name in SPEAKERS if "cost" not in name]
    + [
        (name, shape)
        for name in ("s1", "s2", "s2-inf-soc", "s2-soc-pre", "s2-pre", "s1-lapse", "s2-lapse")
        for shape in (
            {"joint": True},
            {"goals": 3, "states": 4, "cost": True, "joint": True},
            {"goals": 2, "cost": True},
            {"goals": 3},
        )
    ]
    + [  # the C++ half has a form of its own for eight utterances and at most as many states
        (name, shape)
        for name in ("s1", "s2", "s1-lapse", "s2-lapse")
        for shape in (
            {"utterances": 6, "cost": True, "joint": True},
            {"states": 9, "joint": True},
        )
    ]
)


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_the_likelihood_is_the_references_up_to_alpha_20(name: str, shape: dict[str, int]) -> None:
    for own, alpha in enumerate((0.05, 2.7, 6.1, 11.0, 19.99)):
        problem = behaviour(own, name, **shape)
        rng = np.random.default_rng([seed(own), 1])
        natural = random_natural(rng, problem, alpha)
        theta = problem.theta(problem.start())
        if problem.joint:
            theta = rng.beta(0.6, 0.6, theta.shape).clip(1e-4, 1 - 1e-4)
        at = framed(problem, rng)
        z = at.coordinates(variables(problem, natural, theta))
        wanted = expected(problem, natural, theta)
        assert evaluate(problem, at, z)["log_likelihood"] == pytest.approx(wanted, rel=1e-6)


LAPSING = [
    ("s2-lapse", {}),
    ("s2-cost-lapse", {"joint": True, "goals": 2}),
    ("s1-lapse", {"joint": True}),
]


@pytest.mark.parametrize(("name", "shape"), LAPSING)
def test_a_lapse_leads_from_the_plain_program_to_blind_answers(
    name: str, shape: dict[str, int]
) -> None:
    problem = behaviour(4, name, **shape)
    plain = replace(problem, speaker=speaker(name.replace("-lapse", "")))
    rng = np.random.default_rng(seed(5))
    theta = rng.beta(0.6, 0.6, problem.yes.shape).clip(1e-4, 1 - 1e-4)
    natural = random_natural(rng, problem, 3.0)
    found = {}
    for lapse in (1e-60, 1 - 1e-12):  # a sharp speaker has probabilities of 1e-14
        at = Whitening.none(problem)
        v = variables(problem, replace(natural, lapse=np.asarray(lapse)), theta)
        found[lapse] = evaluate(problem, at, at.coordinates(v))["log_likelihood"]
    at = Whitening.none(plain)
    without = evaluate(plain, at, at.coordinates(variables(plain, natural, theta)))
    blind = problem.counts.sum() * np.log(1 / problem.counts.shape[-1])
    assert found[1e-60] == pytest.approx(without["log_likelihood"], rel=1e-8)
    assert found[1 - 1e-12] == pytest.approx(blind, rel=1e-8)


def leapfrog(problem: Problem, at: Whitening, *, native: bool) -> tuple[float, np.ndarray]:
    """The log posterior near z = 0, and where one leapfrog step from there leads, in steps^2 / 2.

    The momentum is the seed's, so two programs' places differ by the difference of their gradients
    (which this CmdStan writes with 6 digits alone).
    """
    step = 1e-4
    lp, there = step_from(problem, at, step, native=native)
    return lp, there * 2 / step**2


@pytest.mark.parametrize(
    "file",
    [file for file in sorted(STAN.glob("*.stan")) if (STAN / f"native/{file.stem}.hpp").is_file()],
    ids=lambda file: file.stem,
)
def test_a_programs_cpp_half_compiles(file: Path) -> None:
    """Otherwise the program alone takes over, and agrees with itself."""
    assert (cmdstan.executable(file).parent / "native.hpp").is_file()


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_the_programs_cpp_half_has_the_value_and_gradient_of_the_program_alone(
    name: str, shape: dict[str, int]
) -> None:
    for own, alpha in enumerate((0.05, 3.3, 12.0, 19.99)):
        problem = behaviour(own, name, **shape)
        rng = np.random.default_rng([seed(own), 2])
        theta = rng.beta(0.6, 0.6, problem.yes.shape).clip(1e-4, 1 - 1e-4)
        v = variables(problem, random_natural(rng, problem, alpha), theta)
        at = framed(problem, rng)
        at = replace(at, centre=at.coordinates(v))
        (lp, there), (pure_lp, pure_there) = (
            leapfrog(problem, at, native=native) for native in (True, False)
        )
        assert lp == pytest.approx(pure_lp, rel=1e-10)
        assert np.all(pure_there != 0)
        assert there == pytest.approx(pure_there, rel=0, abs=1e-8)


def log_volume(function: Callable[[np.ndarray], np.ndarray], v: np.ndarray) -> float:
    """log |det| of the function's Jacobian, by central differences of the fourth order."""
    step = 1e-3

    def rise(h: np.ndarray) -> np.ndarray:
        return function(v + h) - function(v - h)

    slopes = [(8 * rise(h) - rise(2 * h)) / (12 * step) for h in step * np.eye(v.size)]
    return float(np.linalg.slogdet(np.array(slopes))[1])


def free_parameters(problem: Problem, at: Whitening, z: np.ndarray) -> np.ndarray:
    """As many natural parameters as there are coordinates: their prior is flat."""
    natural = problem.natural(at.variables(z))
    weights = natural.omega[:, np.array(problem.speaker.active, bool)][:, 1:]
    phi = natural.phi if problem.speaker.has_phi else []
    extras = [getattr(natural, name) for name in problem.speaker.extras]
    return np.concatenate([[natural.alpha], weights.ravel(), phi, extras])


@pytest.mark.parametrize("name", [name for name in SPEAKERS if "cost" in name])
def test_the_prior_is_flat_in_all_natural_parameters_but_the_lapse(name: str) -> None:
    problem = behaviour(1, name, goals=2)
    rng, constants = np.random.default_rng(seed(7)), []
    for alpha in (0.3, 4.0, 15.0):
        at = framed(problem, rng)
        natural = random_natural(rng, problem, alpha)
        z = at.coordinates(variables(problem, natural))
        volume = log_volume(partial(free_parameters, problem, at), z)
        lapse = 0.0 if natural.lapse is None else stats.beta(1, 19).logpdf(natural.lapse)
        constants.append(evaluate(problem, at, z)["log_prior"] - volume - lapse)
    assert np.ptp(constants) < 1e-6


def thetas(problem: Problem, at: Whitening, z: np.ndarray, of: np.ndarray) -> np.ndarray:
    """theta, flat, of its coordinates; the speaker's are those of z."""
    return problem.theta(at.variables(np.append(z[: problem.size], of))).ravel()


def test_theta_has_a_flat_prior_and_its_answers_are_binomial() -> None:
    problem = behaviour(2, "s2", joint=True)
    rng, found = np.random.default_rng(seed(8)), []
    at, natural = Whitening.none(problem), random_natural(rng, problem, 3.0)
    for _ in range(3):
        theta = rng.uniform(0.05, 0.95, problem.yes.shape)
        z = at.coordinates(variables(problem, natural, theta))
        kernel = problem.yes * np.log(theta) + (problem.n - problem.yes) * np.log1p(-theta)
        volume = log_volume(partial(thetas, problem, at, z), z[problem.size :])
        found.append(evaluate(problem, at, z)["log_prior"] - kernel.sum() - volume)
    assert np.ptp(found) < 1e-6


def test_coordinates_and_natural_parameters_are_each_others_inverse() -> None:
    rng = np.random.default_rng(seed(9))
    for name, known in SPEAKERS.items():
        problem = behaviour(3, name, goals=3, joint=True)
        drawn = speaker_coordinates.draw_prior(rng, known, 3)
        theta = rng.uniform(0.001, 0.999, problem.yes.shape)
        at = framed(problem, rng)
        v = at.variables(at.coordinates(variables(problem, drawn, theta)))
        back = problem.natural(v)
        assert problem.theta(v) == pytest.approx(theta)
        for own in ("alpha", *known.extras):
            assert getattr(back, own) == pytest.approx(getattr(drawn, own))
        assert back.omega == pytest.approx(drawn.omega)
        assert not known.has_phi or back.phi == pytest.approx(drawn.phi)


def test_a_misspelt_speaker_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 's2-inf-soc'"):
        speaker("s2-inf-sco")
    assert isinstance(speaker("s1"), SpeakerModel) and speaker("s1").parameters == ("alpha", "phi")


def test_every_subset_of_the_utilities_is_there_with_and_without_cost_and_lapse() -> None:
    assert len(SPEAKERS) == (1 + 7) * 4
    assert len({(s.utilities, s.cost, s.lapse) for s in SPEAKERS.values()}) == len(SPEAKERS)
    known = speaker("s2-inf-pre-cost-lapse")
    assert known.parameters == ("alpha", "phi", "omega_inf", "omega_pre", "cost", "lapse")
    asked = speaker("s2", cost=True)  # fit: {cost: true}
    assert asked.name == "s2" and asked.parameters == speaker("s2-cost").parameters
