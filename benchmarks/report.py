"""How long the figures and the page of 200 checkpoints take, and how large it is: report.json.

    python benchmarks/report.py

The tables are synthetic: three models of 67 checkpoints of training, four goals and three framings,
and people.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests/support")]

import pages  # noqa: E402
import synthetic  # noqa: E402

MODELS = ("honest-friend", "sycophant", "kind-friend")
STEPS = [str(10 * step) for step in range(67)]
MOST_SECONDS, MOST_MB = 120, 10


def main() -> None:
    """Draw and write, print what it took; exit 1 where a promise does not hold."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = synthetic.write(folder / "tables", checkpoints=dict.fromkeys(MODELS, STEPS))
        wall, used = time.monotonic(), time.process_time()
        page = pages.render(folder, tables)
        found = {
            "command": "python benchmarks/report.py",
            "checkpoints": len(MODELS) * len(STEPS),
            "seconds": round(time.monotonic() - wall, 1),
            "processor_seconds": round(time.process_time() - used, 1),
            "page_mb": round(page.stat().st_size / 1e6, 2),
        }
    print(json.dumps(found, indent=1))
    (ROOT / "benchmarks" / "report.json").write_text(json.dumps(found, indent=1) + "\n")
    sys.exit(found["processor_seconds"] > MOST_SECONDS or found["page_mb"] > MOST_MB)


if __name__ == "__main__":
    main()
