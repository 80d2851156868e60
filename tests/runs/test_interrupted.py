"""Whoever kills a run, at any moment, loses nothing: the next call completes it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import graph
from graph import edit, plan, snakemake

STUDY = """\
study: small
goals: [social]
framings: [third]
sample: {name_pairs: 1, semantics_name_pairs: 1}
fit: {chains: 2, warmup: 150, draws: 150}
models:
  blunt:
    provider: simulated
    checkpoints:
      "0": {alpha: 4.0, phi: 0.8, omega: {inf: 0.8, soc: 0.1, pre: 0.1}}
"""
ANSWERS = 13 * (5 + 5 * 8)
# What there is at the latest when a run is killed: while requests are written, asked, fitted.
MOMENTS = (
    "results/small/requests/blunt/*.parquet",
    "results/small/answers/blunt/0.jsonl",
    "logs/small/fit/blunt/**/*.log",
)


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A run in a process, and a session, of its own."""
    command, null = [sys.executable, "-m", "snakemake", *arguments], subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, stdout=null, stderr=null, start_new_session=True)


def wait_for(folder: Path, pattern: str, run: subprocess.Popen[bytes]) -> None:
    """Wait until a run has made such a file."""
    deadline = time.monotonic() + 240
    while not any(folder.glob(pattern)):
        assert run.poll() is None and time.monotonic() < deadline, pattern
        time.sleep(0.02)


def test_a_run_killed_again_and_again_is_completed(tmp_path: Path) -> None:
    folder = graph.lay_out(tmp_path / "run", STUDY)
    for moment in MOMENTS:
        run = start(folder, "fits")
        wait_for(folder, moment, run)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        assert not any(folder.glob("results/small/fits/**/*.nc")), "it was over"
    snakemake(folder, "fits")
    assert plan(folder, "fits") == {}
    (journal,) = folder.glob("results/small/answers/*/*.jsonl")
    keys = [json.loads(line)["key"] for line in journal.read_text().splitlines()]
    assert len(keys) == len(set(keys)) == ANSWERS


def test_two_runs_at_once_are_told_apart(tmp_path: Path) -> None:
    folder = graph.lay_out(tmp_path / "run", STUDY)
    first = start(folder, "ask")
    try:
        wait_for(folder, "logs/**/*.log", first)  # of a job: it holds the lock
        os.killpg(first.pid, signal.SIGSTOP)  # it must not end before the second has begun
        second = snakemake(folder, "ask", check=False)
        os.killpg(first.pid, signal.SIGCONT)
        assert second.returncode != 0
        assert "another Snakemake is at work on this study" in second.stderr + second.stdout
        assert first.wait(timeout=240) == 0
    finally:
        if first.poll() is None:
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()


def test_a_journal_that_cannot_be_read_stops_its_checkpoint_alone(run: Path) -> None:
    edit(run / "resources/polite_speech/prompts.yaml", "feeling good about\n", "happy about\n")
    answers = run / "results/small/answers"
    journal = answers / "kind/0.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole.replace(b'{"key"', b'{"kex"', 1))
    before = {path: path.read_bytes() for path in answers.glob("*/*.jsonl")}
    done = snakemake(run, "ask", check=False)
    said = done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in said
    assert "kind/0.jsonl, line 1: not a line of a journal; restore the file" in said
    for path, text in before.items():
        assert path.read_bytes().startswith(text)
        assert (len(path.read_bytes()) > len(text)) == (path != journal), "the others were asked"
    planned = graph.tactometer(run, "plan", "config/config.yaml", status=1).stderr
    assert "kind/0.jsonl, line 1: not a line of a journal" in planned
    journal.write_bytes(whole)
    snakemake(run, "ask")
    for path in before:
        keys = [json.loads(line)["key"] for line in path.read_text().splitlines()]
        assert len(keys) == len(set(keys)) == 13 * (2 * 5 + 5 * 8) + 13 * 5


MISTAKES = {
    "a misspelt key": ("framings:", "framinga:", ("config.yaml", "framinga", "framings")),
    "a missing file": ("people.csv", "peopel.csv", ("config.yaml", "peopel.csv", "does not exist")),
    "an unknown goal": ("[default, social]", "[default, socail]", ("config.yaml", "socail")),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graph.lay_out(tmp_path_factory.mktemp("mistakes") / "run")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_stops_a_plan_with_one_sentence(mistake: str, folder: Path) -> None:
    (folder / "config/config.yaml").write_text(graph.STUDY)
    old, new, told = MISTAKES[mistake]
    edit(folder / "config/config.yaml", old, new)
    done = snakemake(folder, "-n", check=False)
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in text
    for word in told:
        assert word in text, text
