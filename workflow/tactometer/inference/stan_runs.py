"""Run a Stan program by NUTS in whitened coordinates, in which its steps are long.

With theta plugged in, a speaker has four coordinates or so, and the metric of the warm-up does the
rest. With theta inferred there are forty more, and a ridge that the mode's curvature does not show:
a pilot (the first part of the warm-up) measures it, and the chains go on in its coordinates.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from tactometer.inference import cmdstan
from tactometer.inference.mode_search import Problem, Whitening, measure, peaks, whiten
from tactometer.inference.settings import FINER, SamplingSettings
from tactometer.inference.summaries import stuck_chains
from tactometer.utils.arrays import Array
from tactometer.utils.errors import UserError

PILOT = 0.25  # of the warm-up: so much to tune the pilot, and so much to measure by it
_CLIMBS = 2  # for each chain: of a speaker whose lighter mode draws climbs, few find the heavier
_ENOUGH = 4  # draws of a pilot for each coordinate
_FAR = 7.0  # nats less mass: a mode that is not worth a chain
_WEIGHTY = 3.0  # nats less mass: a mode of 5% of the weight
# of a warm-up: chains start where they belong, and what is hard to tell is how long a step may be
# (a pilot of 100 is too short for these: CmdStan gives 15% and 10% of it in their place)
_BUFFERS = ("init_buffer=25", "term_buffer=75")
# of a chain: small arrays come back from the thread's own cache, a tenth of a gradient's time
_TUNABLES = "glibc.malloc.tcache_count=200:glibc.malloc.tcache_max=65536"
_NEAR = 2.0  # standard deviations from the nearest draw (of thousands, in four dimensions)


@dataclass(frozen=True, eq=False)
class Run:
    """The output of all chains: `columns` by Stan's names [chain, draw, element], in Stan's
    (column-major) order, and `v` [chain, draw, P]: entries of the cone, cost's and lapse's, logit
    theta.

    `missed` are modes [n, P] that the search gives weight, and no chain stayed in; `sharp` says
    that the pilot diverged, and steps as fine as those after many divergences were taken at once.
    """

    columns: Mapping[str, Array]
    v: Array
    missed: Array | None = None
    sharp: bool = False

    @property
    def lp(self) -> Array:
        """The log posterior [chain, draw]."""
        return self.columns["lp__"][..., 0]


def run(
    problem: Problem,
    settings: SamplingSettings,
    *,
    first: Run | None = None,
    within: Array | None = None,
) -> Run:
    """One run of all chains, each from what is uphill from draws of the prior: what they disagree
    about is no accident of where they began. UserError if the sampler fails.

    `first` is an earlier run that was in doubt: its draws take the pilot's place, and chains start
    where it was and where it was not (`_again`). When it is known what there is, they start
    `within` draws [n, P] of the mode to look into.
    """
    rng = np.random.default_rng(settings.seed)
    if within is not None:
        at = measure(problem, within, whiten(problem, within.mean(axis=0)))
        starts = rng.choice(within, settings.chains)
        return _later(problem, at, at.coordinates(starts), settings)
    tops, masses = peaks(problem, _CLIMBS * settings.chains, rng)
    heaviest, weighty = tops[masses.argmax()], tops[masses > masses.max() - _WEIGHTY]
    at = whiten(problem, heaviest)
    if first is not None:
        at = measure(problem, _believed(first), at)
        starts = at.coordinates(_again(first, weighty, problem, rng))
        return _later(problem, at, starts + rng.uniform(-0.5, 0.5, starts.shape), settings)
    near = _near(tops, masses, settings.chains, rng)
    starts = at.coordinates(near) - at.coordinates(heaviest)
    starts += rng.uniform(-0.5, 0.5, starts.shape)
    found = _first(problem, at, starts, settings, rng)
    return replace(found, missed=_missed(found, weighty, problem))


def _first(
    problem: Problem,
    at: Whitening,
    starts: Array,
    settings: SamplingSettings,
    rng: np.random.Generator,
) -> Run:
    """A first run from starts [chain, P], in the coordinates of a pilot if theta is inferred."""
    warmup = _pilot(problem, at, settings)
    if not warmup:
        return _run(problem, at, starts, settings)
    pilot = _run(problem, at, starts, settings, (warmup, warmup))
    at = measure(problem, _believed(pilot), at)
    ends = _ends(pilot, rng)
    sharp = bool(pilot.columns["divergent__"].sum() > 1)
    tuned = settings.finer(FINER[2]) if sharp else settings
    return replace(_later(problem, at, at.coordinates(ends), tuned), sharp=sharp)


def _later(problem: Problem, at: Whitening, starts: Array, settings: SamplingSettings) -> Run:
    """A run after a pilot, or after other runs: without what a pilot takes of the warm-up."""
    rest = settings.warmup - 2 * _pilot(problem, at, settings)
    return _run(problem, at, starts, settings, (rest, settings.draws))


def _pilot(problem: Problem, at: Whitening, settings: SamplingSettings) -> int:
    """Iterations to tune a pilot, and as many to measure by it; 0 where they would be too few."""
    warmup = round(PILOT * settings.warmup)
    enough = settings.chains * warmup >= _ENOUGH * at.centre.size
    return warmup if problem.joint and enough else 0


def _again(first: Run, weighty: Array, problem: Problem, rng: np.random.Generator) -> Array:
    """Where a second run starts [chain, P]: each chain where it was, so that no mode is lost, and
    half of them in modes that have weight and no draw of the first.
    """
    count = len(first.v)
    starts, stuck = rng.choice(_believed(first), count), stuck_chains(first.lp)
    for c in set(range(count)) - set(stuck):
        starts[c] = rng.choice(first.v[c])
    known = weighty if first.missed is None else np.vstack([first.missed, weighty])
    missed = _missed(first, known, problem)
    if missed is not None:
        starts[: count // 2] = rng.choice(missed, count // 2)
    return starts


def _missed(found: Run, tops: Array, problem: Problem) -> Array | None:
    """Those of these modes [n, P] that no draw is near, in standard deviations of the entries."""
    x = found.v[..., : problem.entries].reshape(-1, problem.entries)
    factor = np.linalg.cholesky(np.cov(x.T) + 1e-9 * np.eye(problem.entries))
    z, peaks = (np.linalg.solve(factor, y.T).T for y in (x, tops[:, : problem.entries]))
    far = [np.linalg.norm(z - peak, axis=1).min() > _NEAR for peak in peaks]
    return tops[far] if any(far) else None


def stan_data(problem: Problem, coordinates: Whitening | None = None) -> dict[str, Any]:
    """The data block of every program; without coordinates, z is (y, ...) itself."""
    at = coordinates or Whitening.none(problem)
    return {
        **behaviour_data(problem),
        "D": problem.entries + problem.speaker.cost,
        "P": at.centre.size,
        "centre": _floats(at.centre),
        "whiten": _floats(at.matrix),
        "order": [int(k) + 1 for k in at.frame.order],
        "slopes": _floats(at.frame.slopes),
        "softness": _floats(at.frame.softness),
    }


def behaviour_data(problem: Problem) -> dict[str, Any]:
    """The data that data.stan declares: the counts, the yes/no answers and the speaker model."""
    goals, states, utterances = problem.counts.shape
    absent = np.zeros(utterances)
    return {
        "G": goals,
        "S": states,
        "U": utterances,
        "values": _floats(problem.values),
        "counts": _floats(problem.counts),
        "yes": _floats(problem.yes),
        "n": _floats(problem.n),
        "joint": int(problem.joint),
        **problem.speaker.data,
        "negated": _floats(absent if problem.negated is None else problem.negated),
    }


def _believed(found: Run) -> Array:
    """The draws [n, P] of the chains that are not stuck."""
    stuck = stuck_chains(found.lp)
    kept = [c for c in range(len(found.lp)) if c not in stuck]
    return found.v[kept].reshape(-1, found.v.shape[-1])


def _ends(pilot: Run, rng: np.random.Generator) -> Array:
    """Where each chain of the pilot ended [chain, P]; a stuck one goes on from another's draw."""
    ends = pilot.v[:, -1].copy()
    believed = _believed(pilot)
    for c in stuck_chains(pilot.lp):
        ends[c] = rng.choice(believed)
    return ends


def _near(tops: Array, masses: Array, chains: int, rng: np.random.Generator) -> Array:
    """The mode [chain, P] for each chain to start from: its own, or one of the others where that
    has no mass to speak of. There are more of `tops` than chains.
    """
    worth = np.flatnonzero(masses > masses.max() - _FAR)
    own = [c if c in worth else int(rng.choice(worth)) for c in range(chains)]
    return tops[own]


def _run(
    problem: Problem,
    at: Whitening,
    starts: Array,
    settings: SamplingSettings,
    length: tuple[int, int] | None = None,
) -> Run:
    stan_file = problem.speaker.stan_file(joint=problem.joint)
    warmup, draws = length or (settings.warmup, settings.draws)
    inits = [{"z": z.tolist()} for z in starts]
    columns = execute(stan_file, stan_data(problem, at), inits, settings, warmup, draws)
    return Run(columns, at.variables(columns["z"]))


def execute(
    stan_file: Path,
    data: Mapping[str, Any],
    inits: Sequence[Mapping[str, Any]],
    settings: SamplingSettings,
    warmup: int,
    draws: int,
) -> dict[str, Array]:
    """Run the compiled program, one chain from each of these starts: its columns as in `Run`."""
    program = cmdstan.executable(stan_file)
    with tempfile.TemporaryDirectory(prefix="tactometer-") as folder:
        files = [Path(folder) / f"init-{c}.json" for c in range(len(inits))]
        for file, init in zip(files, inits, strict=True):
            file.write_text(json.dumps(init))
        data_file = Path(folder) / "data.json"
        data_file.write_text(json.dumps(data))
        # 40 more coordinates are too many for a dense metric learnt from some hundred draws
        metric = "diag_e" if data["joint"] else "dense_e"
        method = [
            *("method=sample", f"num_samples={draws}", f"num_warmup={warmup}"),
            *("algorithm=hmc", f"metric={metric}", "engine=nuts"),
            *(f"max_depth={settings.max_treedepth}", "adapt", "engaged=1"),
            *(f"delta={settings.delta}", *_BUFFERS),
        ]
        commands = [
            [
                *(str(program), f"id={c}", "random", f"seed={settings.seed}", "data"),
                *(f"file={data_file}", f"init={file}", "output", f"file={folder}/draws-{c}.csv"),
                *("sig_figs=9", f"refresh={warmup + draws}", *method),
            ]
            for c, file in enumerate(files, start=1)
        ]
        with ThreadPoolExecutor(min(len(inits), settings.parallel_chains or _cores())) as pool:
            ended = list(pool.map(_chain, commands))
        for told in filter(None, ended):
            raise UserError(f"{stan_file.stem}: the sampler failed ({told}).")
        parts = [_drawn(Path(folder) / f"draws-{c}.csv") for c in range(1, len(inits) + 1)]
    table = np.stack([part.to_numpy() for part in parts])
    columns: dict[str, list[int]] = {}
    for i, column in enumerate(parts[0].columns):
        columns.setdefault(column.partition(".")[0], []).append(i)
    return {name: table[..., i] for name, i in columns.items()}


def _chain(command: Sequence[str]) -> str:
    """Run one chain; what went wrong in its own words, or nothing."""
    env = {"GLIBC_TUNABLES": _TUNABLES, **os.environ}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode == 0:
        return ""
    said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return next((line for line in said if "rror" in line or "xception" in line), "") or (
        said[-1] if said else f"exit status {done.returncode}"
    )


def _drawn(path: Path) -> pl.DataFrame:
    """The draws of one chain, a column for each of CmdStan's."""
    with path.open() as file:
        names = next(line for line in file if not line.startswith("#")).strip().split(",")
    return pl.read_csv(path, comment_prefix="#", schema=dict.fromkeys(names, pl.Float64))


def _floats(array: ArrayLike) -> list[Any]:
    return list(np.asarray(array, dtype=float).tolist())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
