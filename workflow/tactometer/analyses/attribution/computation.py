"""Attribution: which part of a prompt moves phi, by Shapley values over all subsets of parts.

A prompt has a goal sentence, a framing, names and a vignette. phi of a goal in a framing is the
posterior of that fit. Within a fit, the answers to one vignette, or of one name, move the posterior
mean of phi by what they count for times their influence, Cov(phi, log p(u|s)): to first order, to
the phi of a fit to answers like these alone. So phi is known on the whole grid of parts, additive
in vignette and names within a fit. The value of a subset of parts is phi with these parts as in the
prompt, the goal `default` where it is not among them, and the mean over all levels of the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from tactometer.analyses.answer_arrays import Answers, Integers, each, sums
from tactometer.analyses.evidence import (
    LABEL_TYPES,
    NAMES,
    ONE_FIT,
    PARAMETERS,
    Evidence,
    table,
)
from tactometer.analyses.posterior_differences import holm
from tactometer.analyses.shifts.computation import DEFAULT, worst
from tactometer.analyses.vignette_effects.computation import shuffled
from tactometer.inference.intervals import hdi
from tactometer.utils.arrays import Array

PARTS = ("goal", "framing", "name", "vignette")
FRAMED = ("model", "checkpoint", "goal", "framing")
TESTED = ("name", "vignette")  # the others are tested where they are effects: on their own
SHUFFLES = 20
MORE = 200  # where those leave a doubt: of twenty, a p below .005 comes two to ten times too often
DOUBTED = 0.05
SCHEMA = {
    **NAMES,
    **LABEL_TYPES,
    "part": pl.String,
    **dict.fromkeys(["shift", "shift_low", "shift_high"], pl.Float64),
    **dict.fromkeys(["size", "size_low", "size_high", "size_by_chance", "p", "p_holm"], pl.Float64),
    "found": pl.Boolean,
    "verdict": pl.String,
}
Subset = frozenset[str]


@dataclass(frozen=True)
class Goal:
    """One goal of a checkpoint: phi [framing, draw]; of each prompt its framing, names and vignette
    by number (of `levels`), its cell, and how much it would move phi if all answers were its.
    """

    phi: Array
    framing: Integers
    names: dict[str, Integers]
    vignette: Integers
    levels: dict[str, int]
    cell: Integers
    move: Array
    named: dict[str, object]
    verdict: str


def analyse(evidence: Evidence) -> pl.DataFrame:
    """A row for each (model, checkpoint, goal but `default`) and part of the prompt, and `all`.

    `shift` is the mean Shapley value over prompts; the parts add up to `all`, the whole shift of
    phi against `default`. Vignettes and names shift nothing on the mean: `size`, the root mean
    square, says how much they matter from prompt to prompt, `size_by_chance` how much of it remains
    when answers are dealt out anew (`p`: a gamma with their moments, and no less than they show)
    and, for goal and framing, when fits that are alike fall apart by chance. `found`
    where Holm's p over this whole table is below its level; null for goal and framing, which
    `shifts` and `framing_effects` test.
    """
    rows: list[dict[str, Any]] = []
    for goals in _checkpoints(evidence):
        reference = goals.get(DEFAULT)
        for name, goal in goals.items():
            if reference is not None and name != DEFAULT and goal.phi.shape == reference.phi.shape:
                rng = evidence.rng(*(str(goal.named[k]) for k in ("model", "checkpoint", "goal")))
                rows += [{**goal.named, **row} for row in _attributed(goal, reference, rng)]
    if not rows:
        return pl.DataFrame(schema=SCHEMA)
    tested = [row for row in rows if row["p"] is not None]
    for row, p in zip(tested, holm(np.array([row["p"] for row in tested])), strict=True):
        row |= {"p_holm": float(p), "found": bool(p < evidence.level)}
    return table(rows, SCHEMA)


def shapley(value: Callable[[Subset], Array]) -> dict[str, Array]:
    """The Shapley value of each of PARTS, exact: over all subsets of the others.

    `value` gives what a subset of parts is worth, of any shape; Shapley (1953).
    """
    worth = {
        frozenset(subset): value(frozenset(subset))
        for size in range(len(PARTS) + 1)
        for subset in combinations(PARTS, size)
    }
    found = {}
    for part in PARTS:
        total: Any = 0.0
        for subset, without in worth.items():
            if part not in subset:
                orders = factorial(len(subset)) * factorial(len(PARTS) - len(subset) - 1)
                total = total + orders * (worth[subset | {part}] - without)
        found[part] = np.asarray(total / factorial(len(PARTS)))
    return found


def _on_grid(goal: Array, reference: Array, part: str | None) -> Callable[[Subset], Array]:
    """The value of a subset where phi, or what `part` adds to it, is known by framing [framing,
    ...].

    Without its part a vignette or a name adds nothing: their means over the design are 0.
    """

    def value(subset: Subset) -> Array:
        x = goal if "goal" in subset else reference
        if part is not None and part not in subset:
            return np.zeros_like(x)
        return x if "framing" in subset else np.broadcast_to(x.mean(axis=0), x.shape)

    return value


def _attributed(goal: Goal, default: Goal, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """The rows of one goal: shift and size of each part, and of all."""
    phi = shapley(_on_grid(goal.phi, default.phi, None))  # [framing, draw]
    by_vignette = shapley(_on_grid(_of_vignettes(goal), _of_vignettes(default), "vignette"))
    of_names = [_on_answers(_of_names(one), goal.names) for one in (goal, default)]
    by_name = shapley(_on_grid(of_names[0], of_names[1], "name"))  # [framing, answer]
    chance = _chance(goal, default, rng, SHUFFLES)
    more: dict[str, list[float]] = {}
    total = np.zeros(goal.phi.shape[1])
    n = np.bincount(goal.framing, minlength=len(goal.phi))
    share = n / n.sum()
    for part in PARTS:
        extra = _extra(goal, by_vignette[part], by_name[part])
        mean = np.bincount(goal.framing, extra, len(goal.phi)) / n
        square = np.bincount(goal.framing, extra**2, len(goal.phi)) / n
        x = phi[part]
        shift = share @ (x + mean[:, None])
        size = np.sqrt(share @ (x**2 + 2 * x * mean[:, None] + square[:, None]))
        total += shift
        told = _told("shift", shift) | _told("size", size)
        if part in TESTED:
            against = _against(size, chance[part])
            if against["p"] < DOUBTED:
                more = more or _chance(goal, default, rng, MORE)
                against = _against(size, more[part])
            told |= against
        else:  # beside the answers' noise that of the posterior, and of where it came to lie
            noise = 2 * share @ x.var(axis=1) + np.mean(np.square(chance[part]))
            told |= {"size_by_chance": float(np.sqrt(noise)), "p": None}
        yield {"part": part, **told, "verdict": _verdict(goal, default)}
    yield {"part": "all", **_told("shift", total), "p": None, "verdict": _verdict(goal, default)}


def _extra(goal: Goal, by_vignette: Array, by_name: Array) -> Array:
    """What the vignette [framing, vignette] and names [framing, answer] of each answer add."""
    of_vignette = by_vignette[goal.framing, goal.vignette]
    return np.asarray(of_vignette + by_name[goal.framing, np.arange(len(goal.framing))])


def _told(name: str, x: Array) -> dict[str, float | None]:
    low, high = hdi(x)
    return {name: float(x.mean()), f"{name}_low": low.item(), f"{name}_high": high.item()}


def _verdict(goal: Goal, default: Goal) -> str:
    return "ok" if goal.verdict == default.verdict == "ok" else "suspect"


def _against(size: Array, chance: list[float]) -> dict[str, float]:
    """How large a size is by chance, and how likely one so large is: by a gamma with the moments
    of what chance gave, and at least as likely as it came there.
    """
    squares = np.array(chance) ** 2
    mean, variance = float(squares.mean()), float(squares.var(ddof=1))
    if variance == 0:
        return {"size_by_chance": mean**0.5, "p": 1.0}
    square = size.mean() ** 2
    p = float(special.gammaincc(mean**2 / variance, square * mean / variance))
    beyond = int((squares >= square * (1 - 1e-9)).sum())
    seen = (beyond + 1) / (len(chance) + 1) if beyond else 0.0
    return {"size_by_chance": mean**0.5, "p": max(p, seen)}


def _means(x: Array, framing: Integers, level: Integers, shape: tuple[int, int]) -> Array:
    """The means of x by framing and level: [framing, level]; 0 where there is no answer."""
    at = framing * shape[1] + level
    n = np.bincount(at, minlength=shape[0] * shape[1])
    total = np.bincount(at, x, shape[0] * shape[1])
    return np.asarray((total / np.maximum(n, 1)).reshape(shape))


def _of_vignettes(goal: Goal, level: Integers | None = None) -> Array:
    """How much each vignette moves phi in each framing: [framing, vignette]."""
    level = goal.vignette if level is None else level
    return _means(goal.move, goal.framing, level, (len(goal.phi), goal.levels["vignette"]))


def _of_names(goal: Goal, names: Mapping[str, Integers] | None = None) -> dict[str, Array]:
    """How much each speaker and listener moves phi beside the vignette: [framing, name] each."""
    beside = goal.move - _of_vignettes(goal)[goal.framing, goal.vignette]
    named = goal.names if names is None else names
    shape = {who: (len(goal.phi), goal.levels[who]) for who in named}
    return {who: _means(beside, goal.framing, level, shape[who]) for who, level in named.items()}


def _on_answers(effects: Mapping[str, Array], names: Mapping[str, Integers]) -> Array:
    """What the names of each answer add in every framing: [framing, answer]."""
    return np.asarray(sum(effects[who][:, level] for who, level in names.items()))


def _chance(
    goal: Goal, default: Goal, rng: np.random.Generator, often: int
) -> dict[str, list[float]]:
    """The size of each part when vignettes and names are dealt out anew within framing and state,
    so often.

    Those of goal and framing are of what vignettes and names seem to add to them.
    """
    found: dict[str, list[float]] = {part: [] for part in PARTS}
    for _ in range(often):
        grids, effects = [], []
        for one in (goal, default):
            order = shuffled(np.arange(len(one.cell)), one.cell, rng)
            grids.append(_of_vignettes(one, one.vignette[order]))
            effects.append(_of_names(one, {who: x[order] for who, x in one.names.items()}))
        by_vignette = shapley(_on_grid(grids[0], grids[1], "vignette"))
        of_answers = [_on_answers(x, goal.names) for x in effects]
        by_name = shapley(_on_grid(of_answers[0], of_answers[1], "name"))
        for part in PARTS:
            found[part].append(_rms(_extra(goal, by_vignette[part], by_name[part])))
    return found


def _rms(x: Array) -> float:
    return float(np.sqrt(np.mean(x**2)))


def _checkpoints(evidence: Evidence) -> Iterator[dict[str, Goal]]:
    """The goals of each checkpoint that was fitted in every framing of its answers."""
    of_fits = _predicted(evidence)
    influence, effective = _influence(evidence, of_fits), _effective(of_fits)
    found: dict[str, Goal] = {}
    place: tuple[object, object] | None = None
    for answers in each(evidence):
        here = (answers.named["model"], answers.named["checkpoint"])
        if here != place:
            if found:
                yield found
            found, place = {}, here
        goal = _goal(evidence, answers, influence, effective)
        if goal is not None:
            found[str(answers.named["goal"])] = goal
    if found:
        yield found


def _predicted(evidence: Evidence) -> pl.DataFrame:
    """What each fit of a framing that stands says of each answer."""
    stands = evidence.by_framing.fits.select(ONE_FIT).lazy()
    rows = evidence.tables["predictive"].join(stands, on=ONE_FIT)
    return rows.select(*FRAMED, "state", "utterance", "phi_influence", "effective").collect()


def _influence(
    evidence: Evidence, predicted: pl.DataFrame
) -> dict[tuple[object, ...], dict[int, Array]]:
    """Cov(phi, log p) by FRAMED, then by state: [utterance]."""
    order = {u: i for i, u in enumerate(evidence.utterances)}
    wide = predicted.sort(pl.col("utterance").replace_strict(order, return_dtype=pl.Int64))
    found: dict[tuple[object, ...], dict[int, Array]] = {}
    states = wide.partition_by(*FRAMED, "state", as_dict=True, maintain_order=True)
    for key, part in states.items():
        found.setdefault(key[:4], {})[key[4]] = part["phi_influence"].to_numpy()
    return found


def _effective(predicted: pl.DataFrame) -> dict[tuple[object, ...], float]:
    """What the answers count for in a fit, by FRAMED: those of one vignette hang together, so fewer
    than there are.
    """
    states = predicted.group_by(*FRAMED, "state").agg(pl.col("effective").first())
    found = states.group_by(FRAMED).agg(pl.col("effective").sum())
    return {row[:4]: float(row[4]) for row in found.iter_rows()}


def _goal(
    evidence: Evidence,
    answers: Answers,
    influence: Mapping[tuple[object, ...], Mapping[int, Array]],
    effective: Mapping[tuple[object, ...], float],
) -> Goal | None:
    """One goal's phi and answers; None where a framing of the answers has no fit."""
    frame, named = answers.frame, answers.named
    who = [pl.col(key).eq(named[key]) for key in ("model", "checkpoint", "goal")]
    fits = evidence.by_framing.where(*who)
    framings = sorted(set(frame["framing"]))
    if sorted(fits.fits["framing"]) != framings:
        return None
    order = [fits.fits["framing"].to_list().index(name) for name in framings]
    framing = np.searchsorted(framings, frame["framing"].to_numpy()).astype(np.int64)
    key = tuple(named[k] for k in ("model", "checkpoint", "goal"))
    per_answer = np.array(
        [influence[(*key, f)][s] for f, s in frame.select("framing", "state").iter_rows()]
    )
    each_moves = (answers.shares * per_answer).sum(axis=1)
    weight = np.array([effective[(*key, f)] for f in framings])
    cell_means = sums(each_moves, answers.cell, int(answers.cell.max()) + 1)
    centred = each_moves - (cell_means / np.bincount(answers.cell))[answers.cell]
    return Goal(
        phi=fits.draws[order][..., PARAMETERS.index("phi")],
        framing=framing,
        names={who: evidence.number(who, frame) for who in ("speaker_name", "listener_name")},
        vignette=evidence.number("vignette", frame),
        levels={
            who: len(evidence.levels[who]) for who in ("speaker_name", "listener_name", "vignette")
        },
        cell=answers.cell,
        move=weight[framing] * centred,
        named=named,
        verdict=worst(fits.fits, *order),
    )
