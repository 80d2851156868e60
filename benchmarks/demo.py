"""How long the demo takes once CmdStan stands, and how much memory: benchmarks/demo.json.

It runs the default study in a folder of its own, programs compiled anew, and adds up the memory
(proportional set size) of Snakemake and all its jobs five times a second.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
PARTS = ("Snakefile", "workflow", "config", "profiles", "resources", "envs")
COMMANDS = (  # as `make demo` does
    f"PYTHONPATH=workflow {sys.executable} -m tactometer cmdstan --compile s2"
    f" && exec {sys.executable} -m snakemake"
)


def main() -> None:
    """Run the demo and write what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
            copy(ROOT / part, folder / part)
        env = {**os.environ, "TACTOMETER_CACHE": str(folder / "cache")}
        start, peak = time.monotonic(), 0
        with (folder / "log").open("w") as log:
            run = subprocess.Popen(
                ["sh", "-c", COMMANDS], cwd=folder, env=env, stdout=log, stderr=log
            )
            while run.poll() is None:
                peak = max(peak, memory(run.pid))
                time.sleep(0.2)
        if run.returncode:
            sys.exit((folder / "log").read_text()[-3000:])
        seconds = time.monotonic() - start
    found = {"seconds": round(seconds), "peak_gib": round(peak / 2**30, 2), "cores": os.cpu_count()}
    (ROOT / "benchmarks" / "demo.json").write_text(json.dumps(found) + "\n")
    print(found)


def memory(pid: int) -> int:
    """Bytes that a process and all below it have for themselves, shared pages shared out."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
    except psutil.Error:
        pass
    return total


if __name__ == "__main__":
    main()
