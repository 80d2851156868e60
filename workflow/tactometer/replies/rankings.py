"""Several options with their ranks or shares: the first rank answers, and the largest share."""

import re
from typing import Final

from tactometer.replies.mentions import NO_MENTION, ONE, place

_NUMBER: Final = (
    r"(?P<number>\d{1,3}(?:\.\d{1,3})?) ?(?:%|percent\b|per cent\b)"
    r"|(?<![\d.])(?P<part>[01]?\.\d{1,4})(?![\d%])"
)
_SHARE: Final = rf"(?:{_NUMBER})(?! ?(?:\w+ )?(?:sure|confiden\w+|certain\w*)\b)"
_HINT: Final = re.compile(r"%|\.\d|\bper ?cent\b", re.IGNORECASE)
_BEHIND: Final = re.compile(
    rf"(?P<o>{ONE})[\"')]{{0,2}} ?(?:(?:[:=(–≈~-]|p ?=|is|at|has|gets|with|about|around|roughly|"
    rf"an?|probability|chance|likelihood|weight|of|would be) ?){{0,5}}{_SHARE}",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    rf"(?:{_NUMBER}) ?(?:(?:chance|probability|likelihood|likely|sure|certain|confident|of|for|on|"
    r"that|it is|it would be|(?:she|he|they|i)(?: would)? (?:says?|chooses?|picks?)|to|would be|"
    rf"an?|the|saying|[:=(–-]) ?){{0,5}}[\"']?(?P<o>{ONE})",
    re.IGNORECASE,
)


def ranked(text: str) -> str:
    """The text with the best of ranked or weighed options as its answer, the others left out."""
    return _weighed(_first(text)) if re.search(ONE, text) else text


# ---- shares -----------------------------------------------------------------------------------


def _weighed(text: str) -> str:
    """The option with the largest share as the answer; all of them, where none is the largest.

    A share of one option alone answers from a half on, and less says that it is not chosen.
    """
    if not _HINT.search(text):
        return text
    text = re.sub(rf"({ONE}) , (?=[\d.])", r"\1: ", text)  # cells of a table
    ways = [list(way.finditer(text)) for way in (_BEHIND, _BEFORE)]
    pairs = max(ways, key=len)
    if not pairs:
        return text
    shares: dict[int, list[tuple[float, str]]] = {}
    for found in pairs:
        value = float(found["number"]) / 100 if found["number"] else float(found["part"])
        shares.setdefault(place(found["o"]), []).append((value, found["o"]))
    most = max(value for values in shares.values() for value, _ in values)
    best = {values[0][1] for values in shares.values() if (most, values[0][1]) in values}
    if any(len({value for value, _ in values}) > 1 for values in shares.values()):
        best = {values[0][1] for values in shares.values()}
    said = "".join(f"\nAnswer: {option}\n" for option in sorted(best))
    if len(shares) == 1:
        said = said if most > 0.5 else "\nno answer.\n"
    kept, at = [], 0
    for found in pairs:
        kept.append(text[at : found.start()])
        at = found.end()
    return "".join(kept).rstrip(" ,;") + said + text[at:].lstrip(" ,;)\"'")


# ---- ranks ------------------------------------------------------------------------------------

_MARKS: Final = r"[\s,.;:)(\"'–-]{0,6}"
_THEN: Final = (
    r"(?:(?:and|with|or|but|then|next|after that|followed by|failing that|if not that|if (?:that|"
    r"it|this) (?:is not|fails|does not|can not|will not)(?: \w+){0,2}|(?:as )?(?:a |an |my |"
    r"the )?(?:close |distant )?(?:second|third|fourth|fifth|2nd|3rd|4th|5th|runner[- ]up|fallback|"
    r"backup|lastly|last)(?: \w+)?|in (?:second|third) place|place|\d[.)])[\s,:(–-]{0,4}){1,5}"
)
_FIRST: Final = (
    r"(?:(?<!at )\b(?:first(?:ly| and foremost)?|in first place|best(?=:)|most likely|"
    r"most probable|top|primary|number one|preferably|ideally|my first)(?: (?:choice|pick|option|"
    r"place|rank|guess|preference|answer))?(?: is| would be| goes to)?)"
)
_RANKING: Final = (
    r"\b(?:rank\w*|order of \w+|in order|(?:most|best)(?: \w+)? to (?:least|worst)(?: \w+)?|"
    rf"preferences){NO_MENTION}{{0,40}}?[:–\n]"
)
_TAIL: Final = (
    rf"(?:{_MARKS}{_THEN}{_MARKS}{ONE}(?: (?:a close |as (?:the |a |my )?)?"
    r"(?:second|third|last|fourth|runner[- ]up|fallback|backup))?)"
)
_RANKS: Final = (
    re.compile(rf"(?P<o>{ONE})(?: ?[>≻]{{1,3}} ?{ONE})+"),
    re.compile(
        rf"{_RANKING}(?:{_MARKS}(?:1[.)] ?)?)(?P<o>{ONE})(?: (?:is |comes "
        rf")?first)?(?:(?:{_MARKS}(?:\d[.)] ?)?{ONE})|{_TAIL}){{0,12}}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_FIRST}{_MARKS}(?P<o>{ONE})(?:{_TAIL}|{_MARKS}otherwise,? {ONE})+", re.IGNORECASE
    ),
    re.compile(
        rf"(?P<o>{ONE})(?: is| comes| goes)?(?: in)? (?:first|1st)(?: place)?"
        rf"(?:{_TAIL}|{_MARKS}(?:and )?{ONE} (?:is |comes )?(?:second|2nd|next|last))+",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<o>{ONE}){_MARKS}(?:(?:or|and|but)\b[ ,]*)?(?:failing that|as (?:a|my) (?:fallback|"
        r"backup|second choice)|if not(?: that)?(?=,)|followed by|if (?:that|it|this) (?:is not|"
        rf"fails|does not|can not|will not)(?: \w+){{0,2}}),? {ONE}",
        re.IGNORECASE,
    ),
    re.compile(  # a list whose first item says what its order means
        rf"(?P<o>{ONE}) ?[(–-] ?(?:most (?:likely|probable)|best|my pick|first choice)\)?"
        rf"(?:(?:\n|[,;] ){ONE}{NO_MENTION}{{0,40}}?(?=\n|[,;.]|\Z))+",
        re.IGNORECASE,
    ),
)
_LEAST: Final = re.compile(r"\b(?:least|worst|lowest|not|never|ascending)\b", re.IGNORECASE)


def _first(text: str) -> str:
    def best(found: re.Match[str]) -> str:
        before = text[max(0, found.start() - 40) : found.start()].split("\n")[-1]
        head = found[0][: found.start("o") - found.start()]
        if re.match(r"first\W*$", head, re.I) and re.match(
            r"\W*(?:and )?then\b", found[0][len(head) + 1 :]
        ):
            return found[0]  # one after the other
        if _LEAST.search(before) or re.match(
            r"(?:least|worst)|.*(?:least|worst).* to ", head, re.I
        ):
            return found[0]
        return f"\nAnswer: {found['o']}\n" if head.strip() else f"{found['o']} "

    for pattern in _RANKS:
        text = pattern.sub(best, text)
    return text
