"""Do intervals of what is said of trainings hold the truth? Run `python benchmarks/trainings.py`.

Checkpoints whose true parameters are known get posteriors as fits have them (normal, off by their
own sd), which go through `movement`, `quarters`, `variance_shares` and `convergence`, and through
the correlation of `outside_scores`. What came out stands in docs/calibration/trainings.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests" / "support")]

from shares import judge  # noqa: E402

from evidences import evidence, fit  # noqa: E402
from tactometer.analyses.analyse import analyse  # noqa: E402
from tactometer.analyses.evidence import Evidence  # noqa: E402
from tactometer.analyses.outside_scores.correlation import draws, posterior  # noqa: E402
from tactometer.analyses.variance_shares.design import projections  # noqa: E402
from tactometer.inference.intervals import hdi  # noqa: E402

OUT = ROOT / "docs" / "calibration" / "trainings"
NOISE = 0.04  # the posterior sd of each parameter of a checkpoint
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
START = np.array([0.5, 0.3, 0.2, 0.5])
Course = np.ndarray  # true parameters [checkpoint, parameter]
Courses = Mapping[str, tuple[Course, dict[str, Any]]]
Rows = list[dict[str, Any]]


def seen(courses: Courses, rng: np.random.Generator) -> Evidence:
    """The evidence that a study has of true courses, by model, each with its labels."""
    fits = [
        fit(model, str(round(400 * step)), tuple(point + rng.normal(0, NOISE, 4)), sd=NOISE,
            progress=step, **labels)
        for model, (course, labels) in courses.items()
        for step, point in zip(np.linspace(0, 1, len(course)), course, strict=True)
    ]  # fmt: skip
    return evidence(*fits)


def told(row: Mapping[str, Any], name: str, of: str, truth: float) -> dict[str, Any]:
    """An interval of a table beside what it should hold."""
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    mean = row.get(f"{name}_mean", row.get(name))
    return {"of": of, "truth": float(truth), "mean": mean, "low": low, "high": high}


MOVES = {  # by how much phi moves in all, and which share of it by the first quarter
    "nothing": (0.0, 0.0), "little": (-0.1, 0.7), "much": (-0.3, 0.7), "late": (-0.3, 0.1),
}  # fmt: skip


def moved(case: str, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """`movement` and `quarters` of one course of phi."""
    whole, share = MOVES[case]
    done = np.array([0, share, share + (1 - share) / 3, share + 2 * (1 - share) / 3, 1])
    course = np.tile(START, (len(STEPS), 1))
    course[:, 0] += whole * done
    found = seen({"m": (course, {"method": "ppo"})}, rng)
    rows = {row["parameter"]: row for row in analyse("movement", found).to_dicts()}
    yield told(rows["phi"], "whole", "movement: whole of phi", whole)
    yield told(rows["phi"], "share", "movement: share of phi", share)
    yield told(rows["all"], "share", "movement: share of all", share)
    for row, (before, behind) in zip(
        analyse("quarters", found).sort("quarter").to_dicts(), pairwise(course), strict=True
    ):
        yield told(row, "moved", f"quarters: {row['quarter']}", ((behind - before) ** 2).sum())


EFFECTS = {  # what a level of base model, data set, method adds to phi; sd of what else differs
    "nothing": (0.0, 0.0, 0.0, 0.0),
    "base": (0.12, 0.0, 0.0, 0.0),
    "base most": (0.12, 0.06, 0.02, 0.0),
    "each run": (0.0, 0.0, 0.0, 0.12),
}


def crossed(case: str, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """`variance_shares` of phi at the end of two by two by two runs."""
    *effects, rest = EFFECTS[case]
    cells = list(product((-1, 1), repeat=3))
    end = START[0] + np.array(cells) @ effects + rng.normal(0, rest, len(cells))
    courses = {}
    for cell, phi in zip(cells, end, strict=True):
        labels = {
            name: str(level)
            for name, level in zip(("family", "dataset", "method"), cell, strict=True)
        }
        course = np.stack([START, np.array([phi, *START[1:]])])
        courses["".join(labels.values())] = (course, labels)
    squares = {
        effect: float(end @ matrix @ end) / len(end)
        for effect, matrix in projections([2, 2, 2]).items()
    }
    truth = {name: squares[(k,)] for k, name in enumerate(("family", "dataset", "method"))}
    truth["interactions"] = sum(squares.values()) - sum(truth.values())
    table = analyse("variance_shares", seen(courses, rng))
    total = sum(truth.values())
    for row in table.filter(quantity="end", parameter="phi").to_dicts():
        mine = truth[row["factor"]]
        yield told(row, "variance", f"variance_shares: variance of {row['factor']}", mine)
        share = mine / total if total > 1e-12 else 0.0
        yield told(row, "share", f"variance_shares: share of {row['factor']}", share)


SPREADS = {  # runs of a method; the sd of phi between all such runs at start and end
    "4 runs, closer": (4, 0.15, 0.05), "4 runs, as far": (4, 0.1, 0.1),
    "4 runs, as one": (4, 0.0, 0.0), "8 runs, closer": (8, 0.15, 0.05),
}  # fmt: skip


def spread(case: str, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """`convergence` of phi over some runs of a method."""
    runs, *sds = SPREADS[case]
    ends = rng.normal(START[0], sds, (runs, 2))
    courses = {
        f"m{run}": (np.array([[phi, *START[1:]] for phi in both]), {"method": "ppo"})
        for run, both in enumerate(ends)
    }
    row = analyse("convergence", seen(courses, rng)).row(
        by_predicate=pl.col("parameter") == "phi", named=True
    )
    for k, when in enumerate(("start", "end")):
        variance = ends[:, k].var(ddof=1)
        yield told(row, f"{when}_variance", f"convergence: variance at {when}", variance)
        yield told(row, when, f"convergence: mean at {when}", ends[:, k].mean())
    if sds[0]:
        yield told(row, "ratio", "convergence: ratio", (sds[1] / sds[0]) ** 2)


POINTS = {f"{n} points, {rho:g}": (n, rho) for n in (4, 8, 24) for rho in (0.0, 0.5, 0.9)}


def correlated(case: str, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """The correlation of parameters (sd .15, noise .04) and scores (sd 1, noise .3)."""
    points, rho = POINTS[case]
    behind = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], points) * [0.15, 1.0]
    errors = np.tile([NOISE**2, 0.3**2], (points, 1))
    v = behind + rng.normal(size=behind.shape) * np.sqrt(errors)
    x = draws(posterior(v, errors, np.zeros(points, dtype=np.int64)), rng)
    low, high = hdi(x)
    row = {"rho": x.mean(), "rho_low": low.item(), "rho_high": high.item()}
    yield told(row, "rho", "outside_scores: correlation", rho)


PARTS = {moved: MOVES, crossed: EFFECTS, spread: SPREADS, correlated: POINTS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=400, help="of each case")
    sets = parser.parse_args().sets
    rows: Rows = []
    for part, cases in PARTS.items():
        for case in cases:
            for number in range(sets):
                rng = np.random.default_rng([20261130, *f"{part.__name__} {case}".encode(), number])
                add = partial(dict, table=part.__name__, case=case, number=number)
                rows += [add(**row) for row in part(case, rng)]
            print(part.__name__, case, flush=True)
    OUT.mkdir(parents=True, exist_ok=True)
    table = judge(pl.DataFrame(rows, infer_schema_length=None))
    found = {"command": f"python benchmarks/trainings.py --sets {sets}", "table": table}
    (OUT / "trainings.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
