"""A small study in a folder of its own, run by the real Snakemake, for tests of the graph."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import forked
from seeds import seed
from tactometer.study.analyses import names as analysis_names

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "workflow", "config", "profiles", "resources", "envs")

PAGE = {"describe": 1, "draw": 1, "write_report": 1}
ANALYSED = {f"analyse_{name}": 1 for name in analysis_names()}
STUDY = """\
study: small
goals: [default, social]
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1, seed: 3}
fit: {chains: 2, warmup: 150, draws: 150}
models:
  kind:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.3, omega: {inf: 0.3, soc: 0.3, pre: 0.4}, noise: 0.05}
      "1": {alpha: 5.0, phi: 0.3, omega: {inf: 0.3, soc: 0.3, pre: 0.4}}
  blunt:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.8, soc: 0.1, pre: 0.1}}
  people:
    provider: recorded
    production: people.csv
    semantics: resources/human/yoon2020_semantics.csv
    domain: resources/human/hearts.yaml
    fit: {share: []}
""".replace("seed: 3", f"seed: {seed(3)}")

ONE_SPEAKER = """\
study: small
goals: [social]
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1}
models:
  blunt:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.8, soc: 0.1, pre: 0.1}}
"""


def lay_out(folder: Path, study: str = STUDY) -> Path:
    """Copy the project to a folder, with a small study as its default."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(
                source,
                folder / part,
                ignore=shutil.ignore_patterns("__pycache__"),
                dirs_exist_ok=True,
            )
        else:
            shutil.copy2(source, folder / part)
    (folder / "config" / "config.yaml").write_text(study)
    human = (folder / "resources/human/yoon2020_production.csv").read_text().splitlines()
    kept = [row for row in human if row.startswith(("goal,", "social,"))]
    (folder / "people.csv").write_text("\n".join(kept) + "\n")
    return folder


def few_vignettes(folder: Path, count: int) -> None:
    """Leave only the first vignettes of polite speech, where the size of a study proves nothing."""
    path = folder / "resources/polite_speech/vignettes.yaml"
    vignettes, mark, rest = path.read_text().partition("\nnames:")
    path.write_text("  - id: ".join(vignettes.split("  - id: ")[: count + 1]) + mark + rest)


def snakemake(
    folder: Path, *arguments: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in a folder as a user would, without the time that its imports take."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = forked.run("snakemake", arguments, folder, env)
    if check and done.returncode:
        raise AssertionError(f"{arguments}: {done.stdout}\n{done.stderr}")
    return done


def tactometer(
    folder: Path, *arguments: str, status: int = 0, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command of Tactometer in a folder, with the package that is in it."""
    command = [*before, sys.executable, "-m", "tactometer", *arguments]
    env = {**os.environ, "PYTHONPATH": str(folder / "workflow")}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == status, f"{arguments}: {done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr
    return done


def plan(folder: Path, *arguments: str) -> dict[str, int]:
    """The jobs that a dry run wants, by rule, without the target rule."""
    done = snakemake(folder, "-n", *arguments, "--quiet", "rules")
    text = done.stdout + done.stderr
    table = text[text.index("Job stats") :] if "Job stats" in text else ""
    jobs = {}
    for name, count in re.findall(r"^(\w[\w.+-]*) +(\d+)$", table, re.MULTILINE):
        jobs[name] = int(count)
    jobs.pop("total", None)
    jobs.pop("all", None)
    if not jobs:
        assert "Nothing to be done" in text, text
    return jobs


def contents(folder: Path) -> dict[Path, tuple[bytes, int]]:
    """Every file below a folder, with its time."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def edit(path: Path, old: str, new: str) -> None:
    """Change one place of a text file, as an editor would."""
    text = path.read_text()
    assert text.count(old) == 1, (path, old, text.count(old))
    path.write_text(text.replace(old, new))
