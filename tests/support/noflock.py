"""A library that, loaded before all others, takes a lock of the kernel away: LD_PRELOAD."""

import subprocess
from pathlib import Path

SOURCE = """
#include <errno.h>
int flock(int handle, int operation) { (void)handle; (void)operation; errno = %s; return -1; }
"""


def build(folder: Path, error: str) -> dict[str, str]:
    """The environment in which `flock` fails with an error such as ENOSYS."""
    source, library = folder / f"{error}.c", folder / f"{error}.so"
    source.write_text(SOURCE % error)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    return {"LD_PRELOAD": str(library)}
