"""Environment variables of the jobs that Snakemake starts."""

import os
import sys
from pathlib import Path

from tactometer.utils.paths import WORKFLOW


def use_this_package() -> None:
    """Let jobs run this very package, with the Python that runs Snakemake, activated or not.

    Whatever the locale, they read and write UTF-8.
    """
    os.environ["PYTHONUTF8"] = "1"
    paths = {"PYTHONPATH": WORKFLOW, "PATH": Path(sys.executable).parent}
    for name, path in paths.items():
        held = os.environ.get(name)
        os.environ[name] = os.pathsep.join([str(path), *([held] if held else [])])
