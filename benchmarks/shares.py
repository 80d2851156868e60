"""Do intervals of spreads and shares of variance hold the truth? Run `python benchmarks/shares.py`.

`moderation`: normal effects at some levels of a factor, with the noise of fits, go through the
analysis' own estimate of their spread between levels and of its share. `factor_shares`: answers
whose shares differ by framing, wording, vignette and names go through the analysis' own components
and jackknife. What came out stands in docs/calibration/shares.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow")]

from tactometer.analyses.factor_shares.computation import CHOICES, rows_of  # noqa: E402
from tactometer.analyses.moderation.computation import spread  # noqa: E402
from tactometer.tables.proportions import wilson  # noqa: E402

OUT = ROOT / "docs" / "calibration" / "shares"
NOISE, DRAWS = 0.07, 1000  # sd of the posterior of an effect; its draws
LEVELS, MEANS, SPREADS = (2, 3, 5), (0.0, 0.1, 0.3), (0.0, 0.05, 0.15)
SIZES = {"framing": 3, "wording": 5, "vignette": 13, "speaker": 10, "listener": 10}
STATES, UTTERANCES, PAIRS = 5, 8, 4
# Standard deviations of what each source adds to the share of an utterance.
PLANTED = {
    "nothing": {},
    "vignette": {"vignette": 0.05},
    "wording": {"wording": 0.05},
    "wording, little": {"wording": 0.03},
    "all": dict.fromkeys(SIZES, 0.03),
    "mostly vignette": {"framing": 0.01, "wording": 0.02, "vignette": 0.04, "speaker": 0.015},
}


def moderated(levels: int, mean: float, sd: float, number: int) -> list[dict[str, Any]]:
    """One set of effects: the rows of its spread and, where it is told, of its share."""
    rng = np.random.default_rng([20261130, levels, round(100 * mean), round(100 * sd), number])
    effects = rng.normal(mean, sd, levels)
    seen = effects + rng.normal(0, NOISE, levels)
    told = spread(seen[:, None] + rng.normal(0, NOISE, (levels, DRAWS)))
    between, common = effects.var(ddof=1), effects.mean() ** 2
    truth = {"spread": between**0.5, "share": between / (between + common) if between else 0.0}
    return [
        {"table": "moderation", "case": f"{levels} levels, mean {mean:g}, sd {sd:g}", "of": name,
         "number": number, "truth": float(truth[name]), "mean": told.get(name),
         "low": told.get(f"{name}_low"), "high": told.get(f"{name}_high")}
        for name in truth
    ]  # fmt: skip


def answered(case: str, number: int) -> list[dict[str, Any]]:
    """One set of answers: the rows of each source's share."""
    rng = np.random.default_rng([20261201, *case.encode(), number])
    sd = {name: PLANTED[case].get(name, 0.0) for name in SIZES}
    added = {
        name: rng.normal(0, sd[name], (size, STATES, UTTERANCES)) for name, size in SIZES.items()
    }
    added = {name: x - x.mean(axis=2, keepdims=True) for name, x in added.items()}
    crossed = ("framing", "wording", "vignette")
    design = np.array(list(product(*(range(SIZES[name]) for name in crossed), range(PAIRS))))
    code = {name: np.tile(design[:, k], STATES) for k, name in enumerate(crossed)}
    cell = np.repeat(np.arange(STATES), len(design))
    code |= {name: rng.integers(SIZES[name], size=cell.size) for name in ("speaker", "listener")}
    p = 1 / UTTERANCES + np.sum([added[name][code[name], cell] for name in SIZES], axis=0)
    p = np.maximum(p, 1e-6) / np.maximum(p, 1e-6).sum(axis=1, keepdims=True)
    chosen = (p.cumsum(axis=1) < rng.uniform(size=(cell.size, 1))).sum(axis=1)
    y = np.eye(UTTERANCES)[np.minimum(chosen, UTTERANCES - 1)]
    truth = {name: added[name].var(axis=0).sum(axis=1).mean() for name in ("framing", "wording")}
    truth |= {"vignette": (UTTERANCES - 1) * sd["vignette"] ** 2}
    truth |= {"names": (UTTERANCES - 1) * (sd["speaker"] ** 2 + sd["listener"] ** 2)}
    total = sum(truth.values())
    return [
        {"table": "factor_shares", "case": case, "of": row["source"], "number": number,
         "truth": truth[row["source"]] / total if total else 0.0, "mean": row.get("share"),
         "low": row.get("share_low"), "high": row.get("share_high")}
        for row in rows_of((CHOICES,), y, cell, code)
        if row["source"] in truth
    ]  # fmt: skip


def judge(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """How often the intervals that are told hold the truth, by case."""
    close = 1e-9
    held = (pl.col("low") <= pl.col("truth") + close) & (pl.col("high") >= pl.col("truth") - close)
    rows = []
    for (table, case, of), mine in frame.group_by("table", "case", "of", maintain_order=True):
        told = mine.drop_nulls("low")
        row = {"table": table, "case": case, "of": of, "sets": mine.height, "told": told.height}
        if told.height:
            share = told.select(held.mean()).item()
            low, high = wilson(share, told.height)
            bias = told.select((pl.col("mean") - pl.col("truth")).mean()).item()
            row |= {"held": round(share, 3), "bias": round(bias, 3)}
            row |= {"held_95": [round(float(low), 3), round(float(high), 3)]}
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=400, help="of effects, in each case")
    parser.add_argument("--answers", type=int, default=100, help="sets of answers, in each case")
    given = parser.parse_args()
    cases = product(LEVELS, MEANS, SPREADS, range(given.sets))
    rows = [row for case in cases for row in moderated(*case)]
    for case in PLANTED:
        print(case, flush=True)
        rows += [row for number in range(given.answers) for row in answered(case, number)]
    OUT.mkdir(parents=True, exist_ok=True)
    command = f"python benchmarks/shares.py --sets {given.sets} --answers {given.answers}"
    table = judge(pl.DataFrame(rows, infer_schema_length=None))
    found = json.dumps({"command": command, "table": table}, indent=1)
    (OUT / "shares.json").write_text(found + "\n")


if __name__ == "__main__":
    main()
