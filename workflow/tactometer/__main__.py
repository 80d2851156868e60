"""The command `tactometer`, and `python -m tactometer`."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command line of the checkout that this is called in.

    One environment may serve several checkouts: the package that counts is the one in the folder
    where the command is given, if there is one, else the one that is installed.
    """
    here = Path("workflow/tactometer/__main__.py")
    if here.is_file() and not here.samefile(__file__):
        paths = [str(here.resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "tactometer", *sys.argv[1:]])
    from tactometer.cli.parser import main

    main()


if __name__ == "__main__":
    main()
