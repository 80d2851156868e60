"""Wire parameters of a model or a checkpoint: what a study adds to each request's body."""

from collections.abc import Mapping
from typing import Any


def wire_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The wire parameters in the settings of a model or of a checkpoint: its keys `wire` and
    `extra_body`, which goes into the body untranslated.
    """
    return together(
        settings.get("wire", {}), {k: settings[k] for k in ("extra_body",) if k in settings}
    )


def together(*wires: Mapping[str, Any]) -> dict[str, Any]:
    """Wire parameters added up, later ones over earlier, also those within `extra_body`."""
    found: dict[str, Any] = {}
    for wire in wires:
        body = {**found.get("extra_body", {}), **wire.get("extra_body", {})}
        found |= wire
        if body:
            found["extra_body"] = body
    return found
