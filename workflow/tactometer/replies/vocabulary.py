"""The words of an answer by itself: what opens and ends it, names it, denies and condemns it."""

import re
from typing import Final

from tactometer.replies.mentions import ANY

WORD: Final = r"[\w'%/.-]+"

OPENING: Final = (
    r"(?:(?:(?!hopefully|hardly|barely|scarcely|rarely|nearly|unlikely|formerly|previously|initially|"
    r"originally|only|privately|secretly|inwardly|publicly)[a-z]{2,12}ly|in (?:that|this|such a) (?:case|situation|scenario|context)|"
    r"sure(?: thing)?|ok(?:ay)?|alright|all right|well|right|yes|yeah|hm+|um+|uh|oh|ah|so|"
    r"thus|hence|therefore|then|now|and|but|still|yet|instead|rather|just|simply|honestly|"
    r"personally|frankly|truthfully|overall|again|probably|likely|most likely|very likely|"
    r"most probably|clearly|definitely|certainly|surely|absolutely|obviously|maybe|perhaps|"
    r"possibly|easy|easily|ultimately|finally|actually|really|indeed|go|in short|in conclusion|"
    r"in summary|of course|also|equally|both|i mean|or rather|no wait|wait|sorry|i meant|"
    r"make that|let us say|let's say|only|thanks|hard|tbh|imo|imho|fwiw|def|defo|prolly|probs|"
    r"clear case of|"
    r"ngl|prob|lol|its|100%|big|"
    r"hell|firm|strong|solid|why|to be honest|in my opinion|for me|here(?: is| are)?(?: it)?|the|"
    r"an?|best|better|final|of (?:these|those|them|the (?:eight|options|choices))|hey|hi|dear|in "
    r"fact|more likely|something like|along the lines of|must be|"
    r"gotta be|got to be|(?:looks|seems|sounds) like|(?:i am |am )?(?:pretty |fairly |quite |very |"
    r"almost |absolutely |reasonably )?(?:sure|certain|confident|convinced|positive)(?: that)?|"
    r"going to be|(?:my )?(?:guess|answer|choice|pick|vote|verdict|selection|decision|reply)|"
    r"i am (?:afraid|(?:sorry|happy|glad|sad|pleased) to (?:say|tell you|report))(?: that)?|"
    r"yes to|in the end|on balance|all in all|all things considered|no doubt)(?!\w)[ ,]*)*"
)
"""What may stand before an answer that stands alone: "Sure, C"."""
CLOSING: Final = (
    r"(?:[ ,]*(?:and nothing else|for sure|for me|for certain|for now|it is|it was|here|please|(?:based on|given|considering|judging by|out of|because of|due to)(?: [\w/]+){1,4}|of course|then|too|"
    r"either|though|definitely|probably|obviously|clearly|certainly|honestly|likely|most likely|"
    r"lol|xd|haha|tbh|imo|imho|ngl|yeah|yes|i think|i guess|i would say|i believe|all the way|"
    r"all day|hands down|by far|by a hair|narrowly|just about|for the win|ftw|tbf|fr|from me|"
    r"therefore|it (?:must|has to|shall|"
    r"will) be|to me|no doubt|no question|by a "
    r"mile|i reckon|"
    r"i suppose|100%|without (?:a )?(?:doubt|hesitation)|at all|enough|indeed|"
    r"as (?:the|my|an) (?:\w+ )?(?:answer|choice|reply|option|pick)|as in \w+|instead|again|"
    r"in my opinion|to be honest|to be kind|to be safe|in this case|my friend|"
    r"is what i would say|(?:rather than|over|instead of|not|and not|than|"
    r"and (?:definitely|certainly|surely|clearly) not) "
    rf"(?:{WORD} ){{0,3}}{ANY}))*"
)
"""What may stand behind it: "C for sure", "C rather than D"."""

DENIES: Final = re.compile(
    r"\b(?:not|never|neither|nor|nobody|no one|none|no longer|avoid\w*|rul\w+ out|rules? out|"
    r"eliminat(?:e|es|ed|ing)|exclud\w+|discard\w*|dismiss\w*|reject\w*|skip\w*|without|except|anything but|"
    r"far be it|"
    r"everything but|all but|instead of|rather than|other than|than|against|hardly|"
    r"(?<!no )doubt\w*|refus\w+|no (?:to|sense|way)|unable|unlike|wrong|"
    r"incorrect|too (?!be\b)\w+|lest)\b|\uefff",
    re.IGNORECASE,
)
"""Before a mention, it rejects it: "not C", "rule out C"."""
CONDEMNS: Final = re.compile(
    r"\b(?:less likely|least (?!harsh|hurtful|blunt|dishonest|bad)|worst|bad|terrible|awful|"
    r"poor\w*|"
    r"(?<!less )(?<!least )(?:harsh\w*|hurtful|dishonest\w*|unkind\w*|cruel\w*|blunt\w*|rude\w*|rudest|"
    r"mean(?:er|est)?(?!s\b|ing\b)|insincere|brutal\w*)|(?:a |no )?(?:lie|liar)|lying|lies|mistake|"
    r"lazy|cheap|cowardly|cop-out|inappropriate|hesit\w+|hate|almost|nearly|whoever|anyone who|"
    r"only an? \w+ would|few|"
    r"no (?:friend|\w+ would)|unlikely|improbable|inaccurate|misleading|untrue|false|"
    r"exaggerat\w+|overly|stretch|hates?|off|(?<!stands )(?<!comes )out(?! of| loud)|odd|strange|unfair|"
    r"unwise|risky|problem|trouble|downside|drawback|disadvantage|danger|disrespect\w*|anger|contempt|"
    r"disappoint\w*)\b",
    re.IGNORECASE,
)
"""What speaks against an option, in a verdict on it or in who says it: "a liar would say C"."""
SUPPOSES: Final = re.compile(
    r"^(?:[a-z]+ly |and |or |even )?(?:if|when|unless|whether|while|although|though|even though|"
    r"whereas|because|since|despite|suppose|had|were|before|"
    r"after(?! (?:re\w+|more|some|another|a|thinking|looking|careful|reading|considering|all)\b))\b"
    r"|^(?:and |but )?to (?:say|choose|pick|answer|select|reply|call|tell|go with)\b"
    r"|\b(?:some(?! thought)|many|^(?:one|the other) (?:says|calls|thinks)\b|most(?= (?:would|people|say|of|might))|others?|people|everyone|"
    r"everybody|someone|somebody|anyone|"
    r"guests?|users?|neighbou?rs?|mother|father|mum|mom|dad|family|audience|crowd|jury|colleagues?|"
    r"sisters?|brothers?|relatives|strangers|critics|liars|cynics|reviewers|experts|folks|teachers?|boss|husband|wife|"
    r"(?:his|her|their|your) friends?|"
    r"(?:could|would|might|should) have (?!to\b)|"
    r"(?:was|were) going to|(?:was|were|am|is) (?:about|tempted) to|tempted|"
    r"(?:one|another|either) (?:reading|interpretation|argument|consideration|goal|aim|view)|"
    r"consider(?:ed|ing)?|"
    r"(?:was|were|been|got) told|(?:tells|told|telling) us|(?:we|you|i) (?:are|were) told|"
    r"(?:afraid|scared|reluctant|unwilling) to|(?:wanted|hoped|planned|intended) to (?:say|tell|answer|pick|choose)|"
    r"(?:prompt|description|question|task|context|scenario|vignette) (?:says?|tells?|states?)|"
    r"an? (?:third|half|quarter|few|lot|"
    r"couple)|half|"
    r"(?:score|rating|stars?|hearts|one heart|number|scale|scene|text|story|diary|review) "
    r"(?:says?|means?|suggests?|implies|imply|indicates?|tells?)|hop(?:e|es|ed|ing)|wish(?:es|"
    r"ed)?|ask(?:s|ed)?|wonder\w*|first thought|at first|initially|"
    r"first instinct|(?:thought|think|thinking) (?:of|about)|(?:love|like) to (?:say|be able)|"
    r"(?:tempting|easy|nice|possible|impossible|difficult|hard|wrong|fair) to|used to|"
    r"wants? (?:to hear|me|you|him|her|them)|expect\w*|whether|if|sure about|what about|between|"
    r"one might|thinks|(?:might|may|could|would|you) think|think(?=ing))\b"
    r"|(?<!\bhe )(?<!\bi )(?<!she )(?<!\bwe )\bsaid (?:that )?(?:it was )?$",
    re.IGNORECASE,
)
"""What others say, another world, a thought on the way: nothing there decides."""
FOR_ONE_AIM: Final = re.compile(
    r"\b(?:honest\w*|kind\w*|truth\w*|true|polite\w*|accurate|direct\w*|blunt\w*|nice\w*|gentle\w*|"
    r"safe\w*|tactful\w*|diplomatic\w*|literal\w*|friendl\w+|informati\w+|social|harsh\w*|soft\w*|"
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
    r"\b(?:honesty|kindness|(?<!in )truth|tact|politeness)\b(?! and)"
    r"|\ban? \w+ (?:might|could|would|may)\b"
    r"|\b(?:an?|some|any) (?:\w+ ){1,3}?(?:person|critic|judge|stranger|speaker|one|reviewer|"
    r"listener|"
    r"soul|guest|teacher)\b"
    r"|\b(?:blunt\w*|brutal\w*|harsh\w*|honest|critical|strict\w*|less \w+|more \w+|kind\w*|"
    r"polite) (?:friend|person|critic|judge|stranger|speaker|one|reviewer)\b"
    r"|\b(?:critic|stranger|judge)\b",
    re.IGNORECASE,
)
"""Who stands for one aim: "honesty says C", "a blunt friend would say C"."""
AMONG: Final = re.compile(
    r"\b(?:one|another|other|first|second|third|fourth|last|next|an?)"
    r" (?:possible |potential |bad |alternative |other |more \w+ )?"
    r"(?:option|choice|alternative|possibility)\b"
    r"|\b(?:options|choices|(?<!missing )(?<!right )(?<!exact )(?<!his )(?<!her )words) (?:are|"
    r"were)\b|^(?:and |but )?(?:another|others?|one) \w+"
    r"|\b(?:an?|the) only "
    r"(?!(?:\w+ ){0,2}(?:answer|that|left|remaining|option|choice|one)\b)",
    re.IGNORECASE,
)
"""One option of several, not the one: "another option is C"."""

UNDONE: Final = re.compile(
    r"[ \"']{0,3}(?:(?:is|was|would be) (?:wrong|not)|back)\b", re.IGNORECASE
)
"""Behind a mention, where other languages deny: "the answer is C is wrong"."""
PARTLY: Final = re.compile(
    r" ?(?:for (?:some|others|many|most|part)|in (?:part|some|a way)|sometimes|partly|"
    r"to (?:a degree|an extent|some)|(?:to|for|in|on) the)\b",
    re.IGNORECASE,
)
"""What makes a yes hold for a part alone."""
_NOUN_OR_VERB: Final = (
    r"(?:answers?|reply|replies|picks?|votes?|use)"
    r"(?! (?:is|was|are|would|will|should|must|has|here|i)\b)"
)
SAYS: Final = (
    r"\b(?:(?:say|says|(?<!be )said|tell|tells|told|choose|chooses|chose|chosen|picked|select|selects|"
    rf"selected|{_NOUN_OR_VERB}|answered|replied|respond|responds|responded|suggest|recommend|"
    r"recommends|prefer|prefers|favou?r|give me|uses|takes?|try|soften(?: \w+){0,2} with|complete|completes|completed|finish|fill|"
    r"(?:go|goes|going|went|gone) (?:with|for)|opt(?:s|ed|ing)? for|vot(?:e|es|ed|ing)(?: for)?|"
    r"lean(?:s|ed|ing)? (?:towards?|to)|incline[sd]? (?:towards?|to say)|arrives? at|"
    r"sid(?:e|es|ing) with|gravitates? (?:towards?|to)|nominate|endorse|"
    r"land(?:s|ed)? on|put|insert|mark|circle|tick|highlight|"
    r"underline|enter|write|settl\w+ on|"
    r"down for|chang(?:e|es|ed) (?:that|it|my \w+) to|make it|let it be|stick(?:ing)? with|"
    r"argue(?: for)?|admit|confess|"
    r"assure|call|calls|describe|describes|lock(?:s|ed|ing)? in|plump for|settle for|(?:phrase|"
    r"word|express|formulate)s? (?:it|this|that)|wager|bet "
    r"on|gamble on|decide[sd]? (?:on|for)|"
    r"end (?:it|the \w+) with|money (?:is|'s|would be) on|money's on|(?:i am|we are) with|"
    r"(?<=would )lean|(?<=would )go(?= [\ue000-\ue0ff])|(?<=i )lean|(?<=left )with|(?<=up )saying)\b"
    r"|^(?:selecting|leaning|choosing|picking|saying|voting|locking in|taking)\b|(?<=am |'m |be )(?:choosing|"
    r"picking|selecting|saying|answering|leaning|voting|for)\b"
    r"|\b(?:i|we)\b(?: \w+){0,2} (?:like(?= [\ue000-\ue0ff\ue400-\ue4ff])|think(?:ing)?|believe|guess|suppose|feel|thought|felt|reckon|figure|found|"
    r"imagine)\b)"
)
"""The verbs of an answer; what somebody else believes is none."""
ANSWER_LABEL: Final = re.compile(r"(?:(?:so|the|my|final|best|correct) )*(?:answer|choice|pick|decision|verdict)$", re.I)
"""What stands before a colon before the answer."""
IT_READS: Final = re.compile(r"(?:^|\bwhich )(?:it|this|that|which) $", re.IGNORECASE)
"""The subject of "it says", which quotes an option and is not somebody who speaks."""
BACKFIRES: Final = re.compile(
    r"[\"' ,]{0,3}and (?:you|he|she|it|they) (?:will|would|\w+s)\b", re.IGNORECASE
)
"""What an answer would do: "say C and you'll hurt him"."""
RULES_IT: Final = re.compile(
    r" (?!as\b|this\b|his\b|its\b|always\b|perhaps\b|thus\b|plus\b|besides\b|yes\b|unless\b|less\b)"
    r"[a-z]+[^s\W]s\b"
)
"""Any verb of such a sentence: "say that C goes too far"."""
LEAST: Final = re.compile(r"\b(?:least|worst|poorly|badly|nowhere)\b", re.IGNORECASE)
ITS_VERDICT: Final = re.compile(
    r"\b(?:her|his|their|\w+'s) (?:\w+ ){0,2}(?:verdict|conclusion|impression)\b", re.IGNORECASE
)
"""Somebody's verdict on a creation, which may be kept to oneself."""
SECOND: Final = re.compile(
    r"\b(?:second|third|last|an (?:option|alternative)|one (?:way|option|possibility|choice|"
    r"answer|of)|"
    r"an? (?:possible|potential|plausible|tempting|risky|weak) \w+)\b",
    re.IGNORECASE,
)
"""A verdict that leaves others beside it: "C is an option"."""
OR: Final = r"\bor\b(?! rather\b| better\b| worse\b)"
NOUN: Final = (
    r"\b(?:answer|choice|option|response|reply|pick|selection|completion|letter|label|solution|"
    r"conclusion|verdict|decision|result|output|guess|vote|bet|best|fit|recommendation|suggestion|"
    r"what (?:remains|is left|works|fits|comes out)|what (?:he|she|they|i|we|you|[A-Z]\w+)"
    r"(?: would| will| might| should)?(?: \w+ly)? (?:say|says|said|tell|tells|answer|answers|reply|"
    r"replies|choose|chooses|pick|picks|go for|goes for)(?! to (?:him|her|them)sel)|blank|gap|"
    r"remark|compromise|middle ground|sweet spot|what (?:comes|springs) to mind|"
    r"(?:his|her|their|my|missing|exact|right) words?|"
    r"(?:phrase|word|utterance|statement|sentence)s?(?= (?:[\w'-]+ ){0,6}?(?:is|would be|will be|"
    r"should be)"
    r" [\ue200-\ue4ff])|correct(?= is )|thing (?:for \w+ )?to say|(?:only )?(?:one|option|"
    r"choice)s? (?:left|"
    r"remaining|that (?:works|fits|remains|"
    r"makes sense))|thing to say|match|preference|winner|way to \w+(?: it| the \w+)?|"
    r"(?:phrase|word|utterance|statement)s?(?= (?:that |which )?(?:\w+ ){1,2}would "
    r"(?:say|use|choose|pick)\b))s?\b"
)
IS: Final = (
    r"\b(?:is|was|be|will be|would be|should be|must be|has to be|have to be|are|goes to|remains|"
    r"becomes|seems to be|appears to be|equals|should read|would read|reads|should say)\b"
)
RULES: Final = re.compile(
    r" ?(?:to be|is|was|would|will|has|could|might|may|can|must|does|are)\b", re.IGNORECASE
)
"""The verb of a sentence whose subject is the mention before it: "say C is wrong"."""
FITS: Final = (
    r"(?:(?:(?:would |will |should )?(?:make|do)|is|was|would be|will be|should be|must be|has to be|seems|seems to be|sounds|feels|"
    r"looks|appears|appears to be|fits|works|makes?|feels like|seems like|strikes|remains)\b"
    rf"(?: {WORD}){{0,4}}? (?:best|right|correct|better|likely|probable|appropriate|suitable|"
    r"fitting|answer|choice|pick|option|fit|response|reply|completion|guess|match|compromise|"
    r"balance|the one|it(?=$| (?:nicely|well|best))|way to go|sense|ideal|well|perfectly|nicely|kinder|(?:nicer|gentler|softer|milder|safer)(?! than)|safest|most accurate|"
    r"chosen|selected|perfect|balanced|closest|nearest|closer(?! to)|most (?!of\b)\w+|kindest|"
    r"gentlest|nicest|mildest|honest and kind|kind and honest|thing to say)\b"
    r"|(?:fits|works|is it|it is|is both|hits|strikes|nails|takes the cake|ticks|(?:correct|right) is|best fits|wins|stands out|remains|does "
    r"(?:the job|the trick|"
    r"both|it)|gets it|deserves (?:the|my) (?:vote|pick)|beats|trumps|would do the trick|"
    r"(?:comes|gets|is) (?:the )?closest|comes? out (?:on top|ahead|best|as \w+)|would be it|is left)(?=\s|$)"
    r"|best (?:fits|matches|describes|captures|balances|reflects|suits)\b"
    r"|(?:balances|strikes|fits|suits|matches|captures|reflects|completes|describes|aligns|"
    r"conveys|gets my|has my|(?:would|will) (?:do$|complete|describe|reflect|convey|work|fit))\b"
    r"|(?:is|was|would be) (?:what|how|where|the (?:one|letter|option|word)s? (?:that )?)"
    r"(?: (?:i|we|he|she|they|you|[A-Z]\w+))?(?: (?:would|will|should|\w+ly))* "
    r"(?:say|says|choose|chooses|pick|reply|replies|answer|complete|go|expect|use|land|end up)\b"
    r"|is what comes out\b|is the letter$|(?:is|seems) (?:\w+ )?honest (?:yet|but|and still|and "
    r"yet) \w+)"
)
"""A verdict for the mention before it: "C is best", "C makes sense"."""
