"""A failed job in a few lines: which, why in a sentence, where its log is."""

from collections.abc import Iterator, Sequence
from pathlib import Path

MARK = "tactometer: "
ROWS, WIDTH = 6, 300  # of a log that says nothing in a sentence
TAIL = 64 * 1024  # bytes of a log that are looked at


def block(name: str, logs: Sequence[str], said: str = "") -> str:
    """The lines of one failed job; `logs` are its files, `said` what Snakemake has to say."""
    return "\n".join([f"failed: {name}", *(f"    {line}" for line in _why(logs, said))])


def _why(logs: Sequence[str], said: str) -> Iterator[str]:
    found: list[str] = []
    for path in logs:
        found = reasons(tail(Path(path)))
        if found:
            break
    if found or said:
        yield from found or said.splitlines()[:ROWS]
    else:
        yield "it said nothing: it was killed, or ran out of memory or time."
    if logs:
        yield f"log: {', '.join(logs)}"


def reasons(lines: Sequence[str]) -> list[str]:
    """Why a job failed by its log: the last sentence for users, else its last lines."""
    sentences = [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]
    return sentences[-1:] or [line.rstrip()[:WIDTH] for line in lines if line.strip()][-ROWS:]


def tail(path: Path) -> list[str]:
    """The last lines of a log; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            return file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
