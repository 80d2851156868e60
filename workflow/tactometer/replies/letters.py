"""Options' letters in a reply: in brackets, in quotes, behind a cue, or bare."""

import re
from functools import cache
from string import ascii_uppercase
from typing import Final

from tactometer.replies.mentions import LETTERS_AT, place

_NOUN: Final = (
    r"\b(?:the )?(?:answer choice|alternative|opt(?:ion|\.)?|letter|choice|label|number|response|"
    r"statement) "
)
_CUE: Final = (
    r"\b(?:answer|option|letter|choice|label|ans|pick|choose|select|with|say|think|final|(?<![\w "
    r"])it(?= is )|(?<![\w ])its)(?: (?:is|would be|will be|should be|with|option))? ?[:=–-]? ?"
)
# A small "a" is a letter only where nothing can follow an article.
_SMALL: Final = r"[b-z]|(?:(?<=[:=] )|(?<=[:=])|(?<=option ))a(?=[.)]?\s*$)|a(?=\.\s*$)"
# Vitamin C, plan B, Mr. B, an A.
_OTHERS: Final = (
    "vitamin ", "plan ", "grade ", "grade: ", "score ", "section ", "chapter ", "part ", "team ",
    "type ", "class ", "group ", "player ", "person ", "agent ", "brand ", "mr. ", "mrs. ", "ms. ",
    "dr. ", "key of ",
)  # fmt: skip
_NOT_BEHIND: Final = r"(?<!\d )(?<!\ba )(?<!\ban )(?<!\bin )(?<!\bScore: )" + "".join(
    rf"(?<!\b(?i:{re.escape(word)}))" for word in _OTHERS
)
_NOT_BEFORE: Final = (  # C+, C-, C#, C's, C&A, C/D that are no options, e.g., C major
    r"(?![\w'’+#°&]|/(?![\ue000-\ue4ff]|[A-Z]\b)|-(?=[\s.,!]*$|\w)|\.[A-Za-z])"
    r"(?! = \d{1,3}(?![\d.%]))(?! (?:major|minor|flat|sharp)\b)"
)
_LETTERS: Final = re.compile(
    rf"(?:(?i:{_NOUN}))?(?<![\w'])(?:"
    r"[(\[<] ?[\"']?(?P<bracketed>[A-Za-z])[\"']? ?[.:]? ?[)\]>]"
    r"|\"(?P<quoted>[A-Za-z])[.,]?\"|'(?P<single>[A-Za-z])[.,]?'(?!\w))"
    rf"|(?:(?i:{_NOUN}|^answer ))(?P<named>[A-Z])(?![\w'+#/]|-\w|-$|\.[A-Za-z])"
    rf"|(?i:{_NOUN})(?P<only>[a-z])(?=[.)]?\s*$)"
    rf"|(?P<cue>(?i:{_CUE}))(?<=[ :=–-])(?P<small>{_SMALL})(?=[.,;:!)]|\s*$|\n| -)(?!\.\w)"
    r"|^(?P<first>[a-z])(?P<end>[).:,](?=\s|$)|$|(?= (?:i (?:guess|think|suppose)|lol|imo|tbh)\b))"
    r"|(?<![\w(\[])(?P<half>[b-h])\)(?=\s)"
    rf"|(?<![\w'°\"]){_NOT_BEHIND}(?<![A-Z]-)(?P<bare>[A-Z]){_NOT_BEFORE}",
    re.MULTILINE,
)
# "A:" opens an answer where one letter follows it, or where a "Q:" came before.
_ANSWERS: Final = re.compile(
    r"^A:(?=\s*(?:[(\"']{0,2}[A-Za-z][)\"'.]{0,3}\s*$|[(\"'][A-Za-z][)\"']|[A-Z][.):,]))"
    r"|^A:(?= (?:(?:The|My) (?:\w+ )?answer|I (?:would|choose|pick))\b)"
    r"|(?<=\n)A:(?=\s)(?!\s*\d)",
    re.M,
)
_AFTER_Q: Final = re.compile(r"(?:^|\n)Q(?:uestion)?: [^\n]{0,600}?[\s\"']{1,3}A: ")
# Two who talk, by their initials: "K: How was it?", then "M: ..." answers.
_TALK: Final = re.compile(r"^[A-Z]: ?(?=[^\n]{0,300}\?[\"']?\n)([^\n]{0,300})\n[A-Z]: ?", re.M)
# A name's initial, where the sentence goes on to the letter that is said: "J. Smith would say (C)".
_SPEAKS: Final = r"(?:would|will|says?|might|probably|chooses|picks|replies|answers|thinks)\b"
_INITIAL: Final = re.compile(
    rf"(?:^|(?<=[.!?] )|(?<=\n))([A-Z])\. (?=(?:[A-Z][a-z]+ )?{_SPEAKS}[^.!?\n]{{0,80}}\(([A-Z])\))"
)
_INITIALS: Final = re.compile(rf"\b(?:[A-Z]\. ?){{2,3}}(?:[A-Z][a-z]+ )?(?={_SPEAKS})")

# A turn of a talk, "A: Hello!", is no answer.
_TURN: Final = re.compile(
    r"(?:^|(?<=[.!?] ))[A-Z]: ?"
    r"(?=(?:hello|hi|hey|dear|good (?:morning|afternoon|evening|day)|thank)\b)",
    re.M | re.I,
)


@cache
def _range(count: int) -> re.Pattern[str]:
    """The first letter to the last, "(A) to (H)": none of them."""
    if count < 3:
        return re.compile("(?!)")
    return re.compile(rf"\(?\bA\)? ?(?:-|–|to|through) ?\(?{ascii_uppercase[count - 1]}\b\)?")


def mark_letters(text: str, count: int) -> str:
    """Each letter as a mention, with "option" before it; `count` options are shown."""
    text = _range(count).sub("any letter", text)
    text = _INITIALS.sub("she ", text)
    text = _INITIAL.sub(lambda name: "" if name[1] != name[2] else name[0], text)
    text = _TALK.sub(r"\1\nAnswer: ", _AFTER_Q.sub("\nAnswer: ", text))
    text = _ANSWERS.sub("Answer:", _TURN.sub("", text))

    def mention(found: re.Match[str]) -> str:
        kind = found.lastgroup if found.lastgroup != "end" else "first"
        assert kind is not None  # one of the alternatives matched
        char, at = found[kind], found.start(kind)
        if kind in ("named", "bare") and char in "AI" and not _is_letter(text, at, kind, count):
            return found[0]
        mark = chr(LETTERS_AT + ascii_uppercase.index(char.upper()))
        return (found["cue"] or "") + mark + (found["end"] or "")

    return _LETTERS.sub(mention, text)


# ---- the article A and the pronoun I ----------------------------------------------------------

# What can only follow a letter: "A is best", never "A is" of an article.
_FOLLOWS: Final = re.compile(
    r" (?:is|isn't|was|would|will|could|might|must|should|can|may|seems?|sounds?|feels?|fits?|"
    r"looks?|works?|makes?|has|does|appears?|matches|captures|best|because|since|as|it|or|and|nor|"
    r"over|rather|instead|though|although|but|if|please|probably|definitely|obviously|clearly|here|"
    r"again|not|then|too|i|strikes|for (?:sure|me|certain)|to be|all the way|all day|without|"
    r"completes|describes|reflects|aligns|conveys|expresses|suits|gets|wins|keeps|avoids|shows|lol|"
    r"xd|haha|yeah|tbh|imo|imho|remains?|stands?|says?|reads?|means?|sits|balances?|gives?|leaves?|"
    r"given (?:the|that|a|her|his)|when|unless|while|in|on|at|by|from|with|than|versus|vs|alone|"
    r"comes|would|yes(?=[,.;]|$)|no(?=[,.;]|$)|the|therefore|of course|based on|out of|ought|"
    r"[a-z]+[^s\W]s (?:the|an?|to|all|what|that|both|it|her|his|him|them|their|between|with|"
    r"without|things)|ftw|beats|trumps|deserves|wins|for the win|just right|stays|first(?=[,.;])|"
    r"only(?=[.,;!]|$)|\d{1,3}(?= ?[.)%]))(?!\w)"
)
_ENDS: Final = re.compile(r"\s*(?:$|\n|[^\w\s]|[\ue000-\ue4ff]|\(?[A-Z](?!\w))")
_START: Final = re.compile(r"(?:^|[.!?:,;\n(\"–—-]\s?|\)\s)$")
_OWN_WORDS: Final = re.compile(r" ([\ue100-\ue1ff])(?=\s*(?:[.!,\n]|$))")
_WORD: Final = re.compile(r" [\ue100-\ue1ff]")


def _is_letter(text: str, at: int, kind: str, count: int) -> bool:
    return _a(text, at, kind == "named") if text[at] == "A" else _i(text, at, count)


def _a(text: str, at: int, named: bool) -> bool:
    """Whether a capital A is a letter: no word that an article could stand before follows."""
    after = text[at + 1 : at + 24]
    if _WORD.match(after):  # "A good." is A with its words, "A good friend" is not
        own = _OWN_WORDS.match(after)
        return own is not None and (named or place(own[1]) == 0)
    if _ENDS.match(after) or _FOLLOWS.match(after) or named:
        return True
    return _START.search(text[max(0, at - 3) : at]) is None and after[1:2].islower()


def _i(text: str, at: int, count: int) -> bool:
    """Whether a capital I is a letter: a label that opens a line, or one with a line to itself."""
    opens = at == 0 or text[at - 1] == "\n"
    if opens and re.match(r"[.)] ?[\ue100-\ue1ff]", text[at + 1 : at + 5]):
        return True
    return count > 8 and re.match(r"[^\w\n]{0,9}(?:$|\n)", text[at + 1 : at + 12]) is not None
