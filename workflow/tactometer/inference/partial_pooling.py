"""Partial pooling of framings: the hierarchical posterior of all framings of one (model,
checkpoint, goal) round their mean, with the same reruns as a framing by itself (`refits`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tactometer.inference import modes
from tactometer.inference.behaviour import Behaviour, DesignEffects
from tactometer.inference.framing_hierarchy import Expansion, Framings, expand, stan_data
from tactometer.inference.refits import ladder
from tactometer.inference.sampled import Sampled
from tactometer.inference.sampling import STATS, silence
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.stan_runs import execute
from tactometer.inference.summaries import Diagnostics, scalars, stuck_chains
from tactometer.reading.counts import POOLED
from tactometer.speaker_model.variants import SpeakerModel
from tactometer.utils.arrays import Array

DELTA = 0.98  # acceptance of the first run: at .9, one fit in two diverges somewhere (measured)
TREEDEPTH = 12
_STARTS = {1: 1.0, 2: 3.0, 3: 1.0}  # how far from the expansion a run's chains start, in its scales

Columns = Mapping[str, Array]
Key = modes.Key


@dataclass(frozen=True, eq=False)
class Mean(Sampled):
    """The posterior of the mean speaker over framings; its answers are those of all framings
    together.
    """

    framings: tuple[Sampled, ...] = ()

    def predict(self, draws: int = 300) -> Array:
        """p(u|s) [draw, goal, state, utterance] of the answers added up: each framing's, by its
        share of a state's answers.
        """
        counts = np.stack([one.behaviour.counts for one in self.framings])
        totals = counts.sum(axis=-1, keepdims=True)
        shares = np.where(totals.sum(axis=0) > 0, totals, 1.0)
        p = [one.predict(draws) for one in self.framings]
        return np.asarray(sum(w * x for w, x in zip(shares / shares.sum(axis=0), p, strict=True)))


def sample_framings(
    behaviours: Mapping[str, Behaviour], speaker: SpeakerModel, settings: SamplingSettings
) -> dict[str, Sampled]:
    """Sample the hierarchical posterior of each framing and of their mean, `pooled`, from
    behaviours of one goal that have their semantics in common.

    The mean has the draws `spread` beside a speaker's. One run serves all, so what its diagnostics
    say holds for each; its seconds are shared out. UserError if the sampler fails.
    """
    one = next(iter(behaviours.values()))
    counts = np.stack([behaviour.counts[0] for behaviour in behaviours.values()])
    joint = settings.semantics == "joint"
    problem = Framings(counts, one.yes, one.n, one.values, one.negated, speaker, joint)
    at = expand(problem)
    first = replace(settings, adapt_delta=settings.adapt_delta or DELTA, max_treedepth=TREEDEPTH)

    def attempt(rung: SamplingSettings, number: int) -> _Seen:
        columns = _run(problem, at, rung, _STARTS[number])
        return _see(columns, problem, at, tuple(behaviours), again=number > 1)

    seen, diagnostics = ladder(first, attempt, _notes)
    diagnostics = replace(diagnostics, seconds=diagnostics.seconds / (len(behaviours) + 1))
    return _posteriors(behaviours, speaker, settings, seen, diagnostics)


@dataclass(frozen=True, eq=False)
class _Seen:
    """A run without the chains that are left out: draws and parameters by framing (and POOLED)."""

    draws: Mapping[str, Mapping[str, Array]]
    stats: Columns
    parameters: Mapping[Key, Array]
    stuck: tuple[int, ...]
    modes: modes.Modes | None
    whole: bool
    sharp: bool = False  # there is no pilot


def _run(problem: Framings, at: Expansion, settings: SamplingSettings, reach: float) -> Columns:
    rng = np.random.default_rng(settings.seed)
    data = stan_data(problem, at)
    size = 1 + data["K"] * (1 + data["G"]) + data["P"]
    far = np.full(size, reach)
    far[0] = 1.0
    far[size - data["P"] :] = 1.0
    inits = [{"z": (far * rng.uniform(-1, 1, size)).tolist()} for _ in range(settings.chains)]
    program = problem.speaker.stan_file(joint=problem.joint, framings=True)
    return execute(program, data, inits, settings, settings.warmup, settings.draws)


def _see(
    columns: Columns, problem: Framings, at: Expansion, names: tuple[str, ...], *, again: bool
) -> _Seen:
    """Leave out of a later run chains that are stuck, if they are the fewer."""
    lp = columns["lp__"][..., 0]
    stuck = stuck_chains(lp)
    out = stuck if again and len(stuck) < len(lp) / 2 else ()
    kept = [c for c in range(len(lp)) if c not in out]
    columns = {name: x[kept] for name, x in columns.items()}
    draws = {name: _framing(columns, problem, f) for f, name in enumerate(names)}
    draws[POOLED] = _mean(columns, problem)
    if problem.joint:
        theta = at.theta(problem, columns["z"])
        draws = {name: {**mine, "theta": theta} for name, mine in draws.items()}
    parameters: dict[Key, Array] = {}
    for framing, mine in draws.items():
        for (name, _), x in scalars(mine, (framing,)).items():
            parameters[name, framing] = x
    stats = {name: columns[column][..., 0] for name, column in STATS.items()}
    return _Seen(draws, stats, parameters, stuck, modes.find(parameters), whole=stuck == out)


def _framing(columns: Columns, problem: Framings, f: int) -> dict[str, Array]:
    goals = len(problem.counts)
    omega = columns["omega"][..., f::goals]  # Stan's order is column by column
    mine = {"alpha": columns["alpha"][..., f], "omega": omega}
    if "phi" in columns:
        mine["phi"] = columns["phi"][..., f : f + 1]
    return _speaker(columns, problem, mine)


def _mean(columns: Columns, problem: Framings) -> dict[str, Array]:
    mine = {"alpha": columns["mean_alpha"][..., 0], "omega": columns["mean_omega"]}
    if "mean_phi" in columns:
        mine["phi"] = columns["mean_phi"]
    return {**_speaker(columns, problem, mine), "spread": columns["spread"][..., 0]}


def _speaker(columns: Columns, problem: Framings, mine: Columns) -> dict[str, Array]:
    """The draws of one speaker as `sampling.natural_draws` has them, with a single goal."""
    shared = {name: columns[name][..., 0] for name in problem.speaker.extras}
    bent = {name: np.minimum(x, 1.0) for name, x in mine.items() if name != "alpha"}
    found = {**mine, **bent, **shared, "omega": bent["omega"][..., None, :]}
    return {name: found[name] for name in problem.speaker.arrays}


def _posteriors(
    behaviours: Mapping[str, Behaviour],
    speaker: SpeakerModel,
    settings: SamplingSettings,
    seen: _Seen,
    diagnostics: Diagnostics,
) -> dict[str, Sampled]:
    """What was seen, as a posterior for each framing and one for the mean."""
    rows = modes.describe(seen.parameters, seen.stats["lp"], seen.modes) if seen.modes else []

    def known(name: str) -> dict[str, Any]:
        mine = {key: x for key, x in seen.parameters.items() if key[1] == name}
        notes = (*diagnostics.notes, *silence(mine, speaker))
        return {
            "speaker": speaker,
            "settings": settings,
            "draws": seen.draws[name],
            "stats": seen.stats,
            "diagnostics": replace(diagnostics, notes=notes),
            "modes": [{**row, "goal": None} for row in rows if row["goal"] == name],
        }

    found = {name: Sampled(behaviour=b, **known(name)) for name, b in behaviours.items()}
    one = next(iter(behaviours.values()))
    total = replace(
        one,
        counts=np.sum([b.counts for b in behaviours.values()], axis=0),
        design_effects=_of_all(list(behaviours.values())),
        vignettes=None,
    )
    mean = Mean(behaviour=total, framings=tuple(found.values()), **known(POOLED))
    return {**found, POOLED: mean}


def _of_all(behaviours: Sequence[Behaviour]) -> DesignEffects | None:
    """The design effects of framings together: all their answers over the effective ones."""
    effects = [b.design_effects for b in behaviours if b.design_effects is not None]
    if len(effects) < len(behaviours):
        return None
    kept = np.array([np.sum(b.counts, axis=(1, 2)) for b in behaviours])  # [framing, goal]
    all_of_them = (kept * [effect.choices for effect in effects]).sum(axis=0)
    together = all_of_them / np.maximum(kept.sum(axis=0), 1e-300)
    return DesignEffects(tuple(np.maximum(together, 1.0).tolist()), effects[0].words)


def _notes(seen: _Seen) -> Iterator[str]:
    if seen.modes and seen.modes.apart:
        name, framing = seen.modes.by
        yield (
            f"{seen.modes.count} modes of {name} ({framing}) that chains do not go between: their"
            " weights are those of the starts"
        )
    elif seen.modes:
        yield modes.sentence(seen.parameters, seen.modes)
    if seen.stuck:
        names = ", ".join(str(c + 1) for c in seen.stuck)
        yield f"chain {names} stuck far below the others{', left out' if seen.whole else ''}"
