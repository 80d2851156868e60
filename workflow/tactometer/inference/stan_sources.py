"""Stan programs as text: their includes, their C++ halves, and digests of what they mean."""

import re
from pathlib import Path

from tactometer.utils.digests import digest
from tactometer.utils.errors import UserError

HEADER = "native.hpp"  # not the name of what stanc writes
_INCLUDE = re.compile(r'^\s*#include\s+[<"]?([^\s>"]+)[>"]?', re.MULTILINE)


def with_includes(source: Path) -> dict[str, str]:
    """The program and all that it includes: path relative to the program's folder -> text."""
    files: dict[str, str] = {}
    todo = [source.name]
    while todo:
        name = todo.pop()
        if name in files:
            continue
        try:
            files[name] = (source.parent / name).read_text()
        except OSError:
            raise UserError(f"{source}: {name} cannot be read: restore the Stan program.") from None
        todo += _INCLUDE.findall(files[name])
    return files


def with_native(source: Path) -> dict[str, str]:
    """The same, with the declarations in `native/` in place of what C++ defines, and the headers.

    The program's own header comes under the name of `HEADER`.
    """
    native = source.parent / "native"
    files = with_includes(source)
    for path in files:
        if (native / path).is_file():
            files[path] = (native / path).read_text()
    headers = {path.name: path.read_text() for path in sorted(native.glob("*.hpp"))}
    mine = headers[f"{source.stem}.hpp"]
    others: dict[str, str] = {}
    todo = [mine]
    while todo:
        text = todo.pop()
        new = [name for name in headers if f'"{name}"' in text and name not in others]
        others |= {name: headers[name] for name in new}
        todo += [headers[name] for name in new]
    return files | others | {HEADER: mine}


def sources(stan_file: Path) -> dict[str, str]:
    """Digests of a program's meaning: of each of its files, without comments and layout, by path.

    Its C++ half counts too, where it has one.
    """
    files = with_includes(stan_file)
    if (stan_file.parent / "native" / f"{stan_file.stem}.hpp").is_file():
        for path, text in with_native(stan_file).items():
            if files.get(path) != text:
                files[f"native/{stan_file.stem}.hpp" if path == HEADER else f"native/{path}"] = text
    return {path: digest(_meaning(text)) for path, text in files.items()}


_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def _meaning(text: str) -> str:
    """Stan or C++ code without comments and with one space where there was any."""
    return " ".join(_COMMENT.sub(" ", text).split())
