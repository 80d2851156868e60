"""How long the figures and the page of 200 checkpoints take, how large it is, and how long it takes
to open: report.json.

    python benchmarks/report.py

The tables are synthetic: three models of 67 checkpoints of training, four goals and three framings,
ten answers of each behaviour, and people. The page opens in chromium, from disk, until its explorer
has drawn; tables sort when they come near the screen.
"""

import json
import statistics
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests/support")]

import pages  # noqa: E402
import synthetic  # noqa: E402
from browsing import Opened, chromium  # noqa: E402

MODELS = ("honest-friend", "sycophant", "kind-friend")
STEPS = [str(10 * step) for step in range(67)]
MOST_SECONDS, MOST_MB, MOST_TO_OPEN = 120, 15, 2
PROMPT, REPLY = (
    "A friend shows a cake and asks. " * 35,
    "Well, I would say that it is ",
)  # letters of real ones


def _answers(tables: Path) -> None:
    """Ten answers of each behaviour, with prompts that all checkpoints share."""
    kept = pl.read_parquet(tables / "replies.parquet")
    first = kept.row(0, named=True)
    rows = [
        first
        | {"model": model, "checkpoint": step, "prompt_set": goal, "framing": framing}
        | {"state": 1 + i % 5, "prompt": f"{PROMPT} {goal} {framing} {i}"}
        | {"text": f"{REPLY * 7}{model} {step} {goal} {i}"}
        for model, step, goal, framing, i in product(
            MODELS, STEPS, synthetic.GOALS, ["first", "second", "third"], range(10)
        )
    ]
    pl.DataFrame(rows, schema=kept.schema).write_parquet(tables / "replies.parquet")


def _to_open(page: Path) -> float:
    """Seconds until the page is ready in chromium, the median of five."""
    seconds = []
    with chromium() as browser:
        for _ in range(5):
            start = time.monotonic()
            opened = Opened(browser, page, 1280, furnished=False)
            seconds.append(time.monotonic() - start)
            opened.page.close()
    return statistics.median(seconds)


def main() -> None:
    """Draw and write, print what it took; exit 1 where a promise does not hold."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = synthetic.write(folder / "tables", checkpoints=dict.fromkeys(MODELS, STEPS))
        _answers(tables)
        wall, used = time.monotonic(), time.process_time()
        page = pages.render(folder, tables)
        found = {
            "command": "python benchmarks/report.py",
            "checkpoints": len(MODELS) * len(STEPS),
            "seconds": round(time.monotonic() - wall, 1),
            "processor_seconds": round(time.process_time() - used, 1),
            "page_mb": round(page.stat().st_size / 1e6, 2),
            "seconds_to_open": round(_to_open(page), 2),
        }
    print(json.dumps(found, indent=1))
    (ROOT / "benchmarks" / "report.json").write_text(json.dumps(found, indent=1) + "\n")
    slow = found["processor_seconds"] > MOST_SECONDS or found["seconds_to_open"] > MOST_TO_OPEN
    sys.exit(slow or found["page_mb"] > MOST_MB)


if __name__ == "__main__":
    main()
