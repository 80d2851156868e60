"""The one option that a reply names, by letter or words, in a way that no verb of answers foresees.

A reply that names one option and praises it chooses it: "D threads the needle between truth and
tact". So it needs no verb of answers, but a word that speaks for it and none against it.
"""

import re
from collections.abc import Sequence
from typing import Final

from tactometer.replies import neighbours as n
from tactometer.replies import vocabulary as v
from tactometer.replies.clauses import Clause
from tactometer.replies.mentions import CLEAR, LETTER, Marked

_I: Final = re.IGNORECASE
_SUBJECT: Final = re.compile(
    rf"^{v.OPENING}{CLEAR} (?:\w+ly |also |just |still |(?:would|will|should|can|does) ){{0,2}}"
    r"(?P<verb>is|was|be|seems?|appears?|sounds?|feels?|looks?|remains?|stays?|ought|strikes?|"
    r"hits?|threads?|walks?|treads?|navigates?|reconciles?|respects?|honou?rs?|tells?|serves?|"
    r"meets?|satisf(?:y|ies)|achieves?|accomplishes|manages?|combines?|preserves?|protects?|"
    r"spares?|softens?|keeps?|lets?|allows?|gets?|gives?|offers?|provides?|does?|finds?|puts?|"
    r"checks?|corresponds?|match(?:es)?|maps?|aligns?|agrees?|fits?|suits?|conveys?|express(?:es)?|"
    r"captures?|reflects?|represents?|communicates?|acknowledges?|maintains?|addresses|covers?|"
    r"ticks?|go(?:es)?|comes?|springs?|sums?|leaves?) .+$",
    _I,
)
_SPEAKS_FOR: Final = re.compile(
    r"\b(?:both|balanc\w+|middle|ground|compromise|bet|honest\w*|kind\w*|truth\w*|true|tact\w*|"
    r"polite\w*|gentl\w+|friendl\w+|nice\w*|diploma\w+|respect\w*|appropriate\w*|suit\w*|fits?|"
    r"fitting|natural\w*|reasonabl\w+|fair\w*|considerate\w*|warm\w*|soft\w*|spar\w+|corresponds?|"
    r"match\w*|goals?|aims?|across|gets|beat|boxes|spot on|on the mark|phrase|my words|to mind|"
    r"sums|well|perfect\w*|right|correct\w*|best|safe\w*|good|wise\w*|sensible)\b|\bbe it$",
    _I,
)
_AGAINST: Final = re.compile(
    r"\b(?:least|not|no|never|nothing|none|less|but|if|too|however|though|although|yet|than|unless|"
    r"could|may|might|hurt\w*|offen\w+|upset\w*|sad\w*|insult\w*|crush\w*|disappoint\w*|over\w+|"
    r"under(?!st)\w+|mis\w+|ignor\w+|lack\w*|fail\w*|los\w+|sacrific\w+|violat\w+|contradict\w*|"
    r"conflict\w*|clash\w*|option|options|second\w*|third|another|higher|lower|else|some\w+|"
    r"everyone|people|others|strangers|coward\w*|unsaid|left|furthest|(?:for|suits?|fits?) an? \w+|"
    r"possib\w+|tempt\w+|mention|(?<!to )mind|opinion|how \w+ feels|thoughts?|for|because)\b"
    rf"|{LETTER} (?:means?|stands|says|reads)\b",
    _I,
)
_OUT: Final = (v.DENIES, v.SUPPOSES, v.CONDEMNS, n.EARLIER, n.CONDITION, n.OPINION, n.EXAMPLE)
_ONE_AIM: Final = re.compile(
    r"(?:is|was|be|seems?|sounds?|feels?) (?:\w+ly )?\w+$", _I
)  # "is kind"
_SPARED: Final = re.compile(
    r"\bwithout (?:be)?\w+ing(?: \w+){0,3}|\bbetween \w+ and\b|^while (?:still )?\w+ing\b.*|"
    rf"\b{v.BOTH}",
    _I,
)
_CORRESPONDS: Final = re.compile(  # "3 stars corresponds to C"
    r"\b(?:corresponds?|translates?|maps?|amounts?|equals?|(?:matche[sd]|expressed|described|"
    r"captured|put|fits?|favou?rs|suits|soften|deserves?|demands?|dictates|requires|suggests?|"
    rf"calls? for|puts us at)(?: \w+)?(?: by| as)?)(?: (?:on)?to)? {CLEAR}(?: best| well)?$",
    _I,
)
_ALL_BUT: Final = re.compile(  # "nothing is better than C"
    r"\b(?:nothing|none(?: of \w+)?|no (?:other )?\w+|not (?:\w+ ){1,5}any(?:thing)?)(?: \w+){0,3} "
    rf"(?:(?:better|kinder|truer|more (?!hurt|harsh|cruel|rude|blunt|un|in|dis)\w+) than|but|"
    rf"except|other than|as \w+ as) {CLEAR}|\b(?:not go wrong with|hard to beat|rul\w+ out "
    rf"(?:everything|all|anything) but) {CLEAR}|\b(?:everything|all|anything)(?: \w+){{0,2}} "
    rf"(?:but|except) {CLEAR} (?:is|feels|sounds|seems|would be) (?:\w+ )?"
    r"(?:wrong|false|lie|lies|lying|harsh|cruel|rude|mean|off|(?:un|in|dis)\w+)\b",
    _I,
)


def singled_out(found: Sequence[Clause], marked: Marked) -> int | None:
    """The place of the only option named, if it is praised and not condemned."""
    places = marked.named_in(marked.text)
    if len(places) != 1:
        return None
    praised = False
    for clause in found:
        if _ALL_BUT.search(clause.text) and not clause.question:
            praised = True
            continue
        text = _SPARED.sub("", clause.text)
        if clause.question or any(no.search(text) for no in _OUT):
            return None
        if n.ANOTHER_LABEL.match(clause.label) or n.REJECTING_LABEL.match(clause.label):
            return None
        if _AGAINST.search(text):
            return None
        praised |= _praises(text, text != clause.text) or bool(_CORRESPONDS.search(text))
    return next(iter(places)) if praised else None


def _praises(text: str, spared: bool) -> bool:
    """Whether a clause says of its option what speaks for it, by more than one word."""
    subject = _SUBJECT.match(text)
    if subject is None or _ONE_AIM.match(text, subject.start("verb")):
        return False
    return spared or _SPEAKS_FOR.search(text, subject.start("verb")) is not None
