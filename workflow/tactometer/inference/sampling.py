"""Sample the posterior of one speaker model by MCMC, and judge whether its chains converged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tactometer.inference import modes, stan_runs
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.cut import sample_cut
from tactometer.inference.mode_search import Problem, log_mass
from tactometer.inference.refits import ladder
from tactometer.inference.sampled import Sampled
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.stan_runs import Run
from tactometer.inference.summaries import (
    scalars,
    stuck_chains,
    uninformed,
)
from tactometer.speaker_model.variants import SpeakerModel
from tactometer.utils.arrays import Array

STATS = {
    "lp": "lp__",
    "diverging": "divergent__",
    "tree_depth": "treedepth__",
    "n_steps": "n_leapfrog__",
    "acceptance_rate": "accept_stat__",
    "step_size": "stepsize__",
    "energy": "energy__",
}


def sample(behaviour: Behaviour, speaker: SpeakerModel, settings: SamplingSettings) -> Sampled:
    """Sample the posterior; a run that fails its diagnostics is followed by more `careful` ones,
    the third within the mode that has all the weight.

    Verdicts: `ok` the first run is clean, `refit` a later one is, `suspect` none. UserError if the
    sampler fails. Cut semantics begin with a run at the usual theta (`cut`).
    """
    if settings.semantics == "cut":
        usual = sample(behaviour, speaker, replace(settings, semantics="fixed"))
        return sample_cut(usual, problem_of(behaviour, speaker, settings), settings)
    problem = problem_of(behaviour, speaker, settings)
    found: Run | None = None
    seen: _Seen | None = None

    def attempt(rung: SamplingSettings, number: int) -> _Seen:
        nonlocal found, seen
        within = seen.heaviest if seen and number > 2 else None
        found = stan_runs.run(problem, rung, first=found, within=within)
        before, seen = seen, _see(found, problem, behaviour.goals, again=number > 1)
        if before and before.modes and within is not None and not seen.modes:
            seen = replace(seen, told_apart=f"{before.told_apart}; these are draws of the first")
        return seen

    last, diagnostics = ladder(settings, attempt, lambda seen: _notes(seen, speaker))
    return Sampled(behaviour, speaker, settings, last.draws, last.stats, diagnostics, last.rows)


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


def _notes(seen: _Seen, speaker: SpeakerModel) -> Iterator[str]:
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


def silence(parameters: Mapping[modes.Key, Array], speaker: SpeakerModel) -> Iterator[str]:
    """Notes on parameters that the data do not inform."""
    silent = uninformed(parameters, speaker)
    if silent and len(silent) == len({name for name, _ in parameters}):
        yield "the answers carry no information: this is the prior"
    elif silent:
        yield f"the answers say next to nothing of {', '.join(silent)}"


def problem_of(behaviour: Behaviour, speaker: SpeakerModel, settings: SamplingSettings) -> Problem:
    """The posterior to sample, from data, speaker model and settings."""
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
    draws = problem.natural(found.v).arrays(problem.speaker)
    return {**draws, "theta": problem.theta(found.v)} if problem.joint else draws
