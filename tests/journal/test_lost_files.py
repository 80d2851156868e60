"""A quota that is used up and a file that vanishes: one sentence each, and the next run goes on."""

import subprocess
from collections import Counter
from pathlib import Path

import pytest

import inside
import stub
from asking import KEY, job, model

QUOTA = """
#include <errno.h>
int fsync(int handle) { static int calls; (void)handle;
  if (++calls <= %d) return 0;
  errno = EDQUOT; return -1; }
"""


def preloaded(folder: Path, after: int) -> dict[str, str]:
    """The environment in which a file system says at fsync, as NFS does, that a quota is full."""
    source, library = folder / "quota.c", folder / "quota.so"
    source.write_text(QUOTA % after)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    return {"LD_PRELOAD": str(library)}


def test_a_quota_that_is_used_up_in_mid_sweep_is_told_and_loses_nothing(tmp_path: Path) -> None:
    with stub.running(tmp_path / "log") as base:
        asked = job(tmp_path / "run", model(base, limits={"concurrency": 1, "timeout": 60}), rows=5)
        done = asked.run(check=False, **preloaded(tmp_path, 6))
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        assert "cannot be written (Disk quota exceeded)" in done.stderr
        first = asked.lines()
        assert 0 < len(first) < 15
        again = inside.command(asked.folder, asked.arguments(), TEST_API_KEY=KEY)
        assert again.returncode == 0, again.stderr
    assert asked.lines()[: len(first)] == first
    assert set(Counter(line["key"] for line in asked.lines()).values()) == {1}
    assert len(asked.lines()) == 15 and len(stub.calls(tmp_path / "log")) <= 15 + 1


@pytest.mark.parametrize("which", ["requests", "who"])
def test_a_file_that_vanishes_before_a_job_reads_it_is_named(tmp_path: Path, which: str) -> None:
    asked = job(tmp_path / "run", model("http://127.0.0.1:9/v1"), rows=3)
    gone = asked.requests[0] if which == "requests" else asked.who
    task = asked.arguments()
    gone.rename(tmp_path / "elsewhere")
    done = inside.command(asked.folder, task, TEST_API_KEY=KEY)
    assert done.returncode == 1, done.stderr
    assert gone.name in done.stderr and "run again" in done.stderr
