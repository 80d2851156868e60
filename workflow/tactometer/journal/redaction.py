"""Redact API keys from every text that is printed or stored."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

MARK = "[redacted]"
SHORTEST = 8  # characters: a shorter value is no key, and would be found in ordinary words
_SECRET_NAME = re.compile(r"key|token|secret|password|credential", re.IGNORECASE)
_SECRET_FORM = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|r8|key)[-_][\w*-]{8,}"  # as the providers issue them
    r"|\bAIza[\w-]{20,}|\bAKIA[A-Z0-9]{12,}"
    r"|(?<=bearer )[^\s\"',]{8,}|(?<=api[_-]key=)[^\s\"'&,]{8,}",
    re.IGNORECASE,
)


def secrets(names: Iterable[str] = (), environment: Mapping[str, str] | None = None) -> set[str]:
    """Secret values in the environment: of the variables named, and of all named like a secret."""
    found = os.environ if environment is None else environment
    named = set(names)
    values = {v for k, v in found.items() if k in named or _SECRET_NAME.search(k)}
    return {value for value in values if len(value) >= SHORTEST}


class Redactor:
    """Takes known keys, and whatever looks like one, out of a text."""

    def __init__(self, values: Iterable[str]) -> None:
        forms = {f for v in values for f in (v, quote(v, safe=""), json.dumps(v)[1:-1])}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def known(self, text: str) -> str:
        """The text without the known keys: for answers, which stay verbatim otherwise."""
        return self._known.sub(MARK, text)

    def __call__(self, text: str) -> str:
        """The text without known keys and without what looks like one: for messages and logs.

        Half of a surrogate pair, which no stream can print, is replaced.
        """
        printable = text.encode("utf-8", "replace").decode()
        return _SECRET_FORM.sub(MARK, self.known(printable))
