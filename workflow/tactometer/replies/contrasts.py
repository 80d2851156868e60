"""A negated word and the one that is set against it: "not bad but terrible" says "terrible"."""

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
    """The text with the first half of each contrast left out, where an option is its second."""
    if "not" not in text and "Not" not in text:
        return text
    stems = tuple(sorted({option for option in options if not option.startswith("not ")}))
    return _pattern(stems).sub(_second, text) if stems else text


def _second(found: re.Match[str]) -> str:
    return f"it was {found['o']}" if found["first"] or found["frame"] else str(found["o"])


@lru_cache(maxsize=512)
def _pattern(stems: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(map(re.escape, stems))
    end = r"(?=\s*(?:[.!?;)]|$|\n))"
    first = r"(?P<first>\b(?:it|that|this) (?:was|is) )?"
    denied = rf"(?<![\w\"'])not {_SOFT}[\"']?(?:{words})[\"']?(?: at all)?"
    between = r"(?: ?[,;:–-]{1,2}) ?| "
    return re.compile(
        rf"{first}{denied}(?:{between}){_AGAINST}[,:]? [\"']?(?P<o>{words})[\"']?{end}",
        re.IGNORECASE,
    )
