"""A cache folder by a path without spaces: make takes none, and a C++ half is refused there."""

import os
import re
import tempfile
from pathlib import Path

_ODD = re.compile(r"[\s~]")


def enter() -> None:
    """Let this process, and those that it starts, name the cache by a link where its path has a
    space: in a folder of this user's own among the temporary files of this machine.
    """
    named = ("TACTOMETER_CACHE", "XDG_CACHE_HOME", "HOME")
    if not any(_ODD.search(os.environ.get(name, "")) for name in named):
        return
    from tactometer.inference.cmdstan import cache_folder  # seldom, and it takes a while

    folder = cache_folder()
    home = Path(tempfile.gettempdir()) / f"tactometer-{os.getuid()}"
    if not _ODD.search(str(folder)) or _ODD.search(str(home)):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o700, exist_ok=True)
        if home.is_symlink() or home.stat().st_uid != os.getuid():
            return  # another user's
        os.environ["TACTOMETER_CACHE"] = str(_link(home, folder.resolve()))
    except OSError:
        return  # as it was: slower, and a line in the log of a fit says so


def _link(home: Path, folder: Path) -> Path:
    """A link to the folder, made once."""
    from tactometer.utils.digests import digest

    link = home / digest(str(folder))[:16]
    if not link.is_symlink() or link.readlink() != folder:
        new = home / f"{link.name}.{os.getpid()}"
        new.symlink_to(folder)
        new.replace(link)
    return link
