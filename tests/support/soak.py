"""A soak of the asking: thousands of calls, a hostile server, signals and kills, and the bill.

Run as `python soak.py LOG --errors SHARE --hangs SHARE ...` it is the server: some calls get an
error as providers word it, some hang, and all others an answer. Every answer that is worked out is
charged, whoever gets it; its number stands in the reply as the system's fingerprint, so that a
journal tells which of them arrived.
"""

import asyncio
import json
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stub
from asking import Job, job, model
from dialects import CASES, END

TOKEN = 1e-3  # US dollars of a token that comes back; a prompt costs nothing
LONGEST = 16  # tokens of an answer at most
ERRORS = [
    case for case in CASES if case.do != END and case.wait <= 1.0 and case.dialect != "gemini"
]
"""The errors of providers that end no job and ask for no long wait."""


class SoakStub(stub.Stub):
    """Errs, hangs, and charges for what it answers."""

    calls = 0

    async def reply(self, head: str, asked: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        draw = self.draw.random()
        await asyncio.sleep(self.given.latency * random.uniform(0.5, 1.5))
        self.calls += 1
        number, content = self.calls, stub.answer(asked, self.given)
        error = draw < self.given.errors
        case = self.draw.choice(ERRORS)
        tokens = 0 if error else 1 + number % LONGEST
        told = {"call": number, "charge": tokens * TOKEN, "prompt": stub.fingerprint(asked)}
        self.log.write(json.dumps({**told, "error": case.name if error else None}) + "\n")
        if not error and draw < self.given.errors + self.given.hangs:
            await asyncio.sleep(60.0)
            return False
        content["usage"] |= {"completion_tokens": tokens}
        content["system_fingerprint"] = str(number)
        status, said, headers = (
            (case.status, case.body, case.headers) if error else (200, content, {})
        )
        body = json.dumps(said).encode()
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{more}"
        writer.write(f"{line}content-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True


@dataclass
class Soak:
    """What a soak showed: `lines` of the journal, what the server `charged`, and by call; memory in
    MiB and open files of the last process over its time.
    """

    lines: list[dict[str, Any]] = field(default_factory=list)
    charged: dict[str, float] = field(default_factory=dict)
    short: float = 0.0  # US dollars by which the books were ever below the server's total
    books: float = 0.0
    memory: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    seconds: float = 0.0
    calls: int = 0
    errors: int = 0

    @property
    def arrived(self) -> list[dict[str, Any]]:
        """The lines of answers that the server charged for."""
        return [line for line in self.lines if line.get("fingerprint")]

    @property
    def off(self) -> float:
        """US dollars between the journal and what the server charged for the answers in it."""
        theirs = sum(self.charged[line["fingerprint"]] for line in self.arrived)
        return abs(sum(line["cost_usd"] for line in self.arrived) - theirs)


def run(
    folder: Path,
    signals: list[signal.Signals],
    every: int,
    latency: float = 0.05,
    hangs: float = 0.01,
    source: str = "openai/m",
    forked: bool = False,
    **study: Any,
) -> Soak:
    """Ask a study through; a signal after each `every` further calls, and the job anew.

    Where it is `forked`, no job pays for its imports (forks.py).
    """
    log, found, began = folder / "log", Soak(), time.monotonic()
    shares = ["--latency", str(latency), "--errors", "0.05", "--hangs", str(hangs)]
    with stub.running(log, *shares, script=__file__) as base:
        prices = {source: {"input": 0.0, "output": TOKEN * 1e6}}
        who = model(base, source, limits={"concurrency": 64, "timeout": 2, "attempts": 8})
        who["estimator"] = {"kind": "samples", "k": 1, "max_tokens": LONGEST}
        asked = job(folder / "run", who, prices=prices, budget_usd=1e6, **study)
        for number in [*signals, None]:
            before = len(log.read_text().splitlines()) if log.exists() else 0
            process = asked.fork() if forked else asked.start()
            with watched(process.pid) as seen:
                while number is not None and process.poll() is None:
                    if len(log.read_text().splitlines()) >= before + every:
                        process.send_signal(number)
                        break
                    time.sleep(0.02)
                out, err = process.communicate(timeout=3600)
            assert "Traceback" not in err, err
            assert number is not None or process.returncode == 0, (out[-2000:], err)
            time.sleep(2 * latency + 0.1)  # what was in flight is worked out too
            found.books = books(asked)
            found.short = max(found.short, sum(charges(log).values()) - found.books)
        found.memory, found.handles = seen
    found.lines, found.charged = asked.lines(), charges(log)
    found.calls = len(found.charged)
    found.errors = sum('"error": "' in line for line in log.read_text().splitlines())
    found.seconds = time.monotonic() - began
    return found


def charges(log: Path) -> dict[str, float]:
    """What the server charged, by the number of the call."""
    return {str(call["call"]): call["charge"] for call in stub.calls(log)}


def books(asked: Job) -> float:
    """US dollars that the study has on its account: spent, in flight, and lost from sight."""
    entries = json.loads((asked.answers / ".spending.json").read_text()).values()
    return float(sum(sum(entry.values()) for entry in entries))


@contextmanager
def watched(pid: int) -> Iterator[tuple[list[float], list[int]]]:
    """Memory in MiB and the number of open files of a process, five times a second."""
    memory, handles, over = list[float](), list[int](), threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            try:
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                count = len(list(Path(f"/proc/{pid}/fd").iterdir()))
            except (OSError, IndexError, ValueError):
                return
            memory.append(pages * 4096 / 2**20)
            handles.append(count)

    watch = threading.Thread(target=look)
    watch.start()
    try:
        yield memory, handles
    finally:
        over.set()
        watch.join()


if __name__ == "__main__":
    parser = stub.arguments()
    parser.add_argument("--errors", type=float, default=0.0)
    parser.add_argument("--hangs", type=float, default=0.0)
    asyncio.run(stub.main(SoakStub(parser.parse_args())))
