"""Commands in the process of a test, for claims that are none about a process.

A process of its own imports LiteLLM, polars and the rest again, some seconds each time.
"""

import contextlib
import io
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

from tactometer.cli import parser


def command(
    folder: Path, arguments: Sequence[str], **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `tactometer` in a folder, here; what it raises that is no sentence is raised."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.dict(os.environ, environment),
    ):
        try:
            parser.main(list(arguments))
        except SystemExit as ended:
            code = int(ended.code or 0)
    return subprocess.CompletedProcess(list(arguments), code, out.getvalue(), err.getvalue())
