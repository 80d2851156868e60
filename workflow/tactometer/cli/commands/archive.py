"""`tactometer archive`: a study with its answers and tables as one file, for others to check."""

import shlex
from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "pack a study with its answers, tables and page into one file that others can replay"


def arguments(parser: ArgumentParser) -> None:
    """Which study, where to, and whether answers may be published."""
    parser.add_argument("study", help="a study that was run, by file or name")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file: a zip")
    parser.add_argument(
        "--no-text",
        action="store_true",
        help="without what models wrote, where that may not be published: the replay then starts"
        " from the choices",
    )


def run(given: Namespace) -> None:
    """Write the archive and say what it holds."""
    from tactometer.archives import packing
    from tactometer.study import study_files

    sweep, _ = study_files.load([given.study])
    text = not given.no_text
    count = packing.pack(sweep, Path("results") / sweep.name, given.out, text=text)
    size = given.out.stat().st_size / 2**20
    held = "with its answers" if text else "without what models wrote"
    print(f"{given.out}: {sweep.name} {held}, {count:,} files, {size:.1f} MiB.")
    print(f"Others make its tables anew with `tactometer replay {shlex.quote(given.out.name)}`.")
