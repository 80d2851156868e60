"""What planning a large sweep costs beside a bare Snakefile of the same graph: benchmarks/dag.json.

    python benchmarks/dag.py                 # 1,000 checkpoints, thrice, and 5,000 once in 4 GB
    python benchmarks/dag.py 200 --repeat 1  # a quick look, printed alone

A dry run of a study with this many checkpoints and four goals, and of a Snakefile with as many jobs
and input files and nothing else, take turns; seconds are those of the processor (the machine may
be shared) and memory is the peak of the process.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from tactometer.study import analyses  # noqa: E402

PARTS = ("Snakefile", "workflow", "config", "profiles", "resources", "envs")
GOALS = ("default", "informative", "social", "both")
A_MODEL = 50  # checkpoints
SPEAKER = "alpha: 4.0, phi: 0.5, omega: {inf: 0.4, soc: 0.2, pre: 0.4}"


def main() -> None:
    """Measure, print and write the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoints", type=int, nargs="?", default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    command = " ".join(["python", "benchmarks/dag.py", *sys.argv[1:]])
    found: dict[str, Any] = {"command": command, "cores": os.cpu_count()}
    found["beside_bare"] = compare(given.checkpoints, given.repeat)
    print(json.dumps(found, indent=1), flush=True)
    if given.checkpoints >= 1000:
        found["in_4_gb"] = large(5 * given.checkpoints)
        print(json.dumps(found["in_4_gb"]))
        (ROOT / "benchmarks" / "dag.json").write_text(json.dumps(found, indent=1) + "\n")


def compare(checkpoints: int, repeat: int) -> dict[str, Any]:
    """Dry runs of the study and of the bare Snakefile in turns, and what they plan."""
    with tempfile.TemporaryDirectory() as name:
        ours = lay_out(Path(name) / "ours", checkpoints)
        bare = lay_bare(Path(name) / "bare", checkpoints)
        runs = [(measure(ours), measure(bare)) for _ in range(repeat)]
        graphs = [count(ours), count(bare)]
    if graphs[0] != graphs[1]:
        sys.exit(f"the graphs differ: {graphs}")
    ratios = {
        key: round(statistics.median(o[key] / b[key] for o, b in runs), 2)
        for key in ("seconds", "mib")
    }
    return {
        "checkpoints": checkpoints,
        **graphs[0],
        "runs": repeat,
        "ratio": ratios,
        "study": runs[-1][0],
        "bare": runs[-1][1],
    }


def large(checkpoints: int) -> dict[str, Any]:
    """A dry run that may not take more than 4 GB of address space."""
    with tempfile.TemporaryDirectory() as name:
        folder = lay_out(Path(name) / "ours", checkpoints)
        return {"checkpoints": checkpoints, **measure(folder, limit=4 * 10**9)}


def measure(folder: Path, limit: int | None = None, log: str = "log") -> dict[str, float]:
    """A dry run: seconds of the processor and MiB at most."""
    pid = os.fork()
    if pid == 0:
        if limit:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        out = os.open(folder / log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(folder)
        env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        os.execve(sys.executable, [sys.executable, "-m", "snakemake", "-n", "--cores", "2"], env)
    _, status, used = os.wait4(pid, 0)
    if status:
        sys.exit((folder / log).read_text()[-3000:])
    seconds = used.ru_utime + used.ru_stime
    return {"seconds": round(seconds, 1), "mib": round(used.ru_maxrss / 1024)}


def count(folder: Path) -> dict[str, int]:
    """Jobs and input files of the plan that was measured last."""
    text = (folder / "log").read_text()
    total = re.search(r"^total +(\d+)", text, re.M)
    assert total, text[-2000:]
    inputs = sum(line.count(",") + 1 for line in re.findall(r"^ +input: (.+)$", text, re.M))
    return {"jobs": int(total[1]), "input_files": inputs}


def names(checkpoints: int) -> dict[str, list[str]]:
    """Models and their checkpoints."""
    steps = [str(step) for step in range(A_MODEL)]
    return {f"m{i}": steps for i in range(max(1, checkpoints // A_MODEL))}


def lay_out(folder: Path, checkpoints: int) -> Path:
    """A copy of the project with a study that large: half open weights, half simulated."""
    folder.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, folder / part)
    study = [f"study: large\ngoals: [{', '.join(GOALS)}]\nmodels:\n"]
    for index, (model, steps) in enumerate(names(checkpoints).items()):
        if index % 2:
            study.append(f"  {model}:\n    provider: simulated\n    checkpoints:\n")
            study += [f'      "{step}": {{{SPEAKER}}}\n' for step in steps]
        else:
            study.append(f"  {model}:\n    provider: vllm\n    source: some/model\n")
            study.append(f"    checkpoints: {{pattern: 'runs/{model}/{{step}}', steps: {steps}}}\n")
    (folder / "config/config.yaml").write_text("".join(study))
    return folder


BARE = """\
MODELS = {models}
GOALS = {goals}
SETS = GOALS + ["semantics"]
STAGES = {stages}
TABLES = {tables}
FIGURES = {figures}
R = "results/large"
analyses.names() = {analyses}
EVERY = TABLES + analyses.names()
PARTS = [
    f".{{p}}.parquet" for p in ["estimates", "diagnostics", "predictive", "modes", "draws"]
]

rule all:
    input:
        expand(R + "/tables/{{t}}.parquet", t=TABLES), expand(R + "/tables/{{t}}.csv", t=EVERY),
        expand(R + "/figures/{{f}}.{{e}}", f=FIGURES, e=["png", "svg"]), R + "/report.html",
        R + "/tables/dictionary.parquet", R + "/tables/dictionary.csv", R + "/methods.md",
        R + "/references.bib"
rule recipe:
    input:
        "stamps/{{recipe}}.json"
    output: R + "/recipes/{{recipe}}.json"
    shell: "cp {{input}} {{output}}"
rule requests:
    input:
        R + "/recipes/requests.json", R + "/recipes/requests/{{m}}/{{s}}.json"
    output: R + "/requests/{{m}}/{{s}}.parquet"
    shell: "true"
rule ask:
    input:
        R + "/recipes/ask.json", R + "/recipes/checkpoints/{{m}}/{{c}}.json",
        expand(R + "/requests/{{{{m}}}}/{{s}}.parquet", s=SETS)
    output: R + "/answers/{{m}}/{{c}}.done"
    shell: "true"
rule parse:
    input:
        R + "/recipes/parse.json", R + "/recipes/checkpoints/{{m}}/{{c}}.json",
        R + "/requests/{{m}}/{{s}}.parquet", R + "/answers/{{m}}/{{c}}.done"
    output: R + "/choices/{{m}}/{{c}}/{{s}}.parquet"
    shell: "true"
rule count:
    input:
        R + "/recipes/count.json", R + "/choices/{{m}}/{{c}}/{{g}}.parquet"
    output: R + "/counts/{{m}}/{{c}}/{{g}}.parquet"
    shell: "true"
rule add_semantics:
    input:
        R + "/recipes/semantics.json", R + "/choices/{{m}}/{{c}}/semantics.parquet"
    output: R + "/semantics/{{m}}/{{c}}.parquet"
    shell: "true"
rule fit:
    input:
        R + "/recipes/fit.json", R + "/recipes/fit/{{m}}.json",
        R + "/semantics/{{m}}/{{c}}.parquet", R + "/counts/{{m}}/{{c}}/{{g}}.parquet"
    output: [R + "/fits/{{m}}/{{c}}/{{g}}" + end for end in [".nc", *PARTS]]
    shell: "true"
rule gather:
    input:
        lambda w: [path for c in MODELS[w.m] for path in
        [f"{{R}}/answers/{{w.m}}/{{c}}.done", f"{{R}}/semantics/{{w.m}}/{{c}}.parquet"]
        + [f"{{R}}/counts/{{w.m}}/{{c}}/{{g}}.parquet" for g in GOALS]
        + [f"{{R}}/fits/{{w.m}}/{{c}}/{{g}}{{p}}" for g in GOALS for p in PARTS[:-1]]
        + [f"{{R}}/choices/{{w.m}}/{{c}}/{{s}}.parquet" for s in SETS]],
        R + "/recipes/tables.json"
    output: expand(R + "/tables/models/{{{{m}}}}/{{t}}.parquet", t=TABLES)
    shell: "true"
rule tabulate:
    input:
        expand(R + "/tables/models/{{m}}/{{t}}.parquet", m=list(MODELS), t=TABLES),
        R + "/recipes/tables.json"
    output: expand(R + "/tables/{{t}}.{{e}}", t=TABLES, e=["parquet", "csv"])
    shell: "true"
rule condense:
    input:
        lambda w: [path for c in MODELS[w.m] for g in GOALS for path in
        [f"{{R}}/fits/{{w.m}}/{{c}}/{{g}}.draws.parquet",
        f"{{R}}/choices/{{w.m}}/{{c}}/{{g}}.parquet"]],
        R + "/recipes/condense.json"
    output: R + "/analyses/{{m}}/draws.parquet", R + "/analyses/{{m}}/answers.parquet"
    shell: "true"
for a in analyses.names():
    rule:
        name: "analyse_" + a
        input:
            R + f"/recipes/analyses/{{a}}.json", expand(R + "/tables/{{t}}.parquet", t=TABLES),
            expand(R + "/analyses/{{m}}/{{p}}.parquet", m=list(MODELS), p=["draws", "answers"])
        output: R + f"/tables/{{a}}.parquet", R + f"/tables/{{a}}.csv"
        shell: "true"
rule draw:
    input:
        R + "/recipes/figures.json", expand(R + "/tables/{{t}}.parquet", t=EVERY)
    output: expand(R + "/figures/{{f}}.{{e}}", f=FIGURES, e=["png", "svg"])
    shell: "true"
rule describe:
    input:
        R + "/recipes/dictionary.json", expand(R + "/tables/{{t}}.parquet", t=EVERY)
    output: R + "/tables/dictionary.parquet", R + "/tables/dictionary.csv"
    shell: "true"
rule write_report:
    input:
        R + "/recipes/report.json", expand(R + "/tables/{{t}}.parquet", t=EVERY),
        expand(R + "/figures/{{f}}.svg", f=FIGURES)
    output: R + "/report.html", R + "/methods.md", R + "/references.bib"
    shell: "true"
"""
STAGES = (
    "requests",
    "ask",
    "parse",
    "count",
    "semantics",
    "fit",
    "tables",
    "figures",
    "report",
    "dictionary",
    "condense",
    *(f"analyses/{name}" for name in analyses.names()),
)


def lay_bare(folder: Path, checkpoints: int) -> Path:
    """A Snakefile of the same graph, with the inputs that it starts from."""
    folder.mkdir()
    models = names(checkpoints)
    text = BARE.format(
        models=models, goals=list(GOALS), stages=STAGES,
        tables=listed("tables.smk", "TABLES"), figures=listed("figures.smk", "FIGURES"),
        analyses=list(analyses.names()),
    )  # fmt: skip
    (folder / "Snakefile").write_text(text)
    stamps = [*STAGES]
    for model, steps in models.items():
        stamps += [f"fit/{model}", *(f"requests/{model}/{s}" for s in (*GOALS, "semantics"))]
        stamps += [f"checkpoints/{model}/{step}" for step in steps]
    for name in stamps:
        path = folder / "stamps" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    return folder


def listed(rules: str, name: str) -> list[str]:
    """A list of names that a file of rules begins with, the study's own additions left out."""
    text = (ROOT / "workflow" / "rules" / rules).read_text()
    block = text.partition(f"{name} = [")[2].partition("]")[0]
    return list(re.findall(r'^    "(\w+)",$', block, re.M))


if __name__ == "__main__":
    main()
