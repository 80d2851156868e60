"""A cache folder whose path has no space: make takes none, and a C++ half is refused there."""

import os
import re
import tempfile
from pathlib import Path

_ODD = re.compile(r"[\s~]")
_LASTING = Path("/var/tmp")  # kept when a machine starts anew


def enter() -> None:
    """Let this process, and those that it starts, keep the cache elsewhere where the path of the
    usual one has a space: in a folder of this user's own beside this machine's temporary files.

    A link would not do: the linker looks behind it.
    """
    named = ("TACTOMETER_CACHE", "XDG_CACHE_HOME", "HOME")
    if not any(_ODD.search(os.environ.get(name, "")) for name in named):
        return
    from tactometer.inference.cmdstan import cache_folder  # seldom, and it takes a while

    base = _LASTING if os.access(_LASTING, os.W_OK) else Path(tempfile.gettempdir())
    home = base / f"tactometer-{os.getuid()}"
    if not _ODD.search(str(cache_folder())) or _ODD.search(str(home)):
        return
    try:
        home.mkdir(mode=0o700, exist_ok=True)
        if not home.is_symlink() and home.stat().st_uid == os.getuid():
            os.environ["TACTOMETER_CACHE"] = str(home)
    except OSError:
        return  # as it was: slower, and a line in the log of a fit says so
