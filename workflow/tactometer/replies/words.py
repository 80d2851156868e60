"""Options' words in a reply: bare, in quotes, and in a sentence of the frame that they complete."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from tactometer.replies.mentions import (
    DENIED,
    QUOTED_AT,
    SENTENCES_AT,
    WORDS_AT,
    place,
)
from tactometer.replies.vocabulary import ADVERB


def is_polar(options: Sequence[str]) -> bool:
    """Whether the options are yes and no."""
    return len(options) == 2 and {_fold(option) for option in options} == {"yes", "no"}


# ---- bare -------------------------------------------------------------------------------------

# What may stand between "not" and the word and leaves the sentence the negation of that word.
_SOFT: Final = (
    r"(?:(?:all that|that|so|too|really|actually|very|particularly|exactly|quite|especially|"
    r"honestly|truly|terribly|overly|even remotely|even|at all|remotely|super|any|what (?:i|you|"
    r"one) (?:would|might) call|half(?= bad\b))\s+){0,2}"
)
# "It was not "bad"" denies; in "say "good", not "bad"" the quote is of somebody else's words.
_DENIAL: Final = (
    rf"(?P<not>(?<!\bnot )(?<!\")\bnot(?:\s?(?:\.{{2,}}|–|—|-(?= )|, ?[\w' ]{{1,25}},)\s?"
    rf"(?:(?:u[hm]+|h+m+|e+r+m?|well)\W{{1,4}})?|[\s-]+){_SOFT}"
    rf"|(?:(?<=\bwas )|(?<=\bis ))(?:[\"']not[\"']|not)\s+{_SOFT}[\"']?)?"
)
_YES: Final = r"(?:yes+|yeah|yep|yup|yea)"
# "No" before a word is an article ("no doubt"), but for these; "oh no" is a sigh.
_NO: Final = (
    r"(?:(?<=yes or )|(?<=yes and )|(?<=yes/))no|(?:(?<!\boh )(?<!\boh, )|(?=no,? (?:i|he|she|they|"
    r"it) \w+ not\b))(?:no+|nope|nah|nay)(?!\.? ?\d(?![.%]|\d%))(?!-\w)(?! ?,? ?(?:wait|"
    r"thanks?)\b)(?![^\S\n]+(?!(?:because|since|as|i|it|he|she|they|we|not|no|nope|or|and|is|was|"
    r"would|than|rather|over|instead|of course|obviously|definitely|for sure|without|here|from me|"
    r"sir|ma'am|lol|tbh|imo)\b)[^\W\d])(?!\s+i in\b)"
)
# A word of an option before these nouns describes something else: "a good choice", "a bad idea".
_DESCRIBED: Final = (
    r"(?! (?:(?:fit|match|balance|reply|luck)\b|(?:choice|option|answer|compromise|response|pick|"
    r"idea|question|friend|morning|evening|day|night|job|work|thing|point|way|word|reason|sign|"
    r"time|one|effort|try|attempt|guess|summary|solution|middle|candidate|description)s?\b))"
)


def mark_words(text: str, options: tuple[str, ...]) -> str:
    """Each option's words as a mention, "wasn't that bad" as those of "not bad"."""
    # One pattern for all orders of the same options.
    known = tuple(sorted(options, key=lambda option: (-len(option), option)))
    pattern, places = _pattern(known), [options.index(option) for option in known]
    return pattern.sub(lambda found: _mention(found, places, options), text)


def _mention(found: re.Match[str], places: list[int], options: tuple[str, ...]) -> str:
    at = next(at for i, at in enumerate(places) if found[f"o{i}"] is not None)
    if not found["not"]:
        return chr(WORDS_AT + at)
    if is_polar(options):
        return found[0]
    denial = f"not {_fold(options[at])}"
    for i, option in enumerate(options):
        if _fold(option) == denial:
            return chr(WORDS_AT + i)
    return DENIED


@lru_cache(maxsize=4096)
def _pattern(options: tuple[str, ...]) -> re.Pattern[str]:
    """Any option's words as a whole, the longest first, with a negation of them before."""
    polar = is_polar(options)
    spelled = [_polar(option) if polar else _spelled(option) for option in options]
    parts = "|".join(f"(?P<o{i}>{words})" for i, words in enumerate(spelled))
    return re.compile(rf"(?<![\w-]){_DENIAL}(?<!\w)(?:{parts})(?!\w)(?!-[a-z])", re.IGNORECASE)


def _polar(option: str) -> str:
    return _YES if _fold(option) == "yes" else _NO


def _spelled(option: str) -> str:
    words = option.split()
    negated = len(words) > 1 and words[0].casefold() == "not"
    rest = r"[\s-]{1,3}".join(map(re.escape, words[negated:]))
    alone = rest + (_DESCRIBED if len(words) == 1 + negated else "")
    return rf"not[\s-]*{_SOFT}{alone}" if negated else alone


def _fold(words: str) -> str:
    return " ".join(re.findall(r"[\w']+", words.casefold()))


# ---- in quotes --------------------------------------------------------------------------------

_UTTERANCE: Final = r"[ .]{0,5}(?:it was|it is|it)?[ .:,]{0,5}([\ue100-\ue1ff])([ .,!;]{0,5})"
_QUOTE: Final = re.compile(rf"\"{_UTTERANCE}\"|'{_UTTERANCE}'(?!\w)", re.IGNORECASE)
_BLANK: Final = re.compile(r" ?(?:\"it was ?\.{2,} ?\"|'it was ?\.{2,} ?')", re.IGNORECASE)


def mark_quotes(text: str) -> str:
    """An option's words, or a sentence of them, in quotes of their own; what follows stays."""

    def mention(found: re.Match[str]) -> str:
        char, end = (found[1], found[2]) if found[1] else (found[3], found[4])
        return chr(QUOTED_AT + place(char)) + end.strip()

    return _QUOTE.sub(mention, _BLANK.sub("", text))


# ---- in a sentence of the frame ---------------------------------------------------------------

# Parts of a creation or of the task, and verbs: what is said of them is not said of the creation.
_NOT_IT: Final = (
    r"(?!(?:rating|score|review|frosting|icing|texture|taste|flavou?r|weather|service|idea|effort|"
    r"attempt|intention|rest|decoration|beginning|ending|middle|first|second|part|question|option|"
    r"options|answer|choice|reply|response|friend|friendship|truth|lie|day|evening|mood|feeling|"
    r"feelings|word|words|letter|crust|filling|aroma|smell|look|colou?rs?|news|honesty|kindness|"
    r"situation|result|opinion|timing|rhyme|voice|sound|lighting|plot|means|suggests|implies|says|"
    r"shows|makes|recipe|party|last|one|concept|state|view|belief|thought|impression|judge?ment|"
    r"attitude|company|kitchen|place|house|host|atmosphere|hospitality|music|sentiment|evaluation|"
    r"assessment|thinking|stance|position|blank|gap|title|mouth|lips|it|to|say|which|he|she|they|i|"
    r"you|we|is|was|other|two|people|ingredient|oven|price|reason|odds|chance|instruction|prompt|"
    r"request|task|english|best|fits|matches|works|describes)s?\b)"
)
_CREATION: Final = (
    r"(?:\b(?:(?:all of )?it|that|this|everything)|\b(?:the|your|my|his|her|their|this|that|these|"
    r"those|[a-z]+'s)"
    rf" {_NOT_IT}(?:[a-z]+ )?{_NOT_IT}[a-z]+(?: (?:you|i|we|he|she|they) [a-z]+)?)"
)
_ADVERB: Final = rf"(?:(?:just|{ADVERB}) )?"
_DEGREE: Final = (
    rf"(?:(?:also|very|nothing (?:short of|less than)|so+|damn|darn|quite|pretty|just|in fact|"
    rf"rather|indeed|{ADVERB}) ){{0,2}}"
)
# Behind the word the sentence ends, or goes on without narrowing what it says ("good in parts").
_ENDS: Final = (
    rf"(?=\s*(?:$|\n|[].!?,;:()\"'>–—-]|[\ue000-\ue4ff]|(?:at all|enough|indeed|overall|{ADVERB}|"
    r"though|either|for a (?:first|beginner)|to me|for me|in my opinion|i think|i guess|to be "
    r"(?:honest|fair|frank)|but|because|since|so|and|or|nor|as|my friend|mate|buddy|dear|yet|if "
    r"you ask me|really|per se|instead|rather|after all|this time|today|tbh|imo|imho|ngl|lol|haha|"
    r"bro|dude|then|here|too|considering|given|anyway|all in all)\b(?! (?:to|of)\b)|"
    r"(?-i:[A-Z][a-z]+)\b))"
)
_ASIDE: Final = (
    r"[ ,.–-]{1,4}(?:well|you know|like|how (?:shall|should|do|can) i (?:put|say) (?:it|this)|"
    r"let us say|let's say|shall we say|frankly speaking|in all honesty|to be (?:frank|fair|"
    r"honest)|i (?:must|have to) (?:say|admit)|i would say|i mean|i think|for me|in my opinion|"
    r"all in all|what's the word|at the very least|at least)(?=[,.–-])"
)
_FRAME: Final = re.compile(
    rf"(?:(?:{_CREATION}(?:, [^,.;:!?\n\ue000-\uefff]{{1,25}},|\.{{3}})?|^[ .\"']{{0,5}}(?:it[ "
    rf".]{{1,5}})?) ?{_ADVERB}(?:was|is|were|are)(?:{_ASIDE})?[ .:,\"'(\[<–-]{{0,7}}{_DEGREE}|"
    rf"\b(?P<found>found )(?:it|{_CREATION}) )[\"']?(?P<o>[\ue100-\ue2ff])(?:[\"'](?!\w))?{_ENDS}",
    re.IGNORECASE | re.MULTILINE,
)


def mark_sentences(text: str) -> str:
    """ "It was bad", "your cake was really bad", "found it bad": a sentence as one mention."""
    return _FRAME.sub(
        lambda found: (found["found"] or "") + chr(SENTENCES_AT + place(found["o"])), text
    )
