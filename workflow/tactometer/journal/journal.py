"""Append-only JSON Lines log of every answer of one checkpoint, verbatim.

It is no output of Snakemake and is never deleted. A line is one JSON object; it counts once its
newline is on disk. Whoever is killed while writing leaves a torn last line, which the next writer
sets aside, with a note.
"""

import json
import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from tactometer.replies.journal_line import JournalLine
from tactometer.utils.errors import UserError, forbidden
from tactometer.utils.locks import Busy, Lock

# Seconds to wait for another writer. A controller that was killed leaves its jobs on the cluster;
# the next one's wait here until those end, at the latest by their time limit, and ask what is left.
PATIENCE = 86_400.0


# Entries of lines that have them.
_RARE = ("reason", "raw", "forms", "scores", "prompt", "assumed", "told_usd", "fingerprint")


def now() -> str:
    """The time, in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Line:
    """One answer as it came back; `logprobs` by label, or by utterance where no options were shown,
    in nats, `cost_usd` in US dollars.

    Some have more, and a line without it no such entry: `reason`, why it is no answer, where the
    provider says so; `raw`, what it said instead, verbatim; `forms`, how many spellings of each
    label were added up ("A", " A"), where these were several; `scores`, what the choice among
    utterances goes by where that is not `logprobs`; `prompt`, the digest of the text that
    the messages were rendered to, where that was done here; `assumed`, where `cost_usd` is the
    worst case of the call because its usage was not told; `told_usd`, what its provider says that
    it cost; `fingerprint`, the provider's name for what the model ran on.
    """

    key: str
    request: str
    sample: int
    text: str | None
    thinking: str | None = None
    logprobs: dict[str, float] | None = None
    usage: dict[str, Any] = field(default_factory=dict)
    cost_usd: float | None = None
    finish_reason: str | None = None
    model: str | None = None
    seconds: float | None = None
    at: str = field(default_factory=now)
    prompt: str | None = None
    reason: str | None = None
    raw: str | None = None
    forms: int | None = None
    scores: dict[str, float] | None = None
    assumed: bool | None = None
    told_usd: float | None = None
    fingerprint: str | None = None

    def entries(self) -> JournalLine:
        """The JSON object that stands in a journal."""
        found = vars(self)  # not copied: `asdict` took a tenth of what an answer takes
        return cast(
            JournalLine, {k: v for k, v in found.items() if k not in _RARE or v is not None}
        )


def read(path: Path) -> Iterator[JournalLine]:
    """The answers in a journal, first to last, as `objects` gives them."""
    return cast(Iterator[JournalLine], objects(path))


def objects(path: Path) -> Iterator[dict[str, Any]]:
    """Give the whole lines of a journal, first to last; a torn last line is left out.

    Raises UserError for a line that is broken in the middle: something else wrote to the file.
    """
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return
    except PermissionError:
        raise UserError(forbidden(path)) from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): mend the disk.") from None
    with stream:
        for number, raw in enumerate(stream, start=1):
            if not raw.endswith(b"\n"):
                return
            try:
                line = json.loads(raw)
                line["key"]
            except (ValueError, KeyError, TypeError):
                raise UserError(
                    f"{path}, line {number}: not a line of a journal; restore the file from a "
                    "backup, or move that one line out of it to ask its request again."
                ) from None
            yield line


def keys(path: Path) -> set[str]:
    """The keys of all answers that the journal holds."""
    return {line["key"] for line in read(path)}


class Writer:
    """Appends answers to a journal; made by `write`."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def append(self, lines: Iterable[Line]) -> int:
        """Append answers and return when they are on disk; says how many there were."""
        return self.write(line.entries() for line in lines)

    def write(self, lines: Iterable[Mapping[str, object]]) -> int:
        """Append JSON objects, each with a key, as `append` does."""
        text = [json.dumps(line, ensure_ascii=False, allow_nan=False) for line in lines]
        if text:
            self._stream.write(("\n".join(text) + "\n").encode("utf-8", "backslashreplace"))
            self._stream.flush()
            os.fsync(self._stream.fileno())
        return len(text)


@contextmanager
def write(path: Path) -> Iterator[Writer]:
    """Open a journal for appending, alone; heals a torn last line first.

    Raises UserError if another process is writing to it, or if it cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            _heal(path)
            with path.open("ab") as stream:
                _sync_folder(path.parent)
                yield Writer(stream)
    except Busy:
        raise UserError(
            f"{path} is being written by another run, and still was after {PATIENCE:.0f} s of "
            "waiting: run again when that one has ended."
        ) from None
    except PermissionError as error:
        raise UserError(forbidden(error.filename or path)) from None
    except OSError as error:
        raise UserError(
            f"{error.filename or path} cannot be written ({error.strerror}): free the disk or "
            "mend its permissions, then run again; every answer in a journal is kept."
        ) from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a journal's lock, which its holder's end frees; say who is waited for."""
    lock = Lock(path.with_name(f".{path.name}.lock"))
    holder = path.with_name(f".{path.name}.writer")
    try:
        lock.acquire(timeout=0)
    except Busy:
        who = holder.read_text() if holder.exists() else "another job"
        print(f"{path} is being written by {who}: waiting until it ends.", flush=True)
        lock.acquire(timeout=PATIENCE)
    try:
        job = os.environ.get("SLURM_JOB_ID")
        slurm = f", Slurm job {job}" if job else ""
        holder.write_text(f"process {os.getpid()} on {socket.gethostname()}{slurm}")
        yield
    finally:
        holder.unlink(missing_ok=True)  # results are handed on: they name no machine
        lock.release()


def _heal(path: Path) -> None:
    """Cut a torn last line off and keep it beside the journal."""
    if not path.exists():
        return
    with path.open("r+b") as stream:
        whole = _length_of_whole_lines(stream)
        stream.seek(whole)
        torn = stream.read()
        if not torn:
            return
        with path.with_name(f"{path.name}.torn").open("ab") as aside:
            aside.write(torn + b"\n")
            aside.flush()
            os.fsync(aside.fileno())
        stream.truncate(whole)
        os.fsync(stream.fileno())
    print(
        f"{path}: the last line was torn ({len(torn)} bytes; a run was killed while writing it); "
        f"it is set aside in {path.name}.torn and its request is asked again.",
        flush=True,
    )


def _length_of_whole_lines(stream: IO[bytes], block: int = 1 << 16) -> int:
    """Bytes up to and with the last newline, read from the end."""
    end = stream.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - block)
        stream.seek(start)
        found = stream.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
