"""File locks between processes: one holder, on every file system.

Where the file system has `flock`, the lock is the kernel's and ends with its holder. Where it has
none (ENOSYS: some parallel and user-space file systems), it is a file that only one can make, with
the host, boot and process of its holder; one whose holder has ended is taken away, by whoever is
the only one to say so. Locks of libraries that let several writers in there are not used.
"""

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from tactometer.utils.digests import digest
from tactometer.utils.errors import UserError

MISSING = (errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
BUSY = (errno.EAGAIN, errno.EACCES)
POLL = 0.001  # seconds between two tries, at first; up to half a second


class Busy(Exception):
    """Somebody else holds the lock, and still did at the end of the time given."""


class Lock:
    """A lock at a path, held by one process at a time and freed when that ends, however it ends.

    `with Lock(path): ...` waits for it. `acquire` raises Busy where it does not come in time, and
    UserError where this file system cannot lock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: Callable[[], None] | None = None

    def acquire(self, timeout: float | None = None) -> None:
        """Hold the lock, within so many seconds, or whenever it comes."""
        end = None if timeout is None else time.monotonic() + timeout
        pause = POLL
        while True:
            self._held = self._try()
            if self._held is not None:
                return
            if end is not None and time.monotonic() >= end:
                raise Busy(self._path)
            time.sleep(pause)
            pause = min(0.5, pause * 1.5)

    def release(self) -> None:
        """Let the next one have it."""
        if self._held is not None:
            self._held()
            self._held = None

    def __enter__(self) -> "Lock":
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _try(self) -> Callable[[], None] | None:
        """Hold the lock now, or give None; what frees it again is given."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            if error.errno in BUSY:
                return None
            if error.errno in MISSING:
                return self._alone()
            if error.errno == errno.ENOLCK:
                raise UserError(
                    f"{self._path}: the file system gives no locks ({error.strerror}): on NFS its "
                    "lock service does not run; let it be started, or put the study on another "
                    "file system."
                ) from None
            raise
        return lambda: os.close(handle)

    def _alone(self) -> Callable[[], None] | None:
        """The same by a file that only one can make."""
        path = self._path.with_name(f"{self._path.name}.held")
        mine = json.dumps(_self())
        try:
            _make(path, mine)
        except FileExistsError:
            self._inherit(path)
            return None
        return lambda: path.unlink(missing_ok=True)

    def _inherit(self, path: Path) -> None:
        """Take a lock away whose holder has ended: it may be tried again then."""
        try:
            text = path.read_text()
        except FileNotFoundError:
            return
        if not text or _alive(_holder(text, path), path):
            return
        try:  # of all who see that it has ended, one may say so, and only then is the file another
            _make(path.with_name(f"{path.name}.{digest(text)[:16]}"), "")
        except FileExistsError:
            return
        path.unlink()


def _make(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _self() -> dict[str, Any]:
    """This process: its host, which boot of it, its number and when it began."""
    pid = os.getpid()
    return {"host": socket.gethostname(), "boot": _boot(), "pid": pid, "began": _began(pid)}


def _holder(text: str, path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(text)
        found["host"], found["pid"]
    except (KeyError, TypeError, ValueError):
        raise UserError(
            f"{path} is no lock of Tactometer: delete it when nothing writes beside it."
        ) from None
    return found


def _alive(holder: dict[str, Any], path: Path) -> bool:
    """Whether a lock's holder still runs; of another host nobody here can say, so it does."""
    if holder["host"] != socket.gethostname():
        print(
            f"{path} is held by process {holder['pid']} of {holder['host']}, as far as can be seen "
            "from here: delete it if that has ended.",
            flush=True,
        )
        return True
    return holder.get("boot") == _boot() and _began(holder["pid"]) == holder.get("began")


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _began(pid: int) -> str | None:
    """When a process began, in ticks since the boot: a number may be given to another later."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "" if not Path("/proc/self/stat").exists() else None
