"""What was found out of code, kept in the user's cache folder under the digest of that code.

No edit is missed: another text has another digest. Checkouts and studies share it, anyone may
delete it, and where it cannot be written it is done without.
"""

import contextlib
from collections.abc import Callable
from typing import TypeVar

from tactometer.utils import atomic_files

Found = TypeVar("Found")


def recall(name: str, kind: type[Found], find: Callable[[], Found]) -> Found:
    """What is kept under this name, or what `find` gives, kept from then on."""
    import msgspec

    from tactometer.inference.cmdstan import cache_folder

    memory = cache_folder() / "code" / f"{name}.json"
    with contextlib.suppress(OSError, ValueError, msgspec.DecodeError):
        return msgspec.json.decode(memory.read_bytes(), type=kind)
    found = find()
    with contextlib.suppress(OSError):
        atomic_files.write_if_changed(memory, msgspec.json.encode(found).decode(), sync=False)
    return found
