"""The environment of engines, for the tests that need it: without it they fail and say so."""

import atexit
import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from asking import ROOT, Job
from tactometer.elicitation import engine_environment

HOME = Path(os.environ.get(engine_environment.VARIABLE) or engine_environment.DEFAULT)
PYTHON = HOME / "bin" / "python"


def environment() -> dict[str, str]:
    """What a command in that environment sees: this package, nobody to call, and one core: the
    other tests run on the other one, and threads that wait for each other would wait for them."""
    path = os.pathsep.join([str(ROOT / "workflow"), str(ROOT / "tests/support")])
    alone = {"OMP_NUM_THREADS": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind"}
    return {**os.environ, **engine_environment.SILENT, **alone, "PYTHONPATH": path}


@cache
def warm() -> Any:
    """The process that forks for each command (warm.py), started at the first of them."""
    assert PYTHON.exists(), f"{HOME} is no environment: run `make engines`"
    command = [str(PYTHON), str(ROOT / "tests/support/warm.py")]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment(), text=True)
    atexit.register(process.kill)
    return process


def tell(told: dict[str, Any]) -> Any:
    """Tell the warm process something; gives its answer."""
    warm().stdin.write(json.dumps(told) + "\n")
    warm().stdin.flush()
    return json.loads(warm().stdout.readline())


@dataclass(frozen=True)
class Fork:
    """A command that runs in a fork of the warm process; its output goes to files."""

    pid: int
    out: str

    def poll(self) -> int | None:
        """Its return code, None while it runs; to be asked no more when it has ended."""
        code: int | None = tell({"wait": self.pid})
        return code

    def wait(self, seconds: float = 240.0) -> int:
        """Wait for its end; gives the return code."""
        until = time.monotonic() + seconds
        while (code := self.poll()) is None:
            assert time.monotonic() < until, self.said("err")
            time.sleep(0.02)
        return code

    def kill(self, how: int = signal.SIGKILL) -> None:
        """Send it a signal, SIGKILL by default."""
        os.kill(self.pid, how)

    def said(self, where: str) -> str:
        """What it has printed so far: to `out` or `err`."""
        return Path(f"{self.out}.{where}").read_text()


def start(arguments: Sequence[str], folder: Path, script: str = "") -> Fork:
    """Start a script and then `tactometer` with some arguments, in a folder."""
    out = str(folder / f".fork-{time.monotonic_ns()}")
    told = {"start": list(arguments), "script": script, "cwd": str(folder), "out": out}
    return Fork(int(tell(told)), out)


def run(
    arguments: Sequence[str], folder: Path, script: str = "", check: bool = True
) -> subprocess.CompletedProcess[str]:
    """The same, to its end."""
    fork = start(arguments, folder, script)
    code = fork.wait()
    out, err = fork.said("out"), fork.said("err")
    if check and code:
        raise AssertionError(f"{out}\n{err}")
    return subprocess.CompletedProcess(list(arguments), code, out, err)


def ask(asked: Job, check: bool = True, script: str = "") -> subprocess.CompletedProcess[str]:
    """Run the ask job of a test."""
    return run(asked.arguments(), asked.folder, script, check)


def reference(model: Path, asked: Job) -> dict[str, Any]:
    """What `reference.py` finds for the requests of a job."""
    paths = [str(path) for path in asked.requests]
    script = f"import reference\nreference.main({str(model)!r}, {paths!r})"
    return dict(json.loads(run([], asked.folder, script).stdout))
