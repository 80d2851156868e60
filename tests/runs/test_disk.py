"""A disk that is full or cannot be written: one sentence, and nothing lost. Real mounts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import graph

pytestmark = pytest.mark.xdist_group("disk")  # what they look at is made once

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
    graph.lay_out(folder, graph.ONE_SPEAKER)
    (folder / "results").mkdir()
    command = [*UNSHARE, "bash", "-eu", "-c", script]
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def journal(folder: Path) -> list[str]:
    text = (folder / "kept.jsonl").read_text()
    return [json.loads(line)["key"] for line in text.splitlines()]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A study whose disk is full while it is asked, then larger; then a stage with a full disk."""
    folder = tmp_path_factory.mktemp("full") / "run"
    done = mounted(
        folder,
        "mount -t tmpfs -o size=200k tmpfs results\n"
        f"if {SNAKEMAKE} ask; then exit 9; fi\n"
        "cp results/small/answers/blunt/0.jsonl first.jsonl\n"
        "mount -o remount,size=20m results\n"
        f"{SNAKEMAKE} semantics\n"
        "cp results/small/answers/blunt/0.jsonl kept.jsonl\n"
        "mkdir small && mount -t tmpfs -o size=4k tmpfs small\n"
        f"export PYTHONPATH=workflow\n{PARSE} 2> stage.err || echo rc $? > stage.rc\n"
        "ls -A small > stage.left\n",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done


def test_a_full_disk_is_told_in_a_sentence_and_the_next_run_goes_on(
    full: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = full
    text = done.stdout + done.stderr
    assert "cannot be written (No space left on device): free the disk" in text
    assert "Traceback" not in text
    first = (folder / "first.jsonl").read_text()
    assert 0 < first.count("\n") < ANSWERS
    whole = first[: first.rindex("\n") + 1]
    assert (folder / "kept.jsonl").read_text().startswith(whole), "an answer was lost"
    keys = journal(folder)
    assert len(keys) == len(set(keys)) == ANSWERS


def test_a_stage_tells_a_full_disk_in_a_sentence(
    full: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = full
    said = (folder / "stage.err").read_text()
    assert (folder / "stage.rc").read_text() == "rc 1\n", said
    assert "No space left on device" in said
    assert "free the disk" in said
    assert "Traceback" not in said
    assert "choices" not in (folder / "stage.left").read_text(), "half a file is left"


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
    assert " done" not in text.split("cannot be written")[0], "some job ran"
