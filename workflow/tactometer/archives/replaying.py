"""Replaying: the tables of an archived study made anew from its answers, and held against the old.

Nobody is asked: the rules of asking and judging are not allowed to run. Who was asked is what the
archive says, for the weights and keys are elsewhere.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tactometer.archives.contents import STUDY
from tactometer.planning.dry_run import stage_of
from tactometer.recipes.acceptance import ARCHIVED as MARK
from tactometer.study import analyses
from tactometer.utils.errors import UserError
from tactometer.utils.paths import ROOT

ARCHIVED = "archived"  # the folder of the tables that came with it
ASKING = ("ask", "judge")
LATER = ("draw", "write_report", "calibrate")
KEYS = (
    *(
        "study",
        "model",
        "checkpoint",
        "goal",
        "framing",
        "fit",
        "speaker",
        "semantics",
        "parameter",
    ),
    *("state", "utterance", "prompt_set", "reason", "method"),
)
NOISE = 5.0  # Monte Carlo standard errors of a difference that is still noise
SAME = 1e-9  # relative


def replay(folder: Path, name: str, *, cores: int) -> Path:
    """Make the tables of an unpacked archive anew; gives the log. UserError where that fails."""
    results = folder / "results" / name
    (results / "tables").rename(folder / ARCHIVED)
    whole = has_words(results)
    (results / "recipes" / MARK).write_text("{}\n")
    left_out = (*ASKING, *LATER, *(() if whole else ("parse",)))
    workflow = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    workflow += ["--directory", str(folder), "--configfile", str(folder / STUDY)]
    rules = [rule for rule in _rules(workflow) if stage_of(rule) not in left_out]
    targets = [f"results/{name}/tables/{each}.csv" for each in analyses.names()]
    command = [*workflow, "--cores", str(cores), "--allowed-rules", *rules, "--", "tables"]
    command += targets
    log = folder / "replay.log"
    with log.open("w") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise UserError(f"the replay did not end well; {log} says why.")
    return log


def _rules(workflow: Sequence[str]) -> list[str]:
    """The names of all rules of a study."""
    done = subprocess.run(
        [*workflow, "--list-rules", "--quiet", "all"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UserError(f"the archived study cannot be read here: {done.stderr.strip()[-400:]}")
    return [line.split()[0] for line in done.stdout.splitlines() if line.strip()]


def has_words(results: Path) -> bool:
    """Whether an archive has what models wrote, and not their choices alone."""
    return not (results / "choices").is_dir()


def compared(old: Path, new: Path) -> list[str]:
    """What the tables of two folders say of each other: a line for each that differs, and a last
    one of all numbers.
    """
    same = noise = other = 0
    lines = []
    for path in sorted(old.glob("*.parquet")):
        mine = new / path.name
        if not mine.is_file():
            continue
        a, b = pl.read_parquet(path), pl.read_parquet(mine)
        if a.height != b.height or set(a.columns) != set(b.columns):
            lines.append(f"{path.stem}: {a.height:,} rows were archived, {b.height:,} are here")
            other += a.height
            continue
        keys = [key for key in KEYS if key in a.columns]
        one, two = (
            a.sort(keys, maintain_order=True),
            b.select(a.columns).sort(keys, maintain_order=True),
        )
        found = _cells(one, two)
        same, noise, other = same + found[0], noise + found[1], other + found[2]
        if found[2]:
            lines.append(f"{path.stem}: {found[2]:,} of {sum(found):,} numbers differ")
    whole = same + noise + other
    return [*lines, _told(whole, same, noise, other)]


def _told(whole: int, same: int, noise: int, other: int) -> str:
    if not noise + other:
        return f"All {whole:,} numbers of the tables are the same."
    said = f"{same:,} of {whole:,} numbers of the tables are the same"
    if noise:
        said += f", {noise:,} differ by no more than the noise of sampling"
    return f"{said}, {other:,} differ by more." if other else f"{said}."


def _cells(a: pl.DataFrame, b: pl.DataFrame) -> tuple[int, int, int]:
    """How many numbers are the same, differ by Monte Carlo noise, and differ by more."""
    same = noise = other = 0
    error = _monte_carlo(a)
    for name, kind in a.schema.items():
        if not kind.is_numeric() or name == "seconds":
            continue
        pair = pl.DataFrame(
            {"a": a[name].cast(pl.Float64), "b": b[name].cast(pl.Float64), "e": error}
        )
        gap = (pl.col("a") - pl.col("b")).abs()
        alike = pl.col("a").eq_missing(pl.col("b")) | (gap <= SAME * pl.col("a").abs().clip(SAME))
        near = ~alike & (gap <= NOISE * pl.col("e")).fill_null(False)
        found = pair.select(
            alike.fill_null(False).sum().alias("s"), near.fill_null(False).sum().alias("n")
        )
        s, n = found.row(0)
        same, noise, other = same + s, noise + n, other + pair.height - s - n
    return same, noise, other


def _monte_carlo(frame: pl.DataFrame) -> pl.Series:
    """The standard error of the difference of two posteriors of each row; null where unknown."""
    if not {"sd", "ess_bulk"} <= set(frame.columns):
        return pl.Series("e", [None] * frame.height, pl.Float64)
    of = frame.select((pl.col("sd") * (2 / pl.col("ess_bulk")).sqrt()).alias("e"))
    return of["e"]
