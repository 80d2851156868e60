"""Sample the posterior of one speaker from one behaviour, and say whether the chains can be
trusted.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from tactometer import chains, modes, rsa
from tactometer.chains import FINER, Run, SamplingSettings
from tactometer.intervals import thinned
from tactometer.posterior import (
    ESS_LIMIT,
    Diagnostics,
    diagnose,
    is_clean,
    mixes,
    scalars,
    stuck_chains,
    summarise,
    uninformed,
)
from tactometer.rsa import Array
from tactometer.speakers import UTILITIES, Speaker
from tactometer.whitening import Problem, log_mass

STATS = {
    "lp": "lp__",
    "diverging": "divergent__",
    "tree_depth": "treedepth__",
    "n_steps": "n_leapfrog__",
    "acceptance_rate": "accept_stat__",
    "step_size": "stepsize__",
    "energy": "energy__",
}


DIMS: dict[str, tuple[str, ...]] = {
    "phi": ("goal",),
    "omega": ("goal", "utility"),
    "theta": ("utterance", "state"),
    "counts": ("goal", "state", "utterance"),
    "yes": ("utterance", "state"),
    "n": ("utterance", "state"),
    "values": ("state",),
    "negated": ("utterance",),
}
"""The dimensions of a posterior's arrays, behind chain and draw."""


@dataclass(frozen=True, eq=False)
class Behaviour:
    """What one model did: counts [goal, state, utterance] are real-valued weights of its choices.

    yes, n [utterance, state] are its yes/no answers; values [state] in stars or hearts; negated
    [utterance] marks the utterances that carry a cost, or None where negation costs nothing.
    ValueError if it makes no sense.
    """

    counts: Array
    yes: Array
    n: Array
    values: Array
    negated: Array | None
    goals: tuple[str, ...]
    states: tuple[str, ...]
    utterances: tuple[str, ...]

    def __post_init__(self) -> None:
        shape = (len(self.goals), len(self.states), len(self.utterances))
        _check("counts", self.counts, shape)
        _check("yes", self.yes, shape[:0:-1])
        _check("n", self.n, shape[:0:-1])
        if np.any(np.asarray(self.yes) > np.asarray(self.n)):
            raise ValueError("yes must not be above n")
        if np.shape(self.values) != shape[1:2] or not np.all(np.isfinite(self.values)):
            raise ValueError(f"values must be {shape[1]} finite numbers, one a state")
        if self.negated is not None and np.shape(self.negated) != shape[2:]:
            raise ValueError(f"negated must have {shape[2]} entries, one an utterance")

    @property
    def theta(self) -> Array:
        """The posterior mean of theta from the yes/no answers, (yes + 1) / (n + 2) [utterance,
        state].
        """
        return (np.asarray(self.yes) + 1) / (np.asarray(self.n) + 2)


@dataclass(frozen=True, eq=False)
class Sampled:
    """A posterior: draws [chain, draw, ...] of alpha, phi [goal], omega [goal, 3], cost, theta
    [utterance, state].

    What a speaker does not have is absent; a utility that it does not weigh has omega 0. `modes`
    has a row for each mode and parameter if there are several (columns of `tables/modes`).
    """

    behaviour: Behaviour
    speaker: Speaker
    settings: SamplingSettings
    draws: Mapping[str, Array]
    stats: Mapping[str, Array]
    diagnostics: Diagnostics
    modes: list[dict[str, Any]] = field(default_factory=list)

    def summary(self) -> list[dict[str, Any]]:
        """One row per natural parameter (and goal, None where it is shared): the columns of
        `tables/estimates`.
        """
        return [
            {"parameter": name, "goal": goal, **summarise(name, x, len(self.speaker.utilities))}
            for (name, goal), x in scalars(self.draws, self.behaviour.goals).items()
        ]

    def predict(self, draws: int = 300) -> Array:
        """Posterior predictive p(u|s) [draw, goal, state, utterance] of draws spread evenly over
        the chains.
        """
        return np.exp(_log_speaker(self, draws))

    def parts(self) -> dict[str, dict[str, ArrayLike]]:
        """The arrays of an InferenceData: draws, sample_stats, the behaviour as observed_data."""
        b = self.behaviour
        return {
            "posterior": dict(self.draws),
            "sample_stats": {**self.stats, "diverging": self.stats["diverging"].astype(bool)},
            "observed_data": {"counts": b.counts, "yes": b.yes, "n": b.n},
            "constant_data": {"values": b.values, "negated": _flags(b)},
        }

    def coordinates(self) -> dict[str, list[str]]:
        """What the places along the dimensions of `DIMS` are called."""
        b = self.behaviour
        return {
            "goal": list(b.goals),
            "utility": list(UTILITIES),
            "utterance": list(b.utterances),
            "state": list(b.states),
        }

    def attributes(self) -> dict[str, Any]:
        """Diagnostics, speaker and settings, as the attributes of the posterior."""
        fields = {key: _plain(value) for key, value in asdict(self.diagnostics).items()}
        return {**fields, "speaker": self.speaker.name, **_settings(self.settings)}


def sample(behaviour: Behaviour, speaker: Speaker, settings: SamplingSettings) -> Sampled:
    """The posterior of that speaker; a run that cannot be believed is followed by more `careful`
    ones, the third within the mode that has all the weight.

    Verdicts: `ok` the first run is clean, `refit` a later one is, `suspect` none. UserError if the
    sampler fails.
    """
    problem = problem_of(behaviour, speaker, settings)
    found: Run | None = None
    seen: _Seen | None = None

    def attempt(rung: SamplingSettings, number: int) -> _Seen:
        nonlocal found, seen
        within = seen.heaviest if seen and number > 2 else None
        found = chains.run(problem, rung, first=found, within=within)
        before, seen = seen, _see(found, problem, behaviour.goals, again=number > 1)
        if before and before.modes and within is not None and not seen.modes:
            seen = replace(seen, told_apart=f"{before.told_apart}; these are draws of the first")
        return seen

    last, diagnostics = ladder(settings, attempt, lambda seen: _notes(seen, speaker))
    return Sampled(behaviour, speaker, settings, last.draws, last.stats, diagnostics, last.rows)


class Seen(Protocol):
    """A run as it is believed; `whole` says that nothing is wrong that was not left out, `sharp`
    is that of `chains.Run`.
    """

    @property
    def stats(self) -> Mapping[str, Array]: ...
    @property
    def parameters(self) -> Mapping[modes.Key, Array]: ...
    @property
    def stuck(self) -> tuple[int, ...]: ...
    @property
    def modes(self) -> "modes.Modes | None": ...
    @property
    def whole(self) -> bool: ...
    @property
    def sharp(self) -> bool: ...


# divergences a draw: a run with 3 in place of 1 would still have some (14 of 16 times)
_MANY = 0.001
Believed = TypeVar("Believed", bound=Seen)


def ladder(
    settings: SamplingSettings,
    attempt: Callable[[SamplingSettings, int], Believed],
    notes: Callable[[Believed], Iterable[str]],
) -> tuple[Believed, Diagnostics]:
    """A run (1) and, until one can be believed, more careful ones (2, 3): what was seen of the
    last, and its diagnostics. Modes that share the weight, and no chain goes between, end it. After
    many divergences in one mode the second is as careful as a third, and no longer; a first run
    that was `sharp` had such steps, and has them again in the coordinates of its own draws.
    """
    start, finer, longer = time.monotonic(), 0, False
    for runs in (1, 2, 3):
        rung = careful(settings, runs, FINER[finer], longer=longer) if runs > 1 else settings
        seen = attempt(rung, runs)
        told = diagnose(seen.parameters, seen.stats, settings.max_treedepth)
        count = settings.chains * settings.draws
        clean = is_clean(told, count) and seen.whole
        if clean or (runs > 1 and seen.modes and seen.modes.shared):
            break
        many = runs == 1 and told["divergences"] > max(1, _MANY * count)
        many = many and seen.whole and not seen.modes
        finer += 2 if many or seen.sharp else 1
        spare = not longer or told["ess_bulk"] > 3 * ESS_LIMIT  # would half the draws have done?
        longer = not (many or (mixes(told, count) and seen.whole and spare))
    return seen, Diagnostics(
        **told,
        stuck=seen.stuck,
        modes=seen.modes.count if seen.modes else 1,
        runs=runs,
        seconds=time.monotonic() - start,
        verdict=("ok" if runs == 1 else "refit") if clean else "suspect",
        notes=tuple(notes(seen)),
    )


@dataclass(frozen=True, eq=False)
class _Seen:
    """What is left of the chains of a run, the modes, and which chains are stuck."""

    draws: Mapping[str, Array]
    stats: Mapping[str, Array]
    parameters: Mapping[modes.Key, Array]
    stuck: tuple[int, ...]
    minor: tuple[int, ...]
    modes: modes.Modes | None
    rows: list[dict[str, Any]]
    told_apart: str
    whole: bool
    sharp: bool
    heaviest: Array  # draws [n, P] of the only mode, or of the heaviest


def _see(found: Run, problem: Problem, goals: tuple[str, ...], *, again: bool) -> _Seen:
    """Leave out of a later run chains that are stuck, or in a mode of little weight, if they are
    the fewer.
    """
    count = len(found.lp)
    stuck = stuck_chains(found.lp)
    out = stuck if again and len(stuck) < count / 2 else ()
    draws, stats = _of_chains(found, problem, out)
    parameters = scalars(draws, goals)
    several = modes.find(parameters)
    rows: list[dict[str, Any]] = []
    sentence = ""
    minor: tuple[int, ...] = ()
    kept = [c for c in range(count) if c not in out]
    v = heaviest = found.v[kept]
    if several:
        if several.apart:
            inside = [v[several.labels == mode].mean(axis=0) for mode in range(several.count)]
            several = several.weighed([log_mass(problem, centre) for centre in inside])
        heaviest = v[several.labels == several.in_order[0]]
        rows = modes.describe(parameters, stats["lp"], several)
        sentence = modes.sentence(parameters, several)
        if again and several.apart:
            minor = tuple(kept[c] for c in several.minor())
        if minor and len(out) + len(minor) <= count / 2:
            draws, stats = _of_chains(found, problem, (*out, *minor))
            parameters = scalars(draws, goals)
        else:
            minor = ()
    flat = heaviest.reshape(-1, v.shape[-1])
    whole = stuck == out and (again or found.missed is None)
    return _Seen(
        draws, stats, parameters, stuck, minor, several, rows, sentence, whole, found.sharp, flat
    )


def _of_chains(
    found: Run, problem: Problem, left_out: tuple[int, ...]
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Draws and sampler statistics of all chains but those."""
    kept = [c for c in range(len(found.lp)) if c not in left_out]
    draws = {name: x[kept] for name, x in natural_draws(found, problem).items()}
    return draws, {name: found.columns[column][kept, :, 0] for name, column in STATS.items()}


def _notes(seen: _Seen, speaker: Speaker) -> Iterator[str]:
    if seen.told_apart:
        yield seen.told_apart
    left_out = (*(seen.stuck if seen.whole else ()), *seen.minor)
    for what, which in (
        ("stuck far below the others", seen.stuck),
        ("in a minor mode", seen.minor),
    ):
        if which:
            names = ", ".join(str(c + 1) for c in which)
            out = ", left out" if set(which) <= set(left_out) else ""
            yield f"chain {names} {what}{out}"
    yield from silence(seen.parameters, speaker)


def silence(parameters: Mapping[modes.Key, Array], speaker: Speaker) -> Iterator[str]:
    """What the answers do not tell of these parameters, if anything."""
    silent = uninformed(parameters, len(speaker.utilities))
    if silent and len(silent) == len({name for name, _ in parameters}):
        yield "the answers carry no information: this is the prior"
    elif silent:
        yield f"the answers say next to nothing of {', '.join(silent)}"


def problem_of(behaviour: Behaviour, speaker: Speaker, settings: SamplingSettings) -> Problem:
    """What is to be sampled."""
    return Problem(
        behaviour.counts,
        behaviour.yes,
        behaviour.n,
        behaviour.values,
        behaviour.negated,
        speaker,
        settings.semantics == "joint",
    )


def natural_draws(found: Run, problem: Problem) -> dict[str, Array]:
    """The natural parameters of a run, and theta if it is inferred."""
    at, speaker = problem.natural(found.v), problem.speaker
    draws = {"alpha": at.alpha}
    if speaker.has_phi:
        draws["phi"] = at.phi
    if speaker.level == 2:
        draws["omega"] = at.omega
    if at.cost is not None:
        draws["cost"] = at.cost
    if problem.joint:
        draws["theta"] = problem.theta(found.v)
    return draws


_NODES, _LEAST_NODES = 5, 24  # of the phi integral for each unit of alpha: log p right within 1e-4


def _log_speaker(sampled: Sampled, draws: int) -> Array:
    total = sampled.stats["lp"].size
    picked = thinned(total, draws)
    flat = {k: x.reshape(total, *x.shape[2:])[picked] for k, x in sampled.draws.items()}
    b = sampled.behaviour
    theta = flat.get("theta", b.theta)
    costs: ArrayLike = (
        0.0 if b.negated is None else rsa.negation_cost(flat["cost"], b.negated)[:, None]
    )
    alpha, theta = flat["alpha"][:, None], np.expand_dims(theta, -3)
    if sampled.speaker.level == 1:
        return rsa.s1(alpha, flat["phi"], theta, b.values, costs)
    nodes = max(_LEAST_NODES, round(_NODES * alpha.max()))
    return rsa.s2(alpha, flat.get("phi"), flat["omega"], theta, b.values, costs, nodes)


def careful(settings: SamplingSettings, run: int, finer: int, *, longer: bool) -> SamplingSettings:
    """Settings for a later run: steps that are so much less often refused, another seed, and where
    it shall be `longer` twice the warm-up and the draws. What only diverged has draws enough.
    """
    length = 2 if longer else 1
    return replace(
        settings.finer(finer),
        warmup=length * settings.warmup,
        draws=length * settings.draws,
        seed=settings.seed + 1_000_003 * (run - 1),
    )


def _check(name: str, array: ArrayLike, shape: tuple[int, ...]) -> None:
    if np.shape(array) != shape:
        raise ValueError(f"{name} must have the shape {shape}, not {np.shape(array)}")
    if not np.all(np.isfinite(array)) or np.any(np.asarray(array) < 0):
        raise ValueError(f"{name} must be finite and not negative")


def _flags(behaviour: Behaviour) -> Array:
    absent = np.zeros(len(behaviour.utterances))
    return absent if behaviour.negated is None else np.asarray(behaviour.negated, dtype=float)


def _plain(value: Any) -> Any:
    """What a netCDF attribute can hold."""
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return "; ".join(value)
    return list(value) if isinstance(value, tuple) else value


def _settings(settings: SamplingSettings) -> dict[str, Any]:
    return {key: value for key, value in asdict(settings).items() if value is not None}
