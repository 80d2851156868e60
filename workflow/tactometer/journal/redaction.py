"""Redact API keys from every text that is printed or stored."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

MARK = "[redacted]"
SHORTEST = 8  # characters: a shorter value would be found in ordinary words
WORD = 4  # characters: a shorter one is taken out only where the text says that it is a key
_SECRET_NAME = re.compile(r"key|token|secret|password|credential", re.IGNORECASE)
_BEFORE = r"\b(?:bearer|basic|api[-_ ]?key|key|token|secret|password)[\s\"':=]{1,4}"
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
    values = {v.strip() for k, v in found.items() if k in named or _SECRET_NAME.search(k)}
    short = {found[name].strip() for name in named if name in found} - {""}
    return {value for value in values if len(value) >= SHORTEST} | short


class Redactor:
    """Takes known keys, and whatever looks like one, out of a text."""

    def __init__(self, values: Iterable[str]) -> None:
        forms = {f for v in values for f in (v, quote(v, safe=""), json.dumps(v)[1:-1])}
        longest_first = sorted(forms, key=len, reverse=True)
        long = [re.escape(form) for form in longest_first if len(form) >= SHORTEST]
        short = [re.escape(form) for form in longest_first if len(form) < SHORTEST]
        self._known = re.compile("|".join(long) or r"(?!)")
        any_short = "|".join(short) or "(?!)"
        self._short = re.compile(rf"({_BEFORE})(?:{any_short})(?!\w)", re.IGNORECASE)
        words = "|".join(form for form in short if len(form) >= WORD) or "(?!)"
        self._word = re.compile(rf"(?<!\w)(?:{words})(?!\w)")

    def known(self, text: str) -> str:
        """The text without the known keys: for answers, which stay verbatim otherwise.

        A short key may be an ordinary word: it is taken out where the text says what it is.
        """
        return self._short.sub(rf"\1{MARK}", self._known.sub(MARK, text))

    def __call__(self, text: str) -> str:
        """The text without known keys and without what looks like one: for messages and logs.

        Half of a surrogate pair, which no stream can print, is replaced.
        """
        printable = text.encode("utf-8", "replace").decode()
        return _SECRET_FORM.sub(MARK, self._word.sub(MARK, self.known(printable)))
