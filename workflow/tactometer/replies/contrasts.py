"""A negated word and the one set against it: "not bad but terrible", "it was good, not amazing"."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_SOFT: Final = (
    r"(?:(?:just|only|merely|simply|so much|exactly|really|all that|that|so|quite) ){0,2}"
)
_AGAINST: Final = (
    r"(?:but(?: (?:rather|actually|in fact|just|also|even))?|in fact|just|rather|instead|indeed|"
    r"if anything|more like|even|(?P<frame>it (?:was|is))(?: (?:just|simply|actually|in fact|"
    r"rather|even))?)"
)


def without_contrasts(text: str, options: Sequence[str]) -> str:
    """The text with the negated half of each contrast left out, where an option is the other."""
    if "not" not in text and "Not" not in text:
        return text
    stems = tuple(sorted({option for option in options if not option.startswith("not ")}))
    if not stems:
        return text
    ahead, behind = _patterns(stems)
    return behind.sub(r"\1", ahead.sub(_second, text))


def _second(found: re.Match[str]) -> str:
    return f"it was {found['o']}" if found["first"] or found["frame"] else str(found["o"])


@lru_cache(maxsize=512)
def _patterns(stems: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A negated word before the one set against it, and one behind it."""
    words = "|".join(map(re.escape, stems))
    end = r"(?=\s*(?:[.!?;)]|$|\n))"
    first = r"(?P<first>\b(?:it|that|this) (?:was|is) )?"
    denied = rf"(?<![\w\"'])not {_SOFT}[\"']?(?:{words})[\"']?(?: at all)?"
    between = r"(?: ?[,;:–-]{1,2}) ?| "
    behind = rf"\b((?:was|is) [\"']?(?:{words})[\"']?), not [\"']?(?:{words})[\"']?{end}"
    ahead = rf"{first}{denied}(?:{between}){_AGAINST}[,:]? [\"']?(?P<o>{words})[\"']?{end}"
    return re.compile(ahead, re.IGNORECASE), re.compile(behind, re.IGNORECASE)
