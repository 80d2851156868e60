"""How long a sweep of 10,000 fits with fixed semantics takes on two cores: `sweep` in fit.json.

Jobs are those of the workflow, `tactometer fit` with its files, start-up and summaries; each fits a
goal of a simulated speaker in three framings and pooled, with the warm-up for which calibration
holds with fixed semantics (docs/calibration). Two run at a time, as on two cores.

The promise is 40 minutes, of a machine on which a gradient of the naive program takes 140 us. Ours
are now twice as slow and now not, so gradients are measured in the same run, before, between and
after the jobs, and what is held to the promise is the number of them that a fit is worth.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tactometer.inference import calibrated
from tactometer.reading.counts import POOLED
from tactometer.speaker_model import reference
from tactometer.study import domain

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
FRAMINGS = ("first", "second", "third")
JOBS, CORES, SWEEP, MINUTES = 15, 2, 10_000, 40
GRADIENT = 140e-6  # seconds, of the naive program, where the minutes were promised


def measure(speakers: Any, gradient: Callable[[], float]) -> dict[str, Any]:
    """Run the jobs of 60 fits, two at a time; minutes of 10,000 on two cores, here and where a
    `gradient` of the naive program (processor seconds) takes what it took when they were promised.
    """
    gradient()  # compiled, and read from the disk once
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder, JOBS, speakers)
        job(folder, 0)
        gauge, wall, jobs = [gradient()], 0.0, 0.0
        for part in (range(JOBS // 2), range(JOBS // 2, JOBS)):
            before, start = used(), time.monotonic()
            with ThreadPoolExecutor(CORES) as pool:
                list(pool.map(partial(job, folder), part))
            wall, jobs = wall + time.monotonic() - start, jobs + used() - before
            gauge.append(gradient())
        told = pl.concat(
            [pl.read_parquet(path) for path in sorted(folder.glob("fits/*.diagnostics.parquet"))]
        )
    fits, naive = told.height, sum(gauge) / len(gauge)
    verdicts = {row["verdict"]: row["len"] for row in told.group_by("verdict").len().to_dicts()}
    here = SWEEP * jobs / fits / CORES / 60
    return {
        "fits": fits,
        "verdicts": dict(sorted(verdicts.items())),
        "naive_gradients_a_fit": round(jobs / fits / naive),
        "minutes": round(here * GRADIENT / naive, 1),
        "here": {
            "naive_gradient_us": round(1e6 * naive),
            "core_seconds_a_fit": round(jobs / fits, 3),
            "processor_minutes": round(here, 1),
            "minutes": round(SWEEP * wall / fits / 60, 1),
        },
    }


def tell(found: dict[str, Any]) -> bool:
    """Print how long the sweep takes, and say whether that is within what is promised."""
    good, here = bool(found["minutes"] <= MINUTES), found["here"]
    print(
        f"sweep  {SWEEP:,} fits on {CORES} cores: {here['processor_minutes']:.0f} minutes of these"
        f" ({here['minutes']:.0f} by the clock), where a gradient of the naive program takes"
        f" {here['naive_gradient_us']} us\n"
        f"sweep  {found['minutes']:.0f} minutes where it takes {1e6 * GRADIENT:.0f} us"
        f"  promised {MINUTES}: {'holds' if good else 'DOES NOT HOLD'}"
    )
    return good


def used() -> float:
    """Processor seconds of all processes that this one has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def lay_out(
    folder: Path, jobs: int, speakers: tuple[tuple[float, float, tuple[float, ...]], ...]
) -> None:
    """The inputs of that many jobs: settings, semantics, 130 answers a state in each framing."""
    words = domain.load(RESOURCES / "polite_speech")
    warmup = calibrated.PROGRAMS["s2_fixed"].warmup
    fit = {"semantics": "fixed", "speakers": ["s2"], "chains": 4, "warmup": warmup, "draws": 1000}
    settings = {
        "domain": {
            "states": list(words.states), "utterances": list(words.utterances),
            "negated": list(words.negated), "seed": 1,
        },
        "fit": {**fit, "count_total": None, "share": [], "cost": False, "pooling": "none"},
    }  # fmt: skip
    (folder / "settings.json").write_text(json.dumps(settings))
    for name in ("counts", "fits"):
        (folder / name).mkdir(exist_ok=True)
    theta, values = np.array(words.literal), np.array(words.states, float)
    cells = [(u, s) for u in words.utterances for s in words.states]
    for job in range(jobs):
        rng = np.random.default_rng([20260301, job])
        yes = rng.binomial(52, theta).astype(float).ravel()
        frame = pl.DataFrame(cells, schema=["utterance", "state"], orient="row")
        frame = frame.with_columns(yes=pl.Series(yes), n=pl.lit(52.0))
        frame.write_parquet(folder / f"semantics-{job}.parquet")
        p = np.exp(reference.s2(*speakers[job % len(speakers)], theta, values))
        said = {
            f: np.array([rng.multinomial(130, row / row.sum()) for row in p], float)
            for f in FRAMINGS
        }
        said[POOLED] = sum(said.values())
        rows = [
            {"framing": framing, "state": state, "utterance": utterance, "weight": x[s, u]}
            for framing, x in said.items()
            for s, state in enumerate(words.states)
            for u, utterance in enumerate(words.utterances)
        ]
        pl.DataFrame(rows).write_parquet(folder / f"counts/goal-{job}.parquet")


def job(folder: Path, number: int) -> None:
    """One job, as the rule `fit` runs it."""
    command = [
        sys.executable, "-m", "tactometer", "fit", "--settings", "settings.json",
        "--semantics", f"semantics-{number}.parquet", "--counts", f"counts/goal-{number}.parquet",
        "--out", f"fits/goal-{number}.nc", "--threads", "1",
    ]  # fmt: skip
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
