"""A disk that is full or cannot be written: one sentence, and nothing lost. Real mounts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import graph

STUDY = """\
study: small
goals: [default]
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1}
models:
  blunt:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.8, soc: 0.1, pre: 0.1}}
"""
ANSWERS = 13 * (5 + 5 * 8)
# Mounts of its own, which end with the shell; who is not root becomes it in a namespace.
UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
SNAKEMAKE = f"'{sys.executable}' -m snakemake --cores 2"

PARSE = (
    f"'{sys.executable}' -m tactometer reading.choices"
    " --study .snakemake/tactometer/small/studies/*.json"
    " --model blunt --requests results/small/requests/blunt/semantics.parquet"
    " --done results/small/answers/blunt/0.done --journal results/small/answers/blunt/0.jsonl"
    " --out small/choices.parquet"
)


def mounted(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in the folder of a study, where it can mount what it likes."""
    graph.lay_out(folder, STUDY)
    (folder / "results").mkdir()
    command = [*UNSHARE, "bash", "-eu", "-c", script]
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def journal(folder: Path) -> list[str]:
    text = (folder / "kept.jsonl").read_text()
    return [json.loads(line)["key"] for line in text.splitlines()]


def test_a_full_disk_is_told_in_a_sentence_and_the_next_run_goes_on(tmp_path: Path) -> None:
    done = mounted(
        tmp_path,
        "mount -t tmpfs -o size=200k tmpfs results\n"
        f"if {SNAKEMAKE} ask; then exit 9; fi\n"
        "cp results/small/answers/blunt/0.jsonl first.jsonl\n"
        "mount -o remount,size=20m results\n"
        f"{SNAKEMAKE} semantics\n"
        "cp results/small/answers/blunt/0.jsonl kept.jsonl\n",
    )
    text = done.stdout + done.stderr
    assert done.returncode == 0, text
    assert "cannot be written (No space left on device): free the disk" in text
    assert "Traceback" not in text
    first = (tmp_path / "first.jsonl").read_text()
    assert 0 < first.count("\n") < ANSWERS
    whole = first[: first.rindex("\n") + 1]
    assert (tmp_path / "kept.jsonl").read_text().startswith(whole), "an answer was lost"
    keys = journal(tmp_path)
    assert len(keys) == len(set(keys)) == ANSWERS


def test_a_stage_tells_a_full_disk_in_a_sentence(tmp_path: Path) -> None:
    done = mounted(
        tmp_path,
        f"{SNAKEMAKE} ask\n"
        "mkdir small && mount -t tmpfs -o size=4k tmpfs small\n"
        f"export PYTHONPATH=workflow\n{PARSE} || echo rc $?\n"
        "ls -A small\n",
    )
    assert "rc 1" in done.stdout, done.stdout + done.stderr
    assert "No space left on device" in done.stderr
    assert "free the disk" in done.stderr
    assert "Traceback" not in done.stderr
    assert "choices" not in done.stdout, "half a file is left"


def test_a_results_folder_that_cannot_be_written_stops_a_run_before_its_first_job(
    tmp_path: Path,
) -> None:
    done = mounted(
        tmp_path,
        "mount -t tmpfs -o ro tmpfs results\n"
        f"if {SNAKEMAKE}; then exit 9; fi\n"
        f"{SNAKEMAKE} -n --quiet all\n",  # but it can be planned
    )
    text = done.stdout + done.stderr
    assert done.returncode == 0, text
    assert "results/small cannot be written (Read-only file system)" in text
    assert "Traceback" not in text
    assert "localrule recipe" not in text.split("cannot be written")[0]
