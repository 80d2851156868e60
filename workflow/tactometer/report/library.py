"""Embed the DataTables library: tables that sort and filter without network."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

_DEFAULT = re.compile(r"\bexport\s*\{[^}]*?([\w$]+)\s+as\s+default\b")


def script(page: str) -> str:
    """The library followed by the page's own code, in which it is called `DataTable`.

    One inline module: the library's export stays, its default one gets a name.
    """
    source = (files("itables") / "html" / "dt_bundle.js").read_text(encoding="utf-8")
    found = _DEFAULT.search(source)
    if not found:
        raise RuntimeError("itables carries no DataTables with a default export")
    # A closing tag in a string of the library would end the element.
    return f"{source}\nconst DataTable = {found[1]};\n{page}".replace("</script", "<\\/script")


def style() -> str:
    """The library's own style sheet."""
    return (files("itables") / "html" / "dt_bundle.css").read_text(encoding="utf-8")


def digest(text: str) -> str:
    """What a content security policy calls an inline script by: no other script may run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
