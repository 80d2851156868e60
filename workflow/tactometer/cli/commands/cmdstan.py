"""`tactometer cmdstan`: find CmdStan, or build it, and compile programs ahead."""

from argparse import ArgumentParser, Namespace

from tactometer.utils.paths import STAN

PURPOSE = "find CmdStan, or build it"


def arguments(parser: ArgumentParser) -> None:
    """Which programs to compile."""
    known = sorted(path.stem for path in STAN.glob("*.stan"))
    parser.add_argument("--compile", nargs="*", default=[], choices=known, metavar="PROGRAM")


def run(given: Namespace) -> None:
    """Find CmdStan, or install it, telling what is being done."""
    from tactometer.inference import cmdstan

    cmdstan.ensure()
    for name in given.compile:  # one at a time: a compiler takes a GiB
        cmdstan.executable(STAN / f"{name}.stan")
