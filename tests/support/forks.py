"""Commands without their imports: each runs in a fork of a process that has them already (warm.py).

LiteLLM takes five seconds of a processor to import, an engine ten: a test of what a command does
when it is killed or told to stop need not pay for that each time.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0  # seconds


class Fork:
    """A command that runs in a fork of a warm process, told as `subprocess.Popen` tells of one."""

    def __init__(self, warm: "Warm", told: Mapping[str, Any]) -> None:
        self._warm, self._out = warm, str(told["out"])
        self.args = [*told["start"]]
        for where in ("out", "err"):
            Path(f"{self._out}.{where}").touch()
        self.pid = int(warm.tell({**told}))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its return code, None while it runs."""
        if self.returncode is None:
            self.returncode = self._warm.tell({"wait": self.pid})
        return self.returncode

    def wait(self, timeout: float = PATIENCE) -> int:
        """Wait for its end; gives the return code."""
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(self.args, timeout, stderr=self.said("err"))
            time.sleep(0.01)
        return code

    def communicate(self, timeout: float = PATIENCE) -> tuple[str, str]:
        """Wait for its end; gives what it printed."""
        self.wait(timeout)
        return self.said("out"), self.said("err")

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self, how: int = signal.SIGKILL) -> None:
        """Send it a signal, SIGKILL by default."""
        self.send_signal(how)

    def said(self, where: str) -> str:
        """What it has printed so far: to `out` or `err`."""
        return Path(f"{self._out}.{where}").read_text()


class Warm:
    """The process that forks for each command: a Python with some imports done (`warm.py`)."""

    def __init__(self, python: str, imports: str, environment: Mapping[str, str]) -> None:
        self._said = TemporaryDirectory()
        command = [python, str(ROOT / "tests/support/warm.py"), imports]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, env=environment, text=True
        )
        atexit.register(self._process.wait)
        atexit.register(self._process.kill)  # comes first

    def tell(self, told: dict[str, Any]) -> Any:
        """Tell it something; gives its answer."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def start(
        self,
        arguments: Sequence[str],
        folder: Path,
        script: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> Fork:
        """Start a script and then `tactometer` with some arguments, in a folder; with this
        environment, or its own.
        """
        out = str(Path(self._said.name) / str(time.monotonic_ns()))
        told = {"start": list(arguments), "script": script, "cwd": str(folder), "out": out}
        return Fork(self, {**told, "environment": environment and dict(environment)})


@cache
def stubs() -> Warm:
    """The one that has imported what servers of tests import: a start is a fifth of a second."""
    return Warm(sys.executable, "stubs", {**os.environ, "PYTHONPATH": str(ROOT / "workflow")})


@contextmanager
def serving(script: str, *arguments: str) -> Iterator[str]:
    """A script that serves and prints its address first, in a fork; gives the address."""
    command = f"import runpy, sys\nsys.argv = {[script, *arguments]!r}\n"
    run = f"runpy.run_path({script!r}, run_name='__main__')"
    process = stubs().start([], Path.cwd(), command + run)
    try:
        until = time.monotonic() + PATIENCE
        while not (said := process.said("out")).endswith("\n"):
            assert process.poll() is None and time.monotonic() < until, process.said("err")
            time.sleep(0.002)
        yield said.strip()
    finally:
        process.kill()
        process.wait()


@cache
def asking() -> Warm:
    """The one that has imported what an ask job of the provider `api` imports, LiteLLM too."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow")}
    return Warm(sys.executable, "api", environment)
