"""The command `tactometer`, and `python -m tactometer`."""

import os
import sys
from pathlib import Path

TERMINAL = "TACTOMETER_TERMINAL"
"""The environment variable that hands the encoding of a terminal on, where it is not UTF-8."""


def main() -> None:
    """Run the command line of the checkout that this is called in.

    One environment may serve several checkouts: the package that counts is the one in the folder
    where the command is given, if there is one, else the one that is installed.
    """
    here = Path("workflow/tactometer/__main__.py")
    elsewhere = here.is_file() and not here.samefile(__file__)
    if elsewhere:
        paths = [str(here.resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    if foreign := sys.getfilesystemencoding() != "utf-8":
        os.environ["PYTHONUTF8"] = "1"
        os.environ[TERMINAL] = sys.stdout.encoding
    if elsewhere or foreign:
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "tactometer", *sys.argv[1:]])
    if os.environ.get("TACTOMETER_FORKSERVER"):
        from tactometer.cli.forkserver import forked

        if (status := forked(sys.argv[1:])) is not None:
            sys.exit(status)
    from tactometer.cli.parser import main
    from tactometer.inference import cache_place
    from tactometer.utils.any_encoding import spell

    spell(sys.stdout, sys.stderr, encoding=os.environ.pop(TERMINAL, None))
    cache_place.enter()
    main()


if __name__ == "__main__":
    main()
