"""The environment of engines, for the tests that need it: without it they fail and say so."""

import json
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from asking import ROOT, Job
from forks import Fork, Warm
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
def warm() -> Warm:
    """The process that forks for each command, started at the first of them."""
    assert PYTHON.exists(), f"{HOME} is no environment: run `make engines`"
    return Warm(str(PYTHON), "engines", environment())


def start(arguments: Sequence[str], folder: Path, script: str = "") -> Fork:
    """Start a script and then `tactometer` with some arguments, in a folder."""
    return warm().start(arguments, folder, script)


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


def bits(model: Path, text: str, folder: Path) -> float:
    """What `reference.bits` finds of a text."""
    script = f"import reference\nreference.bits({str(model)!r}, {text!r})"
    return float(json.loads(run([], folder, script).stdout))


def utterances(model: Path, asked: Job, chat: bool = True) -> dict[str, Any]:
    """What `reference.utterances` finds for the requests of a job."""
    paths = [str(path) for path in asked.requests]
    script = f"import reference\nreference.utterances({str(model)!r}, {paths!r}, {chat})"
    return dict(json.loads(run([], asked.folder, script).stdout))
