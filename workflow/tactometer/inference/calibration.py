"""Simulation-based calibration: speakers drawn from the prior, answers drawn from the speakers, and
each fitted as the workflow fits.

If sampler and model are right, the rank of the truth among the draws is uniform (Talts and others
2018), whatever the answers were. Two checks for each parameter: the ECDF of the ranks stays within
a simultaneous band (Sailynoja, Burkner and Vehtari 2022), and 95% HDIs hold the truth as often as
they say.
"""

import json
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from tactometer.inference import cmdstan, intervals, stan_sources
from tactometer.inference.behaviour import Behaviour
from tactometer.inference.calibrated import PROGRAMS, Program
from tactometer.inference.framing_hierarchy import draw_prior_of_framings
from tactometer.inference.partial_pooling import sample_framings
from tactometer.inference.sampling import sample
from tactometer.inference.settings import SamplingSettings
from tactometer.inference.summaries import scalars
from tactometer.reading.counts import POOLED
from tactometer.speaker_model import speaker_coordinates
from tactometer.speaker_model.speaker_coordinates import Natural
from tactometer.speaker_model.variants import speaker
from tactometer.utils import atomic_files, paths
from tactometer.utils.arrays import Array
from tactometer.utils.digests import digest

RANKS = 100  # a rank is 0..99: the draws are thinned to 99
BAND = 0.995  # of a parameter: some twenty are looked at, and noise alone may not fail a run
COVERAGE = (0.92, 0.98)
TOLD = 20  # cases between two lines of progress
ALONE = "alone"  # the only framing of a speaker that has one
FRAMINGS = ("first", "second", "third")
PER_STATE, PER_CELL = 130, 52  # answers, as many as the default study asks for
SETTINGS = SamplingSettings(parallel_chains=1)  # a study's: HDIs of fewer draws are too narrow
ROW = {
    "program": pl.String,
    "draw": pl.Int64,
    "parameter": pl.String,
    "truth": pl.Float64,
    "rank": pl.Int64,
    "covered": pl.Boolean,
    "verdict": pl.String,
    "stan": pl.String,  # a digest of the program that fitted it
}


@dataclass(frozen=True)
class Domain:
    """The task of simulated speakers: values [state], utterances, and theta [utterance, state]
    where it is given.
    """

    values: Array
    utterances: tuple[str, ...]
    literal: Array
    negated: Array | None = None


@dataclass(frozen=True)
class Simulated:
    """Speakers of the prior by framing, their answers, and the mean of framings with their spread
    where these are pooled partially.
    """

    speakers: dict[str, Natural]
    behaviours: dict[str, Behaviour]
    mean: Natural | None = None
    spread: float | None = None


def simulate(program: Program, domain: Domain, seed: int) -> Simulated:
    """Draw speakers from the prior and their answers; theta from its prior too, if inferred."""
    rng = np.random.default_rng([20260701, seed])
    known = speaker(program.speaker)
    mean, spread = None, None
    if program.framings:
        mean, spread, speakers = draw_prior_of_framings(rng, known, FRAMINGS)
    else:
        speakers = {ALONE: speaker_coordinates.draw_prior(rng, known, 1)}
    theta = domain.literal
    if program.semantics == "joint":
        theta = rng.uniform(size=theta.shape)
    n = np.full(theta.shape, float(PER_CELL))
    yes = rng.binomial(PER_CELL, theta).astype(float)
    spoken = theta if program.semantics == "joint" else (yes + 1) / (n + 2)
    names = tuple(str(i) for i in range(len(domain.values)))
    behaviours = {}
    for framing, truth in speakers.items():
        p = np.exp(known.log_speaker(truth, spoken, domain.values, domain.negated)[0])
        counts = np.array([[rng.multinomial(PER_STATE, row / row.sum()) for row in p]], float)
        behaviours[framing] = Behaviour(
            counts, yes, n, domain.values, domain.negated, ("prior",), names, domain.utterances
        )
    return Simulated(speakers, behaviours, mean, spread)


def stan_file(name: str) -> Path:
    """The Stan program of a kind of fit."""
    program = PROGRAMS[name]
    known, joint = speaker(program.speaker), program.semantics == "joint"
    return known.stan_file(joint=joint, framings=program.framings)


def check_one(name: str, domain: Domain, seed: int) -> list[dict[str, Any]]:
    """Simulate and fit once: a row for each parameter."""
    program = PROGRAMS[name]
    made = simulate(program, domain, seed)
    settings = replace(SETTINGS, semantics=program.semantics, warmup=program.warmup, seed=seed + 1)
    known = speaker(program.speaker)
    if made.mean is None:
        found = {"": sample(made.behaviours[ALONE], known, settings)}
        truths = {"": made.speakers[ALONE].arrays(known)}
    else:  # framings have one prior: the first stands for all
        fits, one = sample_framings(made.behaviours, known, settings), FRAMINGS[0]
        found = {"": fits[POOLED], f"{one} ": fits[one]}
        truths = {"": made.mean.arrays(known) | {"spread": np.asarray(made.spread)}}
        truths[f"{one} "] = made.speakers[one].arrays(known)
    rows = []
    for prefix, fitted in found.items():
        truth = scalars(truths[prefix], ("prior",))
        for key, x in scalars(fitted.draws, ("prior",)).items():
            if prefix and key[0] in known.extras:
                continue  # shared by all framings, told already
            row = {"program": name, "draw": seed, "parameter": prefix + key[0]}
            told = {"verdict": fitted.diagnostics.verdict, "stan": _digest(stan_file(name))}
            rows.append(row | _ranked(float(truth[key]), x.T.ravel()) | told)
    return rows


def _ranked(value: float, draws: Array) -> dict[str, Any]:
    """Where the truth stands among its draws, and whether their 95% HDI holds it."""
    thinned = draws[intervals.thinned(draws.size, RANKS - 1)]
    low, high = intervals.hdi(draws)
    return {
        "truth": value,
        "rank": int((thinned < value).sum()),
        "covered": bool(low <= value <= high),
    }


def run(
    names: Sequence[str],
    draws: int,
    domain: Domain,
    out: Path,
    *,
    cores: int = 2,
    first: int = 0,
    progress: Callable[[str], None] = cmdstan.say,
) -> bool:
    """Calibrate programs on so many speakers each, write {out}/{program}.csv, and judge whatever
    programs stand there.

    calibration.json holds the judgement. `first` is the number of the first speaker: others draw
    others from the prior. Speakers that stand there already, fitted by the same Stan program, are
    not fitted again: a run that was stopped goes on. Returns whether all of it holds.
    """
    out.mkdir(parents=True, exist_ok=True)
    wanted = range(first, first + draws)
    standing = {name: _standing(out / f"{name}.csv", name) for name in names}
    # threads would wait for each other, and a fork of one that has used polars may hang
    afresh = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(cores, afresh, take_programs, (paths.STAN,))
    try:
        fits = {  # all at once: no core waits for the last speaker of a program
            name: pool.map(
                partial(check_one, name, domain), sorted({*wanted} - {*rows["draw"].unique()})
            )
            for name, rows in standing.items()
        }
        for name, work in fits.items():
            rows = standing[name]
            for found in work:
                rows = rows.vstack(pl.DataFrame(found, schema=ROW))
                done = rows["draw"].n_unique()
                if done % TOLD == 0:
                    _keep(rows, out / f"{name}.csv")
                    progress(f"{name}: {done} speakers fitted, of {draws} that are wanted")
            _keep(rows, out / f"{name}.csv")
    finally:
        pool.shutdown(cancel_futures=True)
    report = _report(out)
    (out / "calibration.json").write_text(json.dumps(report, indent=1) + "\n")
    return bool(report["holds"])


def ranks_in(path: Path) -> pl.DataFrame:
    """The rows of a calibrated program: see ROW. Older files do not name what fitted them."""
    found = pl.read_csv(path, schema_overrides=ROW)
    return found.with_columns(pl.lit(None, ROW[k]).alias(k) for k in ROW if k not in found.columns)


def _standing(path: Path, name: str) -> pl.DataFrame:
    """The rows of speakers that this program, as its text is now, has fitted already."""
    if not path.exists():
        return pl.DataFrame(schema=ROW)
    return ranks_in(path).filter(stan=_digest(stan_file(name)))


def _keep(rows: pl.DataFrame, out: Path) -> None:
    with atomic_files.atomic(out) as path:
        rows.sort("draw", maintain_order=True).write_csv(path)


@cache
def _digest(program: Path) -> str:
    """What a program's Stan and C++ files mean, in short."""
    return digest(stan_sources.sources(program))[:12]


def simulated(
    one: Callable[[Any], Sequence[dict[str, Any]]],
    cases: Sequence[Any],
    what: str,
    cores: int,
    progress: Callable[[str], None],
) -> list[dict[str, Any]]:
    """The rows of every case, simulated and fitted by so many processes."""
    rows: list[dict[str, Any]] = []
    afresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, afresh, take_programs, (paths.STAN,)) as pool:
        for count, found in enumerate(pool.map(one, cases), 1):
            rows += found
            if count % TOLD == 0:
                progress(f"{what}: {count} of {len(cases)}")
    return rows


def take_programs(stan: Path) -> None:
    """Begin a worker: it takes the Stan programs from where its maker does."""
    paths.STAN = stan


def _report(out: Path) -> dict[str, Any]:
    """The judgement of whatever programs stand in that folder, with the commands and settings."""
    ranks = pl.concat([ranks_in(path) for path in sorted(out.glob("*.csv"))])
    judged = list(judge(ranks))
    stand = sorted(ranks["program"].unique())
    speakers: dict[int, list[str]] = {}
    for name in stand:
        speakers.setdefault(ranks.filter(program=name)["draw"].n_unique(), []).append(name)
    verdicts = ranks.unique(["program", "draw"]).group_by("program", "verdict").len()
    return {
        "command": " && ".join(
            f"tactometer calibrate --speakers {count} --programs {' '.join(names)}"
            for count, names in speakers.items()
        ),
        "warmup": {name: PROGRAMS[name].warmup for name in stand},
        "settings": {"draws": SETTINGS.draws, "chains": SETTINGS.chains},
        "band": BAND,
        "coverage": list(COVERAGE),
        "fits": verdicts.sort("program", "verdict").to_dicts(),
        "parameters": judged,
        "holds": all(row["holds"] for row in judged),
    }


def judge(ranks: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Test the ranks for uniformity and the coverage of 95% HDIs, by parameter, with a row `all`
    for each program.

    With 200 speakers a true 95% is seen as anything from 90.5% to 98.5%: so a parameter fails only
    outside its binomial interval, and the promised .92 to .98 is held to a program's parameters
    together.
    """
    for (program, parameter), part in ranks.group_by(["program", "parameter"], maintain_order=True):
        n, held = len(part), int(part["covered"].sum())
        band = gamma(n)
        extreme = float(extremes(part["rank"].to_numpy()[None])[0])
        low, high = stats.binom.ppf([(1 - BAND) / 2, (1 + BAND) / 2], n, 0.95)
        yield {
            "program": program,
            "parameter": parameter,
            "speakers": n,
            "coverage": round(held / n, 3),
            "ecdf_inside": extreme >= band,
            "holds": extreme >= band and bool(low <= held <= high),
        }
    for (program,), part in ranks.group_by(["program"], maintain_order=True):
        share = float(part["covered"].cast(pl.Float64).mean() or 0.0)  # type: ignore[arg-type]
        n = part["draw"].n_unique()
        slack = 0.0 if n >= 200 else 3 * float(np.sqrt(0.95 * 0.05 / n))
        yield {
            "program": program,
            "parameter": "all",
            "speakers": n,
            "coverage": round(share, 3),
            "ecdf_inside": None,
            "holds": COVERAGE[0] - slack <= share <= COVERAGE[1] + slack,
        }


def extremes(ranks: NDArray[np.int64]) -> Array:
    """How far the ECDFs of ranks [set, speaker] stray: their least two-sided binomial p [set]."""
    n, z = ranks.shape[1], np.arange(1, RANKS) / RANKS
    counts = np.apply_along_axis(np.bincount, 1, ranks, minlength=RANKS)
    below = counts.cumsum(axis=1)[:, : RANKS - 1]
    each = np.arange(n + 1)[:, None]
    p = 2 * np.minimum(stats.binom.cdf(each, n, z), stats.binom.sf(each - 1, n, z))
    return np.asarray(np.minimum(1.0, p[below, np.arange(RANKS - 1)].min(axis=1)))


@cache
def gamma(n: int, level: float = BAND, sets: int = 4000) -> float:
    """What `extremes` stays above in that share of uniform sets of n ranks."""
    rng = np.random.default_rng(n)
    found = [extremes(rng.integers(0, RANKS, (200, n))) for _ in range(sets // 200)]
    return float(np.quantile(np.concatenate(found), 1 - level))


def band(n: int, level: float) -> tuple[Array, Array, Array]:
    """The simultaneous band of ECDF(z) - z for n ranks: z, lower and upper."""
    tail = gamma(n, level) / 2
    z = np.arange(1, RANKS) / RANKS
    low, high = (np.asarray(stats.binom.ppf(q, n, z)) / n for q in (tail, 1 - tail))
    return z, low - z, high - z


def write(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, Any],
    judge: Callable[[pl.DataFrame], dict[str, Any]],
    path: Path,
    command: str,
) -> bool:
    """Write what was simulated as {path}.csv and its judgement as {path}.json; whether it holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame(rows, schema=dict(columns))
    with atomic_files.atomic(path.with_suffix(".csv")) as table:
        frame.write_csv(table, float_precision=4)
    report = judge(frame) | {"command": command}
    path.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    return bool(report["holds"])
