"""Atomic file writes: whoever is killed while writing leaves no half of a file."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tactometer.utils.errors import UserError
from tactometer.utils.locks import Busy, Lock

_HELD: list[Lock] = []


def hold(path: Path) -> None:
    """Hold a lock until this process ends, however it ends; UserError if another one holds it."""
    lock = Lock(path)
    try:
        lock.acquire(timeout=0)
    except Busy:
        raise UserError(
            f"another Snakemake is at work on this study (it holds {path}): wait until it ends."
        ) from None
    _HELD.append(lock)


def probe(folder: Path) -> None:
    """Raise UserError if a folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise UserError(
            f"{folder} cannot be written ({error.strerror}): mount it for writing, mend its "
            "permissions or free the disk, then run again."
        ) from None


@contextmanager
def atomic(path: Path, sync: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `path`, which takes its place when the block ends well.

    With `sync` it is on disk then; what can be made again in no time need not be.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        if sync:
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_if_changed(path: Path, text: str, sync: bool = True) -> bool:
    """Write a text unless the file holds it already; say whether it was written."""
    try:
        if path.read_text() == text:
            return False
    except FileNotFoundError:
        pass
    with atomic(path, sync) as temporary:
        temporary.write_text(text)
    return True
