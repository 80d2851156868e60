"""Files that another user made, whose umask closes them: one sentence that names the file."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import inside
import stub
from asking import KEY, ROOT, Job, job, model

pytestmark = pytest.mark.xdist_group("umask")  # what they look at is made once

# Root may read all: without these two capabilities it is a user like others.
PLAIN = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A checkpoint with its answers, prices and account."""
    folder = tmp_path_factory.mktemp("umask")
    with stub.running(folder / "log") as base:
        prices = {"openai/m": {"input": 1, "output": 1}}
        found = job(folder / "run", model(base), rows=3, budget_usd=5, prices=prices)
        done = inside.command(found.folder, found.arguments(), TEST_API_KEY=KEY)
        assert done.returncode == 0, done.stderr
        yield found


CASES = [
    ("m/0.jsonl", 0o000),
    ("m/0.jsonl", 0o444),
    ("m/.0.jsonl.lock", 0o000),
    ("m/0.prices.json", 0o000),
    (".spending.json", 0o000),
    ("../../../requests/default.parquet", 0o000),
    ("m", 0o555),
]
# All cases in one process without those capabilities: the command, with what closes its files.
EVERY = """\
import json, pathlib, sys
import inside
answers, arguments, cases = map(json.loads, sys.argv[1:])
journal = pathlib.Path(answers, "m/0.jsonl")
lines, told = journal.read_text(), []
for which, mode in cases:
    path = pathlib.Path(answers, which).resolve()
    if path != journal.resolve():
        journal.write_text(lines.partition("\\n")[0] + "\\n")  # so that there is work
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        done = inside.command(pathlib.Path(), arguments)
    finally:
        path.chmod(before)
        journal.write_text(lines)
    told.append([done.returncode, done.stdout, done.stderr])
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(asked: Job) -> dict[tuple[str, int], tuple[int, str, str]]:
    """Exit status, output and errors of every case."""
    path = os.pathsep.join([str(ROOT / "workflow"), str(ROOT / "tests/support")])
    env = {**os.environ, "PYTHONPATH": path, "TEST_API_KEY": KEY}
    given = map(json.dumps, (str(asked.answers), asked.arguments(), CASES))
    command = [*PLAIN, sys.executable, "-c", EVERY, *given]
    done = subprocess.run(command, cwd=asked.folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {case: tuple(said) for case, said in zip(CASES, json.loads(done.stdout), strict=True)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]:o}")
def test_what_another_users_umask_closes_is_told_in_a_sentence(
    case: tuple[str, int], told: dict[tuple[str, int], tuple[int, str, str]]
) -> None:
    status, out, err = told[case]
    assert status == 1, out + err
    assert "Traceback" not in out + err and "umask" in err, out + err
    assert Path(case[0]).name in err, err
