"""One writer a journal, on every file system: with the kernel's locks and without."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import noflock
from asking import ROOT

COUNT = """
import sys
from pathlib import Path
from tactometer.utils.locks import Lock
path = Path(sys.argv[1])
for _ in range(40):
    with Lock(path.with_suffix(".lock")):
        path.write_text(str(int(path.read_text()) + 1))
"""
HOLD = """
import sys, time
from pathlib import Path
from tactometer.journal import journal
with journal.write(Path(sys.argv[1])):
    print("open", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture(params=["kernel", "none"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    lacking = noflock.build(tmp_path, "ENOSYS") if request.param == "none" else {}
    return {**os.environ, "PYTHONPATH": str(ROOT / "workflow"), **lacking}


def start(script: str, env: dict[str, str], *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=env, stdout=pipe, stderr=pipe, text=True)


def test_of_several_processes_one_at_a_time_holds_a_lock(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    path = tmp_path / "count"
    path.write_text("0")
    running = [start(COUNT, environment, path) for _ in range(5)]
    said = [process.communicate(timeout=120) for process in running]
    assert path.read_text() == "200", said


def test_a_journal_has_one_writer_and_the_next_one_when_that_was_killed(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    path = tmp_path / "0.jsonl"
    first = start(HOLD, environment, path, 60)
    assert first.stdout is not None and first.stdout.readline() == "open\n"
    second = start(HOLD, environment, path, 0)
    assert second.stdout is not None
    assert "is being written by process" in second.stdout.readline()
    time.sleep(0.5)
    assert second.poll() is None, "two writers"
    first.kill()
    first.wait()
    assert "open" in second.communicate(timeout=30)[0]
    assert second.returncode == 0


def test_a_file_system_without_lock_service_is_told_in_a_sentence(tmp_path: Path) -> None:
    lacking = noflock.build(tmp_path, "ENOLCK")
    env = {**os.environ, "PYTHONPATH": str(ROOT / "workflow"), **lacking}
    process = start(HOLD, env, tmp_path / "0.jsonl", 0)
    _, err = process.communicate(timeout=30)
    assert process.returncode != 0 and "let it be started" in err.splitlines()[-1]
