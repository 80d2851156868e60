"""`tactometer replay`: the tables of an archive made anew from its answers, beside its own."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

PURPOSE = "make the tables of an archived study anew from its answers, asking nobody, and compare"


def arguments(parser: ArgumentParser) -> None:
    """Which archive, and where to work."""
    parser.add_argument("file", type=Path, help="what `tactometer archive` made")
    parser.add_argument(
        "--folder", type=Path, help="an empty folder to work in (replay-NAME beside the file)"
    )
    parser.add_argument("--cores", type=int, default=2, help="how many jobs at once (2)")


def run(given: Namespace) -> int:
    """Unpack, make the tables, say whether each number is the same; 1 if some differ."""
    from tactometer.archives import packing, replaying
    from tactometer.utils.errors import UserError, at_least_one

    at_least_one("cores", given.cores)
    folder = given.folder or given.file.parent / f"replay-{given.file.stem}"
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is not empty: name another with --folder, or delete it.")
    name = packing.unpack(given.file, folder)
    results = folder / "results" / name
    start = "its answers" if replaying.has_words(results) else "its choices, for it has no answers"
    print(f"{name}: unpacked into {folder}; making its tables from {start}.", flush=True)
    log = replaying.replay(folder.resolve(), name, cores=given.cores)
    lines = replaying.compared(folder / replaying.ARCHIVED, results / "tables")
    print("\n".join(lines))
    print(f"Tables: {results / 'tables'}; log: {log}.")
    return 1 if any("differ by more" in line for line in lines) else 0
