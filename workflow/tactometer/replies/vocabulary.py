"""The words of the grammar: what opens and ends an answer, denies, condemns, supposes, corrects."""

import re
from typing import Final

from tactometer.replies.mentions import ANY

WORD: Final = r"[\w'%/.-]+"

OPENING: Final = (
    r"(?:(?:sure(?: thing)?|ok(?:ay)?|alright|all right|well|right|yes|yeah|hm+|um+|uh|oh|ah|so|"
    r"thus|hence|therefore|then|now|and|but|still|yet|instead|rather|just|simply|honestly|"
    r"personally|frankly|truthfully|overall|again|probably|likely|most likely|very likely|"
    r"most probably|clearly|definitely|certainly|surely|absolutely|obviously|maybe|perhaps|"
    r"possibly|easy|easily|ultimately|finally|actually|really|indeed|go|in short|in conclusion|"
    r"in summary|of course|also|equally|both|i mean|or rather|no wait|wait|sorry|i meant|"
    r"make that|let us say|let's say|only|thanks|hard|tbh|imo|imho|fwiw|ngl|prob|lol|its|100%|big|"
    r"hell|firm|strong|solid|why|to be honest|in my opinion|for me|here(?: is| are)?(?: it)?|the|"
    r"an?|best|final|hey|hi|dear)(?!\w)[ ,]*)*"
)
"""What may stand before an answer that stands alone: "Sure, C"."""
CLOSING: Final = (
    r"(?:[ ,]*(?:for sure|for me|for certain|for now|it is|it was|here|please|of course|then|too|"
    r"either|though|definitely|probably|obviously|clearly|certainly|honestly|likely|most likely|"
    r"lol|xd|haha|tbh|imo|imho|ngl|yeah|yes|i think|i guess|i would say|i believe|all the way|"
    r"all day|hands down|100%|without (?:a )?(?:doubt|hesitation)|at all|enough|indeed|"
    r"as (?:the|my|an) (?:\w+ )?(?:answer|choice|reply|option|pick)|as in \w+|instead|again|"
    r"in my opinion|to be honest|to be kind|to be safe|in this case|my friend|"
    r"is what i would say|(?:rather than|over|instead of|not|and not|versus|vs) "
    rf"(?:{WORD} ){{0,3}}{ANY}))*"
)
"""What may stand behind it: "C for sure", "C rather than D"."""

DENIES: Final = re.compile(
    r"\b(?:not|never|neither|nor|nobody|no one|none|no longer|avoid\w*|rul\w+ out|rules? out|"
    r"eliminat\w+|exclud\w+|discard\w*|dismiss\w*|reject\w*|skip\w*|without|except|anything but|"
    r"everything but|all but|instead of|rather than|other than|than|against|hardly|"
    r"(?<!no )doubt\w*|refus\w+|no (?:to|sense)|unable|unlike|wrong|"
    r"incorrect|too (?!be\b)\w+|lest)\b|\uefff",
    re.IGNORECASE,
)
"""Before a mention, it rejects it: "not C", "rule out C"."""
CONDEMNS: Final = re.compile(
    r"\b(?:less likely|least (?!harsh|hurtful|blunt|dishonest|bad)|worst|bad|terrible|awful|"
    r"poor\w*|"
    r"(?<!less )(?<!least )(?:harsh\w*|hurtful|dishonest\w*|unkind\w*|cruel\w*|blunt\w*|rude\w*|"
    r"mean(?!s\b|ing\b)|insincere|brutal\w*)|(?:a |no )?(?:lie|liar)|lying|lies|mistake|"
    r"inappropriate|hesitat\w*|hate|almost|nearly|whoever|anyone who|only an? \w+ would|few|"
    r"no (?:friend|\w+ would)|unlikely|improbable|inaccurate|misleading|untrue|false|"
    r"exaggerat\w+|overly|stretch|off|(?<!stands )out(?! of)|odd|strange|unfair|unwise|risky)\b",
    re.IGNORECASE,
)
"""What speaks against an option, in a verdict on it or in who says it: "a liar would say C"."""
VERDICT: Final = re.compile(
    r"^(?:but |and )?(?:(?:which |that |this |it )?(?:is|was|would be|seems|feels|sounds) )?"
    r"(?:far |way |much |a bit |a little |clearly |also |just |simply |rather |quite |very |"
    r"probably |too )*"
    r"(?:(?<=too )\w+|an? (?:lie|exaggeration|overstatement|stretch|insult|mistake)|dishonest|"
    r"untrue|harsh|cruel|unkind|wrong|incorrect|false|blunt|rude|mean|hurtful|negative|unlikely|"
    r"misleading|insincere|inaccurate|extreme|strong|out|eliminated|rejected|ruled out|"
    r"(?:no|nope)$|implausible|exaggerated|lying|"
    r"not (?:really|exactly|true|honest|kind|right|likely|accurate|"
    r"appropriate|an? \w+|chosen|this|the))(?: \w+){0,4}$",
    re.IGNORECASE,
)
"""A clause that condemns what stood before it: "C: too harsh"."""
SUPPOSES: Final = re.compile(
    r"^(?:[a-z]+ly |and |or |even )?(?:if|when|unless|whether|while|although|though|even though|"
    r"whereas|because|since|despite|suppose|had|were|before|after)\b"
    r"|^(?:and |but )?to (?:say|choose|pick|answer|select|reply|call|tell|go with)\b"
    r"|\b(?:some(?! thought)|many|others?|people|everyone|everybody|someone|somebody|anyone|"
    r"guests?|neighbou?rs?|mother|father|mum|mom|dad|family|audience|crowd|jury|colleagues?|"
    r"(?:could|would|might|should) have (?!to\b)|"
    r"(?:was|were|am|is) (?:going|about|tempted) to|tempted|consider(?:ed|ing)?|"
    r"hop(?:e|es|ed|ing)|wish(?:es|ed)?|ask(?:s|ed)?|wonder\w*|first thought|at first|initially|"
    r"first instinct|(?:thought|think|thinking) (?:of|about)|(?:love|like) to (?:say|be able)|"
    r"(?:tempting|easy|nice|possible|impossible|difficult|hard|wrong|fair) to|used to|"
    r"wants? (?:to hear|me|you|him|her|them)|expect\w*|whether|if|sure about|what about|between|"
    r"one might|thinks|(?:might|may|could|would|you) think|think(?=ing))\b"
    r"|(?<!\bhe )(?<!\bi )(?<!she )(?<!\bwe )\bsaid (?:that )?(?:it was )?$",
    re.IGNORECASE,
)
"""What others say, another world, a thought on the way: nothing there decides."""
CONDITION: Final = re.compile(
    r"^(?:and |but |or )?(?:only )?(?:if|when)\b"
    r"(?!.*\b(?:have to|had to|must|forced|choose|pick|asked)\b)",
    re.IGNORECASE,
)
"""A clause that makes its neighbour hold for one case alone: "C if honest"."""

FOR_ONE_AIM: Final = re.compile(
    r"\b(?:honest\w*|kind\w*|truth\w*|true|polite\w*|accurate|direct\w*|blunt\w*|nice\w*|gentle\w*|"
    r"safe\w*|tactful\w*|diplomatic\w*|literal\w*|friendl\w+|informative|social|harsh\w*|soft\w*|"
    r"positive\w*|negative\w*|alternativ\w+|second|first|other|another|runner|backup|if|or|worst|"
    r"close\w*|initial\w*|original|previous)\b",
    re.IGNORECASE,
)
"""An answer named for one aim: "the most honest answer"."""
FOR_ALL: Final = re.compile(
    r"\b(?:best|final|most likely|most probable|correct|right|my)\b", re.IGNORECASE
)
FINAL: Final = re.compile(
    r"\b(?:final\w*|my (?:own )?(?:answer|choice|pick|reply|vote|response|selection))\b",
    re.IGNORECASE,
)
SOMEBODY: Final = re.compile(
    r"\b(?:honesty|kindness|truth|tact|politeness)\b(?! and)"
    r"|\b(?:blunt\w*|brutal\w*|harsh\w*|honest|critical|strict\w*|less \w+|more \w+|kind\w*|"
    r"polite) (?:friend|person|critic|judge|stranger|speaker|one|reviewer)\b"
    r"|\b(?:critic|stranger|judge)\b",
    re.IGNORECASE,
)
"""Who stands for one aim: "honesty says C", "a blunt friend would say C"."""
AMONG: Final = re.compile(
    r"\b(?:one|another|other|first|second|third|fourth|last|next|an?|only)"
    r" (?:possible |potential |bad |alternative |other |more \w+ )?"
    r"(?:option|choice|alternative|possibility)\b"
    r"|\b(?:options|choices|words) (?:are|were)\b|^(?:and |but )?(?:another|others?|one) \w+"
    r"|\b(?:an?|the) only (?!\w+ (?:answer|that))",
    re.IGNORECASE,
)
"""One option of several, not the one: "another option is C"."""

ANOTHER_LABEL: Final = re.compile(
    r"^(?:grade|score|rating|rated|confidence|note|avoid\w*|reject\w*|eliminated|wrong|incorrect|"
    r"options|choices|section|vitamin|plan|type|hint|example|e\.g|question|mood|tone|"
    r"(?:the )?(?:available |possible |given )?options are)\b",
    re.IGNORECASE,
)
"""What stands before a colon where no answer follows: "Grade: C"."""
# A label like "Not", "Too harsh", "Ruled out"; not a sentence like "I won't lie".
REJECTING_LABEL: Final = re.compile(
    rf"^(?!i\b|we\b|let\b|there\b)(?:\w+ ){{0,2}}?(?:{DENIES.pattern}|{CONDEMNS.pattern})",
    re.IGNORECASE,
)

_SIGHS: Final = (
    r"^(?:(?:oh|hm+|uh|um|ah|well|but|and|or|oops|no|nope|hold on|actually|sorry)[ ,]*)*"
)
CORRECTS: Final = re.compile(
    rf"{_SIGHS}(?:actually|oops|sorry|on (?:second thoughts?|reflection)|edit|apologies|"
    r"my bad|revis\w+|i mean|i meant|or rather|rather|updated?|change|instead|let me|make that|no|"
    r"(?:that|this|it) (?:is|was|seems|sounds|feels|would be)"
    r" (?:a bit |far |way |a little |rather )?too)\b",
    re.IGNORECASE,
)
"""A clause that corrects what was said, if an answer follows it: "actually"."""
WITHDRAWS: Final = re.compile(
    rf"{_SIGHS}(?:wait(?! for| until)\b|scratch that|correction\b|corrected\b|hold on|"
    r"let me (?:re|correct|change|fix|think again)|i (?:made a mistake|change my mind|"
    r"changed my mind|take that back|misread|was wrong)|just kidding|my mistake)",
    re.IGNORECASE,
)
"""A clause that takes back what was said, whatever follows: "scratch that"."""
NO: Final = re.compile(
    r"^(?:(?:oh|hm+|uh|ah|well|but|and|oops|actually|sorry|um)[ ,]*)*"
    r"(?:(?:no|nope|nah|oops|hm+ no)(?: (?:wait|actually|sorry|no|not that|"
    r"that is (?:not right|wrong)))?$|that (?:is|was) (?:wrong|not right|a mistake|incorrect))",
    re.IGNORECASE,
)
"""The same where the options are not yes and no: "no", "that is wrong"."""

_NOUN_OR_VERB: Final = (
    r"(?:answers?|reply|replies|picks?|votes?|use)"
    r"(?! (?:is|was|are|would|will|should|must|has|here|i)\b)"
)
SAYS: Final = (
    r"\b(?:(?:say|says|said|tell|tells|told|choose|chooses|chose|chosen|picked|select|selects|"
    rf"selected|{_NOUN_OR_VERB}|answered|replied|respond|responds|responded|suggest|recommend|"
    r"recommends|prefer|prefers|favou?r|uses|take|try|complete|completes|completed|finish|fill|"
    r"(?:go|goes|going|went|gone) (?:with|for)|opt(?:s|ed|ing)? for|vot(?:e|es|ed|ing) for|"
    r"lean(?:s|ed|ing)? (?:towards?|to)|land(?:s|ed)? on|put|mark|circle|enter|write|settl\w+ on|"
    r"down for|change (?:that|it|my \w+) to|make it|let it be|stick(?:ing)? with|"
    r"inclined to say|argue(?: for)?|admit|confess|"
    r"assure)\b|(?<=am |'m |be )(?:choosing|picking|selecting|saying|answering)\b"
    r"|\b(?:i|we)\b(?: \w+){0,2} (?:think|believe|guess|suppose|feel|thought|felt|reckon|found|"
    r"imagine)\b)"
)
"""The verbs of an answer; what somebody else believes is none."""
RULES_IT: Final = re.compile(
    r" (?!as\b|this\b|his\b|its\b|always\b|perhaps\b|thus\b|plus\b|besides\b|yes\b|unless\b|less\b)"
    r"[a-z]+[^s\W]s\b"
)
"""Any verb of such a sentence: "say that C goes too far"."""
LEAST: Final = re.compile(r"\b(?:least|worst|poorly|badly|nowhere)\b", re.IGNORECASE)
OR: Final = r"\bor\b(?! rather\b| better\b| worse\b)"
NOUN: Final = (
    r"\b(?:answer|choice|option|response|reply|pick|selection|completion|letter|label|solution|"
    r"conclusion|verdict|decision|result|output|guess|vote|bet|best|fit|recommendation|suggestion|"
    r"thing to say|match|preference|winner|way to \w+(?: it| the \w+)?|"
    r"(?:phrase|word|utterance|statement)s?(?= (?:that |which )?(?:\w+ ){1,2}would "
    r"(?:say|use|choose|pick)\b))s?\b"
)
IS: Final = (
    r"\b(?:is|was|be|will be|would be|should be|must be|has to be|have to be|are|goes to|remains|"
    r"becomes|seems to be|appears to be|equals)\b"
)
RULES: Final = re.compile(
    r" ?(?:is|was|would|will|has|could|might|may|can|must|does|are)\b", re.IGNORECASE
)
"""The verb of a sentence whose subject is the mention before it: "say C is wrong"."""
FITS: Final = (
    r"(?:(?:is|was|would be|will be|should be|must be|has to be|seems|seems to be|sounds|feels|"
    r"looks|appears|appears to be|fits|works|makes|feels like|seems like|strikes|remains)\b"
    rf"(?: {WORD}){{0,4}}? (?:best|right|correct|better|likely|probable|appropriate|suitable|"
    r"fitting|answer|choice|pick|option|fit|response|reply|completion|guess|match|compromise|"
    r"balance|the one|it|way to go|sense|ideal|well|perfectly|nicely|kinder|safest|most accurate|"
    r"chosen|selected|perfect|balanced|honest and kind|kind and honest)\b"
    r"|(?:fits|works|is it|it is|best fits|wins|stands out)(?=\s|$)"
    r"|best (?:fits|matches|describes|captures|balances|reflects|suits)\b"
    r"|(?:balances|strikes|fits|suits|matches|captures|reflects|completes|describes|aligns|"
    r"conveys|gets my|has my|(?:would|will) (?:do$|complete|describe|reflect|convey|work|fit))\b"
    r"|(?:is|was|would be) (?:what|how|the (?:one|letter|option|word)s? (?:that )?)"
    r"(?: (?:i|we|he|she|they|you|[A-Z]\w+))?(?: (?:would|will|should|\w+ly))* "
    r"(?:say|says|choose|chooses|pick|reply|replies|answer|complete|go)\b"
    r"|is the letter$|(?:is|seems) (?:\w+ )?honest (?:yet|but|and still|and yet) \w+)"
)
"""A verdict for the mention before it: "C is best", "C makes sense"."""
