"""The words by which clauses and labels bear on the answers beside them.

They condemn, set a condition, correct, take back, widen, conclude, affirm, or say that something is
thought and not said.
"""

import re
from typing import Final

from tactometer.replies.vocabulary import CONDEMNS, DENIES

VERDICT: Final = re.compile(
    r"^(?:but |and |obviously |clearly |certainly |definitely )?(?:(?:which |that |this |"
    r"it )?(?:is|was|would be|could be|might be|may be|can be|seems|feels|sounds) )?(?:far |way |"
    r"much |a bit |a little |clearly |also |just |simply |rather |quite |very |probably |"
    r"too )*(?:(?<=too )\w+|an? (?:lie|exaggeration|overstatement|stretch|insult|mistake)|"
    r"dishonest|untrue|harsh|cruel|unkind|wrong|incorrect|false|blunt|rude|mean|hurtful|negative|"
    r"unlikely|(?:would|will|might|could) (?:mislead|hurt|offend|upset|insult|crush|sting|lie)|"
    r"misleading|insincere|inaccurate|extreme|strong|out|eliminated|rejected|ruled out|"
    r"(?:no|nope|not)$|implausible|exaggerated|lying|not (?:really|exactly|true|honest|kind|right|"
    r"likely|accurate|appropriate|an? \w+|chosen|this|the))(?: \w+){0,4}$",
    re.IGNORECASE,
)
"""A clause that condemns what stood before it: "C: too harsh"."""
ELSEWHERE: Final = re.compile(
    r"^(?:and |but )?(?:(?:were|had) (?:she|he|they|it|the|[A-Z]\w+)|had i)\b"
    r"|^(?:and |but )?(?:in|under|with|for|given) (?:(?:an? )?(?:other(?! words)|another|different|"
    r"higher|lower|better|worse)\b|(?:an?|any|the) (?:case|world|scenario|situation|setting)s? "
    r"(?:in which|where|when))",
    re.IGNORECASE,
)
"""Another world than the scene: "had she been honest", "with another goal"."""
CONDITION: Final = re.compile(
    r"^(?:and |but |or )?(?:only )?(?:if|when|unless|in case|assuming|provided|supposing|"
    r"suppose)\b(?! (?:a (?:bit|little)|slightly)\b)(?!.*\b(?:have to|had to|must|forced|choose|"
    r"pick|asked|ask me|i may|pressed|all is said|anything|guess|in doubt|i (?:go|opt|side|lean) |"
    r"comes to|put myself|asks|i am (?:being )?(?:\w+ )?honest|it (?:were|was) (?:me|up to me)|i "
    r"(?:were|was) (?:her|him|them|you|in (?:this|that|such|her|his|their|your|the)\b|(?-i:[A-Z]))|"
    r"(?:talking|speaking) to an? (?:\w+ )?friend))|^(?:and |but )?(?:otherwise|else|or else)\b"
    rf"|{ELSEWHERE.pattern}|^to (?:my|him|her|them)sel\w+\b"
    r"|^(?:and |but )?(?:for|given) (?:honesty|kindness|politeness|tact|truth)$",
    re.IGNORECASE,
)
"""A clause that makes its neighbour hold for one case alone: "C if honest"."""

ANOTHER_LABEL: Final = re.compile(
    r"^(?:(?:the |my )?(?:second|third|fourth|runner|back-?up|fall-?back|alternative|least|worst|"
    r"previous|old|earlier|initial|original|draft|first (?:draft|guess|thought|instinct|answer))|"
    r"candidates?|contenders?|input|subject|level|difficulty|title|name|cc|battery|size|shortlist|"
    r"remaining|left|grade|score|rating|rated|confidence|note|avoid\w*|reject\w*|eliminated|wrong|"
    r"incorrect|options|choices|section|vitamin|plan|type|hint|example|e\.g|question(?! \d)|mood|"
    r"tone|(?:the )?(?:available |possible |given )?options are)\b",
    re.IGNORECASE,
)
"""What stands before a colon where no answer follows: "Grade: C"."""
# A label like "Not", "Too harsh", "Ruled out"; not a sentence like "I won't lie".
REJECTING_LABEL: Final = re.compile(
    r"^(?!none of the other|(?:i|we|let)\b(?!(?:'s| us)? (?:\w+ ){0,2}(?:rul\w+ out|avoid|exclu|"
    r"elimin|discard|dismiss|reject|skip|(?:not|never) (?:say|tell|choose|pick|answer|go|use)))|"
    r"there\b|neither \w+ (?:\w+ )?nor|so as\b|(?:an? )?(?:little )?white lie|(?:s?he|they|"
    r"[A-Z][a-z]+) (?:(?:would |will )?(?:not )?)lies?$|(?:put )?bluntly$|to be blunt$|without "
    r"(?:[\w-]+ing|further|a doubt|doubt|hesitation|"
    rf"question))(?:[\w']+ ){{0,3}}?(?:{DENIES.pattern}|{CONDEMNS.pattern})",
    re.IGNORECASE,
)

_SIGHS: Final = (
    r"^(?:(?:oh|hm+|uh|um|ah|well|but|and|or|oops|no|nope|hold on|actually|sorry)[ ,]*)*"
)
CORRECTS: Final = re.compile(
    rf"{_SIGHS}(?:actually|oops|sorry|on (?:second thoughts?|reflection)|edit|apologies|"
    r"my bad|revis\w+|i mean|i meant|or rather|rather|updated?|change|instead|let me|make that|no|"
    r"(?:that|this|it) (?:is|was|seems|sounds|feels|would be) (?:a bit |far |way |a little |"
    r"rather )?too|in fact|indeed|if anything|more precisely|looking (?:again|back|closer|"
    r"more closely)|re-?read\w*|having (?:re\w+|thought)|after (?:re\w+|another look|more thought|"
    r"some thought|thinking)|thinking (?:again|about it)|on (?:closer|further|more) \w+|upon \w+|"
    r"come to think|(?:it |that |this |which )?(?:should|ought to) (?:have been|be|read))\b"
    r"|\b(?:chang|switch|revis|updat|correct)\w* (?:(?:it|that|this|my \w+|"
    r"the \w+) )?(?:from \S{1,3} )?to\b",
    re.IGNORECASE,
)
"""A clause that corrects what was said, if an answer follows it: "actually"."""
WITHDRAWS: Final = re.compile(
    rf"{_SIGHS}(?:wait(?! for| until)\b|scratch that|correction\b|corrected\b|hold on|"
    r"let me (?:re|correct|change|fix|think (?:again|about|through|over)|look again|check|"
    r"try again)|i (?:made a mistake|change my mind|changed my mind|keep (?:changing|going)|"
    r"take (?:that|it) back|misread|was wrong|give up|no longer know|(?:really )?(?:can not|"
    r"could not) decide|am torn|am no longer sure|(?:really |honestly |just )?do not know$|"
    r"would rather not (?:answer|say|choose)|am not sure any ?more|retract)|just kidding|"
    r"my mistake|never ?mind|forget (?:it|that|this|what)|ignore (?:it|that|this|what)|disregard|"
    r"strike that|cancel that|undo that)",
    re.IGNORECASE,
)
"""A clause that takes back what was said, whatever follows: "scratch that"."""
NO: Final = re.compile(
    r"^(?:(?:oh|hm+|uh|ah|well|but|and|oops|actually|sorry|um)[ ,]*)*(?:(?:no|nope|nah|oops|"
    r"hm+ no)(?: (?:wait|actually|sorry|no|not that|that is (?:not right|wrong)))?$|that (?:is|"
    r"was) (?:wrong|not right|a mistake|incorrect))",
    re.IGNORECASE,
)
"""The same where the options are not yes and no: "no", "that is wrong"."""

REJECTS_IT: Final = re.compile(
    rf"{_SIGHS}(?:(?:that|this|it) (?:can not be (?:right|it)|does not (?:fit|work|make sense|"
    r"(?:seem|sound|feel|look) right)|will not do|is not (?:it|right))|(?:(?:i|we) (?:can|could|"
    r"must|should|will) not$)|or (?:is|was) it$|(?:\w+ )?disagrees?$|(?:can|could|will|does|do|is|"
    r"was|would) not$|(?:(?:it|that|this|he|she|they) (?:is|was|does|would|will|could|can|did) "
    r"not$)|(?:or )?(?:maybe|perhaps|possibly) not$|(?:none|neither)(?: of (?:them|these|those|the "
    r"(?:\w+ )?options))?(?: (?:fits?|works?|is right|really fits))?$)",
    re.IGNORECASE,
)
"""A clause that takes back what was named last: "that doesn't fit", "none of them"."""
OR_ELSE: Final = re.compile(
    r"^(?:and |but |while )?(?:the|your|his|her) [a-z]+ (?:[\ue100-\ue1ff]|less\b)|"
    r"^(?:and then|then|(?:or |maybe |perhaps |possibly )?even|if not|almost|border\w+(?: on)?|"
    r"verging on) [\ue000-\ue4ff]$|^(?:(?:hm+|um|but|and|then|maybe|"
    r"perhaps)[ ,]*)*or\b(?! (?:rather|better|worse|wait|no|not|so|in)\b)(?=.*[\ue000-\ueeff])"
    r"|^(?:and |but |or )?(?:otherwise|else|alternatively)\b(?=.*[\ue000-\ueeff])"
    r"|^(?!.*\b(?:not|never|less)\b).*[\ue000-\ueeff].*\b(?:(?:just|equally) as|"
    r"equally) (?:[\ue100-\ue1ff]|(?:good|well|likely|plausible|fitting|right|possible)\b)"
    r"|.*\b(?:could|might|may) also (?:see|be|say|go|choose|pick|imagine)\b(?=.*[\ue000-\ueeff])"
    r"|^(?!.*\b(?:not|never|less)\b).*\bjust as well (?:be|say)\b.*[\ue000-\ueeff]",
    re.IGNORECASE,
)
"""A clause that sets another option beside the one before: "or D", "it might as well be D"."""
EXAMPLE: Final = re.compile(r"(?:for (?:example|instance)|say|e\.g\.?)$", re.IGNORECASE)
"""A clause after which what stands before it is one of several: "take C, for example"."""
UNSAID: Final = re.compile(
    r"^(?:(?:but|though|although|yet|and|still|even if|which) ?)*(?:(?:he|she|they|i|we|"
    r"(?-i:[A-Z]\w+)) (?:(?:will|would|does|do|did|can|could|might|may|must|should|is|"
    r"has)(?: \w+ly)? (?:not|never|hardly)(?: \w+ly)? (?:to )?(?:say|tell|admit|mention|reveal|"
    r"show|voice|utter|be saying|going to say)(?: (?:it|so|that|this|him|her|them|anyone|"
    r"(?-i:[A-Z]\w+)))*(?: (?:out loud|aloud|to .{1,20}|openly))?$"
    r"|(?:would never|will never|never) (?:say|tell|admit|mention|reveal|voice)s?(?: (?:it|so|that|"
    r"this|him|her|them))*$"
    r"|(?:keeps?|kept|hides?|will keep|would keep) (?:it|that|this|quiet|silent|her|his)\b"
    r"|(?:says? nothing|stays? (?:silent|quiet)|bites? \w+ tongue|changes? the subject))"
    r"|(?:that|this|it) is not what (?:he|she|they|i) (?:would |will )?(?:say|says|tell|tells)\b)",
    re.IGNORECASE,
)
"""A clause after which what stands before it is not said: "but she won't tell him"."""
FRAMED: Final = re.compile(
    r"^(?:and |but |yet )?(?:usually|normally|typically|generally|technically|theoretically|"
    r"strictly speaking|literally|officially|socially|practically)\b",
    re.IGNORECASE,
)
"""What holds in one view: "technically C, but D"."""
TURNS: Final = re.compile(
    r"^(?:but|yet|still|instead|nevertheless|however|nonetheless|even so|"
    r"(?:that|this|having) (?:being )?said)\b",
    re.IGNORECASE,
)
"""What turns from how it was to what is said: "it was bad, but she says ..."."""
WISHES: Final = re.compile(r"\bwants? to (?:say|tell|choose|pick|answer|go)\b", re.IGNORECASE)
"""What a "but" behind it takes back: "I want to say C, but"."""
EARLIER: Final = re.compile(
    r"\b(?:last (?:time|week|month|year)|yesterday|earlier|previously|in (?:the|your|my) (?:first|"
    r"last|previous|other) (?:question|scenario|round|task|example|case|one))\b|^you (?:said|wrote|"
    r"chose|picked|answered)\b"
    r"|\b(?:my|the|his|her) (?:(?:initial|original|previous|earlier|old|former|tentative) "
    r"(?:answer|choice|pick|guess|thought|reaction|instinct|reply|draft|response|selection|"
    r"impression|idea)|first (?:answer|guess|thought|reaction|instinct|draft|impression|idea))\b"
    r"|\b(?:i|he|she|we) (?:had )?(?:first|initially|originally) (?!to\b|like\b)\w+"
    r"|\b(?:i|he|she|we) had (?:said|picked|chosen|answered|thought|written|put|gone|selected)\b"
    r"|\b(?:at first|initially|originally)$|^i (?:said|wrote|typed|put down)\b"
    r"|^first (?:i|we|he|she)\b|^(?:initially|originally|earlier|previously|at first(?: glance)?|"
    r"draft|first draft|before|old)\b",
    re.IGNORECASE,
)
"""What was answered before and is no more: "my initial answer was C"."""
THOUGHT: Final = re.compile(
    r"^what i (?:really |honestly )?think$|^(?!none of|after |with an? |.*\b(?:i|my|we|"
    r"our)\b).*\b(?:think(?:s|ing)?|thoughts?|feels?|(?:true|real|honest|private|inner) feelings?|"
    r"believes?|beliefs?|opinions?|privately|inner|inwardly|inside|internal\w*|secretly|state|"
    r"reality|to (?:him|her|them)sel\w+|(?:her|his|their|\w+'s) (?:mind|head)|view|heart|diary|"
    r"review|critics?|neighbou?rs?|mother|father|guests?|others|people|jury|reviewers?|audience|"
    r"(?:her|his|their|\w+'s) (?:\w+ )?verdict|unsaid|unspoken|not said|silently|judge?ment|fears?|"
    r"hopes?|wants? to (?:say|hear)|strangers?)\b",
    re.IGNORECASE,
)
"""A label of what somebody thinks and does not say."""
OPINION: Final = re.compile(
    r"^(?:and |but |or so |at least )?(?:as they say|(?:supposedly|allegedly|reportedly|(?:he|she|"
    r"they) claims?(?:ed)?|said (?:nobody|no one)(?: ever)?)$|or so (?:he|she|they|[A-Z]\w+) "
    r"(?:thinks?|says?|claims?)|(?:wrote|claimed) .{1,30}|(?:in|to|from) (?!my\b|our\b)(?:[\w']+ "
    r"){1,4}?(?:opinion|view|eyes?|mind|judge?ment|book|heart|estimation|point of view|head|"
    r"thoughts|perspective|viewpoint|taste|experience)|(?:based on|given|with|judging by|judging "
    r"from|considering|from|going by|at) .{0,30}\b(?:stars?|hearts?|ratings?|scores?)|(?:to|for) "
    r"(?:him|her|them|(?-i:[A-Z][a-z]+)(?: \w+ly)?)|as far as .{1,30} concerned|the way .{1,20} "
    r"(?:sees?|saw|feels?|felt) it|as (?:he|she|they|(?-i:[A-Z][a-z]+)) (?:sees|saw) it|(?:thinks|"
    r"thinking|thought|inner voice|aside)|as (?:her|his|their|the|an?) \w+ (?:says|said|put|puts|"
    r"claims)(?: it)?|(?:he|she|they|(?-i:[A-Z]\w+)) \w+(?: \w+)? to (?:him|her|them)sel\w+|"
    r"according to (?!my\b)\w+(?: \w+)?|privately|secretly|inwardly|internally|silently|"
    r"objectively|factually|strictly speaking|deep down(?: inside)?|in (?:truth|reality|private|"
    r"secret|actual fact)|at heart|inside|to (?:him|her|them)sel\w+|(?:he|she|they|(?-i:[A-Z]\w+)) "
    r"(?:\w+ly )?(?:thinks|believes|feels|finds|felt|thought|found|reckons)(?: (?:privately|inside|"
    r"to \w+|so))?)$",
    re.IGNORECASE,
)
"""A clause that makes its neighbour somebody's opinion, not what is said."""
CONCLUDES: Final = re.compile(
    r"^(?:and |but )?(?:so|thus|hence|therefore|consequently|accordingly|in conclusion|in the end|"
    r"overall|ultimately|finally|all in all|all things considered|on balance|in sum\w*)\b",
    re.IGNORECASE,
)
"""What draws a conclusion from the clauses before it."""
AFFIRMS: Final = re.compile(
    r"^(?:yes|yep|yeah|yup|sure|i (?:would )?(?:say|think|guess|believe) so|exactly|bingo|perfect|"
    r"right|correct|(?:that|this|it)(?: one)? (?:is (?:it|right|the one|the answer|perfect|my "
    r"answer)|works|fits|would (?:work|fit)|does it)|certainly|definitely|absolutely|of course|"
    r"indeed|most likely|most probable|(?:fits|works)(?: best| well| perfectly)?|best|(?:just |"
    r"exactly |about )?right|ideal|kind (?:and|but|yet) (?:honest|true|truthful)|(?:honest|true|"
    r"truthful) (?:and|but|yet) kind|the (?:best|right) (?:one|choice|fit|option|balance)|that one|"
    r"this one|chosen|selected|both|my (?:choice|answer|pick)|the (?:answer|one|best))$",
    re.IGNORECASE,
)
"""The whole of an answer that takes the option asked about: "C? Yes."."""
ASKS_FOR: Final = re.compile(
    r"^(?:(?:and|so|but|then|hm+|ok(?:ay)?) )*(?:(?:is|was|would|will|could|should|does|might) "
    r"\w+(?: \w+){0,4}|(?:what|how) about|maybe|perhaps|why not)? ?[\"']?[\ue000-\ue4ff][\"']?(?: "
    r"(?:then|the answer|right|best|the best(?: \w+)?|fit|work))?$",
    re.IGNORECASE,
)
"""A question for one option: "is it C", "would she say C"."""
ENDORSES: Final = re.compile(
    r"^(?:(?:and|so|but|hence|therefore|thus) )*(?:that|this|it|which) (?:is|would be|"
    r"will be) (?:(?:therefore|thus|also|exactly|probably|likely|why) )?(?:what (?:i|he|she|we|"
    r"they|[A-Z]\w+)(?: would| will)?(?: \w+ly)? (?:(?:expect|want) (?:him|her|them|"
    r"[A-Z]\w+) to )?(?:says?|choose|pick|go with|answer|reply|use|go for)(?: here| now| then|"
    r" \w+ly)?|my (?:final )?(?:answer|choice|pick|vote|reply)|the answer|my final one|"
    r"the one (?:i|he|she) (?:would )?(?:choose|pick|use|go with|go for|say|says))$"
    r"|^(?:so )?i (?:would|will) (?:say|choose|pick|use|go with|go for) (?:that|this|it|that one|"
    r"this one)$|^my answer(?:$| (?:my|the|i) )",
    re.IGNORECASE,
)
"""A clause that makes the option named before it the answer: "and that is my choice"."""
APPOSED: Final = re.compile(
    r"^(?:and )?(?:which (?:is|was|means|says|reads|would be|stands for)|that is(?: to say)?|"
    r"i\.e\.?|meaning|namely|aka|in other words)(?: that)?[ \"'(]*(?P<o>[\ue000-\ue4ff])[\"' )]*$",
    re.IGNORECASE,
)
"""A clause that says a letter's words: "which is C"."""

REASONED: Final = re.compile(
    r"^(?:because|since|as)[ \"']*(?P<o>[\ue200-\ue3ff]) (?:is|was|would be) (?!.*\b(?:not|too|"
    r"than)\b)(?:(?:the|both|a|most|very) )*(?:kind\w*|honest|true|polite|nice\w*|gentle|right|"
    r"best|what|fair)\b",
    re.IGNORECASE,
)
"""A reason that speaks for an option: it had better be the one that was chosen."""
REASON: Final = re.compile(
    r"(?:and |but )?(?:since|because|as|given that|i (?:will|want|am)|i would (?:go|side|stay|"
    r"stick|be|meet|keep|lean))\b",
    re.IGNORECASE,
)
"""A label that says why: "since she is kind: C"."""
SAYS_LABEL: Final = re.compile(
    r"\b(?:says|said|tells|replies|answers|aloud|out loud|spoken|utterance|(?:her|his|their|my|"
    r"exact) words)\b(?: \w+)?$",
    re.IGNORECASE,
)
"""A label of what is said aloud: "but she says"."""
