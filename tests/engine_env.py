"""The environment of engines, for the tests that need it: without it they fail and say so."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from asking import ROOT, Job
from tactometer import engines

HOME = Path(os.environ.get(engines.VARIABLE) or engines.DEFAULT)


def run(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command with the Python of the engines."""
    python = HOME / "bin" / "python"
    assert python.exists(), f"{HOME} is no environment: run `make engines`"
    path = os.pathsep.join([str(ROOT / "workflow"), str(ROOT / "tests")])
    env = {**os.environ, **engines.SILENT, "PYTHONPATH": path}
    done = subprocess.run([str(python), *command], env=env, capture_output=True, text=True)
    if check and done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done


def reference(model: Path, asked: Job) -> dict[str, Any]:
    """What `reference.py` finds for the requests of a job."""
    requests = map(str, asked.requests)
    return dict(json.loads(run(str(ROOT / "tests/reference.py"), str(model), *requests).stdout))
