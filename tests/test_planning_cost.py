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
PARSE = """\
import json, sys, time
sys.path.insert(0, "workflow")
import snakemake.cli
before, start = set(sys.modules), time.process_time()
from pathlib import Path
from tactometer import files, jobs, recipes, study
stamps = Path(sys.argv[1])
if sys.argv[2] == "main":
    found = study.load([Path("config/config.yaml")], {})
    recipes.stamp(found, Path("results"), stamps)
else:
    study.read(stamps / "small" / "study.json")
seconds = time.process_time() - start
print(json.dumps({"seconds": seconds, "modules": sorted(set(sys.modules) - before)}))
"""
LARGE = """\
study: large
models:
  many:
    provider: simulated
    checkpoints:
"""


def parsed(folder: Path, who: str) -> tuple[float, set[str]]:
    """What parsing costs beyond Snakemake's own: seconds of the processor, and modules."""
    command = [sys.executable, "-c", PARSE, str(folder / "stamps"), who]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return told["seconds"], {name.partition(".")[0] for name in told["modules"]}


def test_parsing_costs_little_in_the_controller_and_less_in_its_jobs(tmp_path: Path) -> None:
    folder = graph.lay_out(tmp_path / "run")
    for who, most in (("main", 0.3), ("job", 0.15)):
        runs = [parsed(folder, who) for _ in range(3)]
        assert min(seconds for seconds, _ in runs) < most
        for _, modules in runs:
            assert not modules & set(HEAVY)


def test_a_plan_imports_nothing_heavy(tmp_path: Path) -> None:
    folder = graph.lay_out(tmp_path / "run")
    told = tmp_path / "modules"
    (folder / "Snakefile").open("a").write(
        f"\n\nPath({str(told)!r}).write_text(' '.join(sys.modules))\n"
    )
    snakemake(folder, "-n", "--quiet", "all")
    loaded = {name.partition(".")[0] for name in told.read_text().split()}
    assert not loaded & set(HEAVY) - {"numpy", "pandas"}  # those two are Snakemake's own


def test_recipes_of_a_thousand_checkpoints_take_a_second_or_two(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    speaker = "{alpha: 4.0, phi: 0.5, omega: {inf: 0.4, soc: 0.2, pre: 0.4}}"
    file.write_text(LARGE + "".join(f'      "{i}": {speaker}\n' for i in range(1000)))
    command = (
        "import sys, time\nfrom pathlib import Path\nfrom tactometer import recipes, study\n"
        "found = study.load([Path(sys.argv[1])])\nstart = time.process_time()\n"
        "print(len(recipes.wanted(found)), time.process_time() - start)"
    )
    done = subprocess.run(
        [sys.executable, "-c", command, file],
        cwd=graph.ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    count, seconds = done.stdout.split()
    assert int(count) > 1000
    assert float(seconds) < 2
