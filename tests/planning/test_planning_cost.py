"""Planning stays cheap: a job parses the Snakefile too, and a large sweep has many."""

import json
import subprocess
import sys
from pathlib import Path

import graph
from graph import snakemake

HEAVY = (
    "polars", "numpy", "scipy", "pandas", "arviz", "cmdstanpy", "plotnine", "litellm", "torch",
)  # fmt: skip
# Snakemake is imported once; each fork parses as a process of its own would from there.
# Calls are counted, not seconds: they are the same on every machine.
PARSE = """\
import json, os, sys
sys.path.insert(0, "workflow")
import snakemake.cli
before, calls = set(sys.modules), 0
def count(frame, event, argument):
    global calls
    calls += event == "call"
def parse(who):
    sys.setprofile(count)
    from pathlib import Path
    from tactometer.recipes import job_environment, mtimes, recipes
    from tactometer.study import study
    from tactometer.utils import atomic_files
    stamps = Path(sys.argv[1])
    if who == "main":
        found = study.load([Path("config/config.yaml")], {})
        recipes.pin(found, Path("results"), stamps)
    else:
        study.read(next(stamps.glob("small/studies/*.json")))
    sys.setprofile(None)
    print(json.dumps({"who": who, "calls": calls, "modules": sorted(set(sys.modules) - before)}))
for who in ["main", "main", "job"]:  # the first digests what code has changed, and keeps it
    if os.fork() == 0:
        parse(who)
        sys.exit()
    assert os.wait()[1] == 0
"""
LARGE = """\
study: large
models:
  many:
    provider: simulated
    checkpoints:
"""


def test_parsing_costs_little_in_the_controller_and_less_in_its_jobs(tmp_path: Path) -> None:
    folder = graph.lay_out(tmp_path / "run")
    command = [sys.executable, "-c", PARSE, str(folder / "stamps")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    _, main, job = (run["calls"] for run in runs)
    assert job < main / 2 and main < 300_000, (job, main)
    for run in runs:
        assert not {name.partition(".")[0] for name in run["modules"]} & set(HEAVY)


def test_a_plan_imports_nothing_heavy(tmp_path: Path) -> None:
    folder = graph.lay_out(tmp_path / "run")
    told = tmp_path / "modules"
    (folder / "Snakefile").open("a").write(
        f"\n\nPath({str(told)!r}).write_text(' '.join(sys.modules))\n"
    )
    snakemake(folder, "-n", "--quiet", "all")
    loaded = {name.partition(".")[0] for name in told.read_text().split()}
    assert not loaded & set(HEAVY) - {"numpy", "pandas"}  # those two are Snakemake's own


def test_the_page_on_scale_tells_what_the_benchmarks_measured() -> None:
    page = (graph.ROOT / "docs/scale.md").read_text()
    told = {name: json.loads((graph.ROOT / f"benchmarks/{name}.json").read_text())
            for name in ("dag", "tables")}  # fmt: skip
    small, large, tables = told["dag"]["beside_bare"], told["dag"]["in_4_gb"], told["tables"]
    time, memory = small["ratio"]["seconds"], small["ratio"]["mib"]
    for line in (
        f"| {small['checkpoints']:,} | {small['jobs']:,} | {small['study']['seconds']} s | "
        f"{small['study']['mib']:,} MiB | {time} x the time, {memory} x the memory |",
        f"| {large['checkpoints']:,} | 81,000 | {large['seconds']} s | {large['mib']:,} MiB",
        f"take {tables['seconds']} s, {tables['processor_seconds']} s of the processor, and "
        f"{tables['largest_two_mib']:,} MiB",
    ):
        assert line in page
    assert time <= 1.5 and memory <= 1.5 and large["mib"] < 4000
    assert tables["fits"] == 12_000 and tables["seconds"] < 60 and tables["largest_two_mib"] < 2000


def test_recipes_grow_no_faster_than_their_checkpoints(tmp_path: Path) -> None:
    speaker = "{alpha: 4.0, phi: 0.5, omega: {inf: 0.4, soc: 0.2, pre: 0.4}}"
    command = (
        "import sys\nfrom pathlib import Path\nfrom tactometer.recipes import recipes\n"
        "from tactometer.study import study\n"
        "recipes.wanted(study.load([Path(sys.argv[1])]))\n"  # what is read once
        "found, calls = study.load([Path(sys.argv[1])]), 0\n"
        "def count(frame, event, argument):\n    global calls\n    calls += event == 'call'\n"
        "sys.setprofile(count)\nmany = len(recipes.wanted(found))\nsys.setprofile(None)\n"
        "print(many, calls)"
    )
    told = []
    for many in (200, 2000):
        file = tmp_path / f"{many}.yaml"
        file.write_text(LARGE + "".join(f'      "{i}": {speaker}\n' for i in range(many)))
        done = subprocess.run(
            [sys.executable, "-c", command, file],
            cwd=graph.ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        count, calls = map(int, done.stdout.split())
        assert count > many
        told.append(calls)
    assert told[1] < 11 * told[0], told
