"""Snakemake as a command, without its imports: a process that has imported it forks for each.

Its imports take more than half of the time of a dry run, and a gate makes hundreds. A fork has
Snakemake's modules and nothing of another run: it never imported a line of the package. `run` is
`python -m MODULE` in a folder otherwise; a test of starting, killing or signalling a process starts
one of its own. Run as `python forked.py`, this file is the process that forks: it reads a JSON
object a line, and answers with the return code and the processor seconds of the fork.
"""

import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

WORKFLOW = Path(__file__).parents[2] / "workflow"
SPENT = [0.0]  # processor seconds of all forks, which are no children of this process


def run(
    module: str, arguments: Sequence[str], folder: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a module in a folder as a command, to its end."""
    with tempfile.TemporaryDirectory() as said:
        asked = {"argv": [module, *arguments], "cwd": str(folder), "env": dict(env), "said": said}
        status, seconds = _ask(asked)
        out, err = ((Path(said) / end).read_text() for end in ("out", "err"))
    SPENT[0] += seconds
    return subprocess.CompletedProcess(asked["argv"], status, out, err)


def _ask(asked: dict[str, Any]) -> tuple[int, float]:
    server = _server()
    assert server.stdin and server.stdout
    server.stdin.write(json.dumps(asked) + "\n")
    server.stdin.flush()
    answer = server.stdout.readline()
    assert answer, "the process that forks has ended"
    status, seconds = json.loads(answer)
    return int(status), float(seconds)


@cache
def _server() -> "subprocess.Popen[str]":
    """The process that forks; it ends with this one, whose pipe it reads."""
    env = {**os.environ, "PYTHONPATH": str(WORKFLOW)}  # for Snakemake's logger plugin
    command, pipe = [sys.executable, "-P", __file__], subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=env, cwd="/")


def _imports() -> None:
    """What every fork would import for itself, and what Snakemake finds out of its plug-ins."""
    import msgspec  # noqa: F401
    import pulp  # noqa: F401  # which its scheduler imports
    import smart_open  # noqa: F401
    import snakemake.cli
    import yaml  # noqa: F401

    snakemake.cli.get_argument_parser()


def _become(asked: dict[str, Any]) -> None:
    """Make a forked process what a new one would be: its output, folder, environment, arguments."""
    for number, end in ((1, "out"), (2, "err")):
        path = f"{asked['said']}/{end}"
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    module, *words = asked["argv"]
    sys.argv = [module, *words]
    added = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [asked["cwd"], *filter(None, added)]


def _serve() -> dict[str, Any] | None:
    """Fork for each line; gives what is asked in the fork, None in the server at its end."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nobody else prints where the answers go
    while line := sys.stdin.readline():
        asked: dict[str, Any] = json.loads(line)
        if (child := os.fork()) == 0:
            answers.close()
            _become(asked)
            return asked
        _, status, used = os.wait4(child, 0)
        spent = [os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime]
        answers.write(json.dumps(spent) + "\n")
        answers.flush()
    return None


if __name__ == "__main__":
    _imports()
    if (task := _serve()) is not None:  # a fork, which ends as any process does
        runpy.run_module(task["argv"][0], run_name="__main__", alter_sys=True)
