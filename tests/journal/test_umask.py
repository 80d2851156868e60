"""Files that another user made, whose umask closes them: one sentence that names the file."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import stub
from asking import KEY, ROOT, Job, job, model

# Root may read all: without these two capabilities it is a user like others.
PLAIN = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A checkpoint with its answers, prices and account."""
    folder = tmp_path_factory.mktemp("umask")
    with stub.running(folder / "log") as base:
        prices = {"openai/m": {"input": 1, "output": 1}}
        found = job(folder / "run", model(base), rows=3, budget_usd=5, prices=prices)
        found.run()
        yield found


@pytest.mark.parametrize(
    ("which", "mode"),
    [
        ("m/0.jsonl", 0o000),
        ("m/0.jsonl", 0o444),
        ("m/.0.jsonl.lock", 0o000),
        ("m/0.prices.json", 0o000),
        (".spending.json", 0o000),
        ("../../../requests/default.parquet", 0o000),
        ("m", 0o555),
    ],
)
def test_what_another_users_umask_closes_is_told_in_a_sentence(
    asked: Job, which: str, mode: int
) -> None:
    path = (asked.answers / which).resolve()
    lines = asked.journal.read_text()
    if path != asked.journal:
        asked.journal.write_text(lines.partition("\n")[0] + "\n")  # so that there is work
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        env = {**os.environ, "PYTHONPATH": str(ROOT / "workflow"), "TEST_API_KEY": KEY}
        command = [*PLAIN, sys.executable, "-m", "tactometer", *asked.arguments()]
        done = subprocess.run(command, cwd=asked.folder, env=env, capture_output=True, text=True)
    finally:
        path.chmod(before)
        asked.journal.write_text(lines)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said and "umask" in done.stderr, said
    assert Path(which).name in done.stderr, done.stderr
