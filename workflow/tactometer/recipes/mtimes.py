"""Repair modification times in the future: left by a clock that was ahead, or found by one that is
behind.

Snakemake goes by time: an output dated ahead looks newer than every change to come, and would
stand for good.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from tactometer.utils.errors import UserError

TOLERANCE = 60.0  # seconds that a file server's clock may be ahead of this one
WARNING = (
    "the clock has jumped: files of this study are dated in the future, and changes may go unseen; "
    "the next run dates them anew."
)
_STEP = 1_000  # nanoseconds between two files that are dated anew


def ahead(*folders: Path) -> list[Path]:
    """The files that are dated after now, oldest first; none where all are within `TOLERANCE`."""
    return [path for _, path in _ahead(time.time_ns(), folders)]


def settle(*folders: Path) -> str:
    """Date files from the future now, in the order that they have; gives a sentence, or "".

    Raises UserError where they cannot be dated.
    """
    now = time.time_ns()
    found = _ahead(now, folders)
    if not found:
        return ""
    times = {stamp: rank for rank, stamp in enumerate(dict.fromkeys(t for t, _ in found))}
    for stamp, path in found:
        new = now - (len(times) - times[stamp]) * _STEP
        try:
            os.utime(path, ns=(new, new))
        except OSError as error:
            raise UserError(
                f"{path} is dated in the future and cannot be dated anew ({error.strerror}): set "
                "the clock right, or make the file writable."
            ) from None
    hours = (found[-1][0] - now) / 3.6e12
    return (
        f"the clock has jumped: {len(found)} files of this study were dated up to {hours:.1f} h "
        "ahead; they are dated now, in their order, so that no later change is missed."
    )


def _ahead(now: int, folders: tuple[Path, ...]) -> list[tuple[int, Path]]:
    found = sorted(each for folder in folders for each in _times(folder) if each[0] > now)
    return found if found and found[-1][0] > now + TOLERANCE * 1e9 else []


def _times(folder: Path) -> Iterator[tuple[int, Path]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _times(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False).st_mtime_ns, Path(entry.path)
    except FileNotFoundError:  # not made yet, or gone meanwhile
        return
