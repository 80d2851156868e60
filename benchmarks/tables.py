"""How long the tables of 12,000 fits take on two cores, and the memory: benchmarks/tables.json.

    python benchmarks/tables.py            # 60 models x 50 checkpoints x 4 goals
    python benchmarks/tables.py --models 6

One fit is made by the workflow itself, at the demo's size (three framings and pooled); its files
then stand, by hard links, for those of every other (checkpoint, goal). `gather` runs once a model,
two at a time, and `tabulate` once, as their jobs do.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dag import A_MODEL, GOALS, ROOT, SPEAKER, lay_out, names

ONE = f"""\
study: one
goals: [default]
fit: {{chains: 2, warmup: 150, draws: 150}}
models:
  m:
    provider: simulated
    checkpoints: {{"0": {{{SPEAKER}}}}}
"""


def main() -> None:
    """Lay the fits out, make the tables, and write what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = lay_out(Path(name) / "run", given.models * A_MODEL)
        spread(make_one(folder), folder, given.models * A_MODEL)
        write_study(folder)
        found = make_tables(folder, list(names(given.models * A_MODEL)))
    found["command"] = " ".join(["python", "benchmarks/tables.py", *sys.argv[1:]])
    print(found)
    if given.models == 60:
        (ROOT / "benchmarks" / "tables.json").write_text(json.dumps(found, indent=1) + "\n")


def run(folder: Path, *arguments: str) -> None:
    """Call Snakemake in a folder."""
    command = [sys.executable, "-m", "snakemake", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout[-1000:] + done.stderr[-2000:])


def write_study(folder: Path) -> None:
    """Write the study where its jobs read it, as a plan does, which takes minutes here."""
    code = (
        "import json\nfrom pathlib import Path\nfrom tactometer.study import study\n"
        "found = study.load([Path('config/config.yaml')])\n"
        "Path('study.json').write_text(json.dumps(found.content()))\n"
    )
    env = {**os.environ, "PYTHONPATH": str(folder / "workflow")}
    subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, check=True)


def make_one(folder: Path) -> Path:
    """One fit and what belongs to it, made by the workflow; gives its results."""
    (folder / "config/one.yaml").write_text(ONE)
    run(folder, "fits", "--configfile", "config/one.yaml", "--cores", "2")
    return folder / "results/one"


def spread(one: Path, folder: Path, checkpoints: int) -> None:
    """Link the files of the one fit to where those of all the others would stand."""
    results = folder / "results/large"
    parts = [path.name.partition(".")[2] for path in (one / "fits/m/0").glob("default.*.parquet")]
    for model, steps in names(checkpoints).items():
        for kind in ("fits", "counts", "choices"):
            for step in steps:
                (results / kind / model / step).mkdir(parents=True)
        for kind, end in (("semantics", "parquet"), ("answers", "done")):
            (results / kind / model).mkdir(parents=True)
            for step in steps:
                os.link(one / f"{kind}/m/0.{end}", results / f"{kind}/{model}/{step}.{end}")
        for step in steps:
            sets = dict.fromkeys(GOALS, "default") | {"semantics": "semantics"}
            for name, source in sets.items():
                choices = results / f"choices/{model}/{step}/{name}.parquet"
                os.link(one / f"choices/m/0/{source}.parquet", choices)
            for goal in GOALS:
                os.link(one / "counts/m/0/default.parquet",
                        results / f"counts/{model}/{step}/{goal}.parquet")  # fmt: skip
                for part in parts:
                    os.link(one / f"fits/m/0/default.{part}",
                            results / f"fits/{model}/{step}/{goal}.{part}")  # fmt: skip


GATHER = ("tables.gather", "--results", "results/large", "--model")


def make_tables(folder: Path, models: list[str]) -> dict[str, float | int | str]:
    """Run the jobs; seconds of the wall and of the processors, and the largest job in MiB."""
    start = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        used = list(pool.map(lambda model: job(folder, *GATHER, model), models))
    gathered = time.monotonic() - start
    tables = sorted({p.stem for p in folder.glob("results/large/tables/models/*/*.parquet")})
    out = ("--out", "results/large/tables")
    used.append(job(folder, "tables.tabulate", "--tables", *tables, *out))
    seconds = time.monotonic() - start
    rows = sum(1 for _ in (folder / "results/large/tables/estimates.csv").open()) - 1
    return {
        "fits": len(models) * A_MODEL * len(GOALS),
        "estimates": rows,
        "seconds": round(seconds, 1),
        "gather_seconds": round(gathered, 1),
        "processor_seconds": round(sum(cpu for cpu, _ in used), 1),
        "largest_two_mib": round(sum(sorted(mib for _, mib in used)[-2:])),
        "tabulate_mib": round(used[-1][1]),
        "cores": 2,
    }


def job(folder: Path, *words: str) -> tuple[float, float]:
    """A stage's command, as its rule calls it; seconds of the processor and MiB at most."""
    study = folder / "study.json"
    command = [sys.executable, "-m", "tactometer", *words]
    command += ["--study", str(study)]
    env = {**os.environ, "PYTHONPATH": str(folder / "workflow")}
    with subprocess.Popen(command, cwd=folder, env=env) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    if status:
        sys.exit(f"{words} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
