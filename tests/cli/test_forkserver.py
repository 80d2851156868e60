"""A job that a server forks is what its own process would have been, and ends as it would."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tactometer.cli import forkserver
from tactometer.utils.paths import WORKFLOW

pytestmark = [
    pytest.mark.xdist_group("forkserver"),
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each job starts by itself"),
]
STAGE = "tables.dictionary"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator["subprocess.Popen[bytes]"]:
    """A server that listens, named in the environment."""
    monkeypatch.setenv(forkserver.NAME, "")  # so that it is as it was in the end
    del os.environ[forkserver.NAME]
    monkeypatch.setenv("PYTHONPATH", str(WORKFLOW))
    forkserver.begin(forkserver.WORTH)
    begun = forkserver._BEGUN.pop()
    name = os.environ[forkserver.NAME]
    for _ in range(600):  # it has its imports first
        if listens():
            break
        assert begun.poll() is None, f"{name} has ended"
        time.sleep(0.05)
    yield begun
    assert begun.stdin
    begun.stdin.close()
    assert begun.wait(30) == 0


SPIED = """\
import os, sys
from tactometer.cli import forkserver
sys.argv = ["tactometer", *sys.argv[1:]]
print(forkserver.forked(sys.argv[1:]), file=sys.stderr)
"""


def listens() -> bool:
    """Whether the server forks by now: the exit status of a stage's help comes from it."""
    done = subprocess.run(
        [sys.executable, "-c", SPIED, STAGE, "--help"], capture_output=True, text=True
    )
    return done.stderr.strip() == "0"


def job(*words: str, **how: object) -> tuple[int, int, str, str]:
    """Run a stage as a rule does: its exit status, process id, and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tactometer", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how,  # type: ignore[call-overload]
    )  # fmt: skip
    out, err = process.communicate(timeout=60)
    return process.returncode, process.pid, out, err


def described(table: Path, out: Path) -> list[str]:
    """The job that describes the columns of one table."""
    guide = out.with_name("README.txt")
    return [STAGE, "--tables", str(table), "--out", str(out), "--guide", str(guide)]


def blocked(server: "subprocess.Popen[bytes]", folder: Path) -> tuple["subprocess.Popen[str]", int]:
    """A job that waits for ever for a file to be written, and the fork that does its work."""
    os.mkfifo(folder / "checks.parquet")
    words = described(folder / "checks.parquet", folder / "out.csv")
    process = subprocess.Popen([sys.executable, "-m", "tactometer", *words])
    while not (forks := psutil.Process(server.pid).children()):
        assert process.poll() is None
        time.sleep(0.02)
    return process, forks[0].pid


def ended(pid: int) -> bool:
    """Whether a process is no more, within some seconds."""
    for _ in range(200):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def test_a_fork_has_the_jobs_words_folder_environment_and_streams(
    server: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    words = described(Path("nothing.parquet"), Path("o.csv"))
    status, _, out, err = job(*words, cwd=tmp_path)
    assert status == 1 and out == ""
    assert err.startswith("tactometer: ") and "nothing.parquet" in err and err.count("\n") == 1
    assert "usage: tactometer tables.dictionary" in job(STAGE, "--help")[2]
    assert job(STAGE, "--hepl")[0] == 2, "the exit status is the fork's"


def test_a_result_is_the_same_bytes_as_of_a_process_of_its_own(
    server: "subprocess.Popen[bytes]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import polars as pl

    pl.DataFrame({"study": ["a"], "model": ["b"]}).write_parquet(tmp_path / "checks.parquet")
    made = []
    for name in (os.environ[forkserver.NAME], ""):
        monkeypatch.setenv(forkserver.NAME, name)
        out = tmp_path / f"out{len(made)}.csv"
        status, _, _, err = job(*described(tmp_path / "checks.parquet", out))
        assert status == 0, err
        made.append(out.read_bytes())
    assert made[0] == made[1] and made[0]


def test_a_signal_reaches_the_fork_and_a_killed_job_takes_it_along(
    server: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    for number, status in ((signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGKILL, -9)):
        folder = tmp_path / number.name
        folder.mkdir()
        process, fork = blocked(server, folder)
        process.send_signal(number)
        assert process.wait(30) == status
        assert ended(fork), number.name
    assert job(STAGE, "--help")[0] == 0, "it goes on serving"


def test_a_stage_that_cannot_be_imported_says_so_each_time_and_others_go_on(
    server: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    process, _ = blocked(server, tmp_path)
    for _ in range(3):  # from the second time on the server tries to import it
        status, _, _, err = job("tables.no_such_stage")
        assert status == 1 and "there is no command 'tables.no_such_stage'" in err
    assert process.poll() is None and server.poll() is None
    process.terminate()
    assert process.wait(30) == 128 + signal.SIGTERM


def test_it_ends_with_its_snakemake_but_not_before_its_forks(
    server: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    process, _ = blocked(server, tmp_path)
    assert server.stdin
    server.stdin.close()
    time.sleep(0.2)
    assert server.poll() is None
    process.terminate()
    assert process.wait(30) == 128 + signal.SIGTERM
    assert server.wait(30) == 0


def test_another_environment_is_not_served(server: "subprocess.Popen[bytes]") -> None:
    code = "import sys; sys.prefix = '/elsewhere'\n" + SPIED
    done = subprocess.run(
        [sys.executable, "-c", code, STAGE, "--help"], capture_output=True, text=True
    )
    assert done.stderr.strip() == "None"


@pytest.mark.parametrize("words", [["summary"], [], *([name] for name in forkserver.ALONE)])
def test_commands_of_people_and_what_loads_engines_start_by_themselves(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(forkserver.NAME, "nobody-listens")
    assert forkserver.forked(words) is None


def test_where_nobody_listens_a_job_starts_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(forkserver.NAME, "nobody-listens")
    assert job(STAGE, "--help", env={**os.environ, "PYTHONPATH": str(WORKFLOW)})[0] == 0


def test_few_jobs_begin_none_and_a_variable_that_is_set_begins_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(forkserver.NAME, raising=False)
    forkserver.begin(forkserver.WORTH - 1)
    monkeypatch.setenv(forkserver.NAME, "")
    forkserver.begin(forkserver.WORTH)
    assert not forkserver._BEGUN


def test_whatever_is_served_is_a_stage() -> None:
    from tactometer.study import stages

    known = {stage.module for stage in stages.declared().values()}
    assert set(forkserver.ALONE) <= known and STAGE in known


THREADS = """\
import importlib, os, polars, scipy.stats
from tactometer.cli import forkserver
from tactometer.study import analyses, stages
before = len(os.listdir("/proc/self/task"))
for stage in stages.declared().values():
    if stage.module not in forkserver.ALONE:
        importlib.import_module(f"tactometer.{stage.module}")
for name in analyses.names():
    importlib.import_module(f"tactometer.analyses.{name}.computation")
print(len(os.listdir("/proc/self/task")) - before)
"""


def test_importing_a_stage_begins_no_thread() -> None:
    """A fork has none of its server's threads: one that polars began would leave it waiting."""
    env = {**os.environ, "PYTHONPATH": str(WORKFLOW)}
    done = subprocess.run([sys.executable, "-c", THREADS], env=env, capture_output=True, text=True)
    assert done.stdout == "0\n", done.stderr
