"""A soak of the asking, and its bill: run `python benchmarks/soak.py`.

20,800 answers are asked of a server that errs in 5% of the calls (as providers word it) and hangs
in 1%, by a job that is told to stop three times and killed three times. `soak.json` beside this
file holds what came out; `tests/support/soak.py` is the server and the job.
"""

import json
import random
import signal
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests/support")]

import soak  # noqa: E402

STUDY = {
    "goals": ["default", "informative", "social", "both"],
    "framings": ["first", "second", "third"],
    "sample": {"name_pairs": 20, "semantics_name_pairs": 10, "seed": 1},
}
SIGNALS = [signal.SIGTERM, signal.SIGKILL] * 3
EVERY = 1500  # calls between two signals: more than half of the work is left to the last process


def main() -> None:
    """Soak, and print what was seen as JSON."""
    random.Random(1).shuffle(SIGNALS)
    with tempfile.TemporaryDirectory() as folder:
        found = soak.run(Path(folder), SIGNALS, EVERY, rows=10**6, **STUDY)
    keys = {line["key"] for line in found.lines}
    quarter = max(1, len(found.memory) // 4)
    early, late = found.memory[quarter : 2 * quarter], found.memory[-quarter:]
    told = {
        "answers": len(found.lines),
        "answered_twice": len(found.lines) - len(keys),
        "calls": found.calls,
        "errors": found.errors,
        "signals": [each.name for each in SIGNALS],
        "seconds": round(found.seconds),
        "journal_less_charged_usd": round(found.off, 6),
        "charged_usd": round(sum(found.charged.values()), 2),
        "books_usd": round(found.books, 2),
        "books_ever_short_usd": round(found.short, 6),
        "memory_mib": [round(statistics.median(each), 1) for each in (early, late)],
        "open_files": [max(found.handles[quarter : 2 * quarter]), max(found.handles[-quarter:])],
    }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
