"""HTTP headers whose values stand in environment variables, as the study's `extra_headers` says.

Their values are read where a call is made, and are written and printed nowhere.
"""

import os
from collections.abc import Mapping
from typing import Any

from tactometer.utils.errors import UserError


def headers_of(settings: Mapping[str, Any], place: str) -> dict[str, str]:
    """The headers by name, from the variables that the settings name.

    Raises UserError, which opens with `place`, for a variable that is not set, or that holds what
    no header can.
    """
    found: dict[str, str] = {}
    for name, variable in settings.get("extra_headers", {}).items():
        value = os.environ.get(variable, "")
        at = f"{place}, key extra_headers.{name}: the environment variable {variable}"
        if not value:
            raise UserError(f"{at} is not set; export it with the header's value in it.")
        if not (value.isascii() and value.isprintable()):
            raise UserError(
                f"{at} holds a line break or another character that no header can have; export it "
                "without."
            )
        found[name] = value
    return found


def variables(settings: Mapping[str, Any]) -> list[str]:
    """The variables that hold what nobody may see: the key, and the values of headers."""
    key = settings.get("api_key_env")
    return [*([key] if key else []), *settings.get("extra_headers", {}).values()]
