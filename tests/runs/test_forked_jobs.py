"""A run as a user starts it has one timer, and its jobs forked."""

import os
import subprocess
import sys
from pathlib import Path

import graph

RUN = """\
import sys
from snakemake.cli import main
sys.argv = ["snakemake", *sys.argv[1:]]
try: main()
except SystemExit as end: print("ended", end.code)
from snakemake.scheduling.job_scheduler import JobScheduler
from tactometer.cli import forkserver
print("looks by", JobScheduler._schedule_reevalutation.__module__)
print("stops by", JobScheduler.exit_gracefully.__module__)
print("servers", [server.poll() for server in forkserver._BEGUN])
"""


def run(folder: Path, *words: str, **more: str) -> str:
    """What Snakemake has in its process after a run."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | more
    command = [sys.executable, "-c", RUN, *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert "ended 0" in done.stdout, done.stderr
    return done.stdout


def test_a_run_has_one_timer_and_a_server_and_a_dry_run_or_one_without_has_none(
    tmp_path: Path,
) -> None:
    folder = graph.lay_out(tmp_path / "run")
    assert "servers []" in run(folder, "-n")
    told = run(folder, "--until", "requests")
    assert "looks by tactometer.recipes.one_timer" in told
    assert "stops by tactometer.recipes.stop_signal" in told
    assert "servers [None]" in told, "it serves as long as Snakemake lives"
    graph.edit(folder / "config/config.yaml", "{name_pairs: 1, sem", "{name_pairs: 2, sem")
    assert "servers []" in run(folder, "--until", "requests", TACTOMETER_FORKSERVER="")
