"""The words of an answer by itself: what opens and ends it, names it, denies and condemns it."""

import re
from typing import Final

from tactometer.replies.mentions import ANY

WORD: Final = r"[\w'%/.-]+"

ADVERB: Final = (
    r"(?:(?!(?:hopefully|hardly|barely|scarcely|rarely|nearly|unlikely|formerly|previously|"
    r"initially|originally|only|partly|privately|secretly|inwardly|publicly|supposedly|allegedly|"
    r"reportedly)\b)[a-z]{2,12}ly\b)"
)
"""An adverb that leaves a sentence what it says: "sadly C", "it was frankly bad"."""
OPENING: Final = (
    rf"(?:(?:(?:most |very |more |quite )?{ADVERB}|"
    r"in (?:that|this|such a) (?:case|situation|scenario|context)|sure(?: thing)?|ok(?:ay)?|"
    r"alright|all right|well|right|yes|yeah?|yep|hm+|um+|uh|oh|ah|so|thus|hence|therefore|then|now|"
    r"and|but|still|yet|instead|rather|just|overall|again|maybe|perhaps|easy|indeed|go|in short|in "
    r"conclusion|in summary|of course|also|both|i mean|or rather|no wait|wait|sorry|i meant|make "
    r"that|let us say|let's say|only|thanks|hard|tbh|imo|imho|fwiw|def|defo|prolly|probs|clear "
    r"case of|ngl|prob|lol|its|100%|big|hell|firm|strong|solid|why|to be honest|(?:in|to) my "
    r"(?:\w+ )?(?:opinion|view|eyes|book|experience|mind|taste)|for me|bro|dude|mate|man|here(?: "
    r"is| are)?(?: it)?|the|an?|best|better|final|of (?:these|those|them|the (?:eight|options|"
    r"choices))|hey|hi|dear|in fact|something like|along the lines of|must be|gotta be|got to be|"
    r"(?:looks|seems|sounds) like|(?:i am |am )?(?:pretty |fairly |quite |very |almost |absolutely "
    r"|reasonably )?(?:sure|certain|confident|convinced|positive)(?: that)?|going to be|(?:my "
    r")?(?:guess|answer|choice|pick|vote|verdict|selection|decision|reply)|(?:i )?(?:just wanted|"
    r"want|have|need|got) to (?:say|tell you|admit)(?: that)?|(?:i am )?(?:afraid|(?:sorry|happy|"
    r"glad|sad|pleased) to (?:say|tell you|report))(?: that)?|yes to|hands down|that|in the end|"
    r"when all is said and done|at least|plain|pretty|quite|omg|wow|gosh|damn|i have a (?:feeling|"
    r"hunch)(?: that)?|(?:up)?on (?:\w+ )?(?:reflection|thoughts?|inspection|consideration|look)|"
    r"on balance|all in all|all things considered|(?:in )?any case|any ?way|at any rate|no "
    r"doubt)(?!\w)[ ,]*)*"
)
"""What may stand before an answer that stands alone: "Sure, C"."""
CLOSING: Final = (
    rf"(?:[ ,]*(?:(?:most )?{ADVERB}|"
    r"and nothing else|for a (?:first|beginner)\w* ?\w*|by (?:process of )?elimination|for sure|"
    r"for me|for certain|for now|only|with \d{1,3}% \w+|it is|it was|here|please|(?:based on|given|"
    r"considering|judging by|out of|because of|due to)(?: [\w/]+){1,4}|of course|then|too|either|"
    r"though|per se|lol|xd|haha|tbh|imo|imho|ngl|yeah|yes|i think|i guess|i would say|i believe|"
    r"all the way|all day|hands down|by far|by a hair|just about|for the win|ftw|tbf|fr|from me|"
    r"therefore|it (?:must|has to|shall|will) be|to me|no doubt|no question|by a mile|i reckon|i "
    r"suppose|100%|without (?:a )?(?:doubt|hesitation)|at all|enough|indeed|as (?:the|my|an) "
    r"(?:\w+ )?(?:answer|choice|reply|option|pick)|as in \w+|instead|again|in my opinion|to be "
    r"honest|to be kind|to be safe|in this case|my friend|is what i would say|(?:rather than|over|"
    r"instead of|not|and not|than|and (?:definitely|certainly|surely|clearly) not) "
    rf"(?:{WORD} ){{0,3}}{ANY}))*"
)
"""What may stand behind it: "C for sure", "C rather than D"."""

DENIES: Final = re.compile(
    r"\b(?:not|never|last (?:thing|word)|neither|nor|nobody|no one|none|no longer|avoid\w*|rul\w+ "
    r"out|rules? out|eliminat(?:e|es|ed|ing)|exclud\w+|discard\w*|dismiss\w*|reject\w*|skip\w*|"
    r"without|except|anything but|far be it|(?:everything|any|all|all of them|none) but|instead of|"
    r"rather than|other than|than|any\w*(?: of \w+| other \w+)? over|against|hardly|barely|"
    r"scarcely|(?<!no )(?<!not )doubt\w*|refus\w+|no (?:to|sense|way|reason)|unable|insufficient|"
    r"unlike|wrong|incorrect|too (?!be\b)\w+|lest)\b|\uefff",
    re.IGNORECASE,
)
"""Before a mention, it rejects it: "not C", "rule out C"."""
SPARING: Final = r"least (?:\w+ful|blunt|dishonest|bad|wrong|un\w+|harsh|cruel|rude|offensive)\b"
CONDEMNS: Final = re.compile(
    rf"\b(?:less likely|(?!{SPARING})least|worst|poorly|badly|nowhere|bad|terrible|awful|"
    r"poor\w*|(?<!less )(?<!least )(?:harsh\w*|hurtful|dishonest\w*|unkind\w*|cruel\w*|blunt\w*|"
    r"rude\w*|rudest|mean(?:er|est)?(?!s\b|ing\b)|insincere|brutal\w*)|(?<!white )(?:a |no "
    r")?(?:lies?|liar)|lying|mistake|lazy|cheap|cowardly|cop-out|inappropriate|hesit\w+|hate|"
    r"almost|nearly|coward\w*|lowest|whoever|anyone who|only an? \w+ would|few|no (?:friend|\w+ "
    r"would)|unlikely|improbable|inaccurate|misleading|untrue|false|exaggerat\w+|overly|stretch|"
    r"hates?|off|(?<!stands )(?<!comes )out(?! of| loud)|odd|strange|unfair|unwise|risky|problem|"
    r"trouble|downside|drawback|disadvantage|danger|disrespect\w*|anger|contempt|disappoint\w*)\b",
    re.IGNORECASE,
)
"""What speaks against an option, in a verdict on it or in who says it: "a liar would say C"."""
SUPPOSES: Final = re.compile(
    r"^(?:[a-z]+ly |and |or |even )?(?:if|when|until|once|unless|whether|while|although|though|"
    r"even though|whereas|because|since|despite|suppose|had|were|before|after(?! (?:re\w+|more|"
    r"some|another|a|thinking|looking|careful|reading|considering|all)\b))\b"
    r"|^(?:and |but )?to (?:say|choose|pick|answer|select|reply|call|tell|go with)\b"
    r"|\b(?:some(?! thought)|many|^(?:one|the other) (?:says|calls|thinks)\b|most(?= (?:would|"
    r"people|say|of|might))|others?|people|everyone|everybody|someone|somebody|anyone|guests?|"
    r"users?|neighbou?rs?|mother|father|mum|mom|dad|family|audience|crowd|jury|colleagues?|"
    r"sisters?|brothers?|relatives|strangers?|critics?|judges?|liars|cynics|reviewers|experts|"
    r"folks|teachers?|boss|husband|wife|(?:his|her|their) friends?|your friends|(?:could|would|"
    r"might|should) have (?!to\b)|(?:was|were) going to|(?:was|were|am|is) (?:about|tempted) to|"
    r"tempt\w+|(?:they|[a-z]{3,}s) (?:chose|picked|selected|voted|went)|(?:one|another|either) "
    r"(?:reading|interpretation|argument|consideration|goal|aim|view)|consider(?:ed|ing)?|(?:was|"
    r"were|been|got) told|(?:tells|told|telling) us|(?:we|you|i) (?:are|were) told|would only "
    r"(?:say|choose|pick|use)|(?:guilty|bad|awful|uncomfortable) (?:saying|choosing|picking)|"
    r"(?:afraid|scared|reluctant|unwilling|ashamed|embarrassed|loath) to|(?:wanted|hoped|planned|"
    r"intended) to (?:say|tell|answer|pick|choose)|(?:prompt|description|question|task|context|"
    r"scenario|vignette|recipe|book|eyes?|face) (?:says?|tells?|states?)|an? (?:third|half|quarter|"
    r"few|lot|couple)|half|(?:score|rating|stars?|hearts|one heart|number|scale|scene|text|story|"
    r"diary|review) (?:says?|means?|suggests?|implies|imply|indicates?|tells?)|hop(?:e|es|ed|ing)|"
    r"wish(?:es|ed)?|ask(?:s|ed)?|wonder\w*|more about|inner voice|first thought|at first|"
    r"initially|first instinct|(?:thought|think|thinking) (?:of|about)|love to \w+|"
    r"like to (?:say|tell|call|be able)|you (?:always|often|keep|kept) (?:say|tell|call|"
    r"think)\w*|told me|(?:courage|struggles?|tempting|easy|nice|possible|impossible|difficult|"
    r"hard|wrong|fair) to|used to|wants? (?:to hear|(?:me|you|him|her|them)(?! to know))|"
    r"expect(?:s|ed|ing)?|whether|if|sure about|what about|between|one might|you (?:could|might|"
    r"can) call|thinks|(?:might|may|could|would|you) think|think(?=ing))\b"
    r"|(?<!\bhe )(?<!\bi )(?<!she )(?<!\bwe )(?<!\band )\bsaid (?:that )?(?:it was )?$",
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
FINAL: Final = re.compile(
    r"\b(?:final\w*|my (?:own )?(?:answer|choice|pick|reply|vote|response|selection))\b",
    re.IGNORECASE,
)
_GOOD: Final = (
    r"(?:honest|true|truthful|kind|nice|polite|gentle|fair|friendly|tactful|soft|sincere|accurate|"
    r"considerate|diplomatic|supportive)"
)
BOTH: Final = rf"{_GOOD} (?:and|but|yet)(?: still| yet)? (?:\w+ly )?{_GOOD}\b"
"""Both aims at once: "kind but honest"."""
SOMEBODY: Final = re.compile(
    r"\b(?:honesty|kindness|(?<!in )truth|tact|politeness)\b(?! and)"
    r"|\ban? \w+ (?:might|could|would|may)\b"
    rf"|\b(?:an?|some|any) (?!{BOTH})(?:\w+ ){{1,3}}?(?:person|critic|judge|stranger|speaker|one|"
    rf"reviewer|"
    r"listener|soul|guest|teacher)\b|\b(?:strangers|everyone|everybody|liars)\b|\b(?:blunt\w*|"
    r"brutal\w*|harsh\w*|critical|strict\w*|less \w+|more \w+|(?<!but )(?<!and )(?:honest|kind\w*|"
    r"polite)) (?:friend|person|critic|judge|stranger|speaker|one|reviewer)\b",
    re.IGNORECASE,
)
"""Who stands for one aim: "honesty says C", "a blunt friend would say C"."""
AMONG: Final = re.compile(
    r"\b(?:one|another|other|first|second|third|fourth|last|next|an?) (?:possible |potential |bad |"
    r"alternative |other |more \w+ )?(?:option|choice|alternative|possibility|answer)\b|"
    r"\b(?:options|choices|answers|(?<!missing )(?<!right )(?<!exact )(?<!his )(?<!her )words) "
    r"(?:are|were)\b|^(?:and |but )?(?:another|others?|one) \w+|\b(?:an?|the) only (?!(?:\w+ "
    r"){0,3}(?:answer|that|left|remaining|option|choice|one)\b)",
    re.IGNORECASE,
)
"""One option of several, not the one: "another option is C"."""

UNDONE: Final = re.compile(
    r"[ \"']{0,3}(?:(?:is|was|would be) (?:wrong|not)|(?:back|last|badly|aside|off|out|away|"
    r"avoided|left|kept|unsaid)(?! of)|zero|nothing|none|neither|(?:for )?(?:an?|any) (?:higher|"
    r"lower|better|worse|different)|(?:for )?(?:another|somebody|someone)|for (?:strangers|liars|"
    r"others)|(?:that |which )?(?:i|he|she|we|they|you|would|(?-i:[A-Z][a-z]+)) (?:\w+ "
    r"){0,2}?(?:avoid|reject|never|not|hurt)\w*)\b",
    re.I,
)
"""Behind an answer, what takes it back: "the answer is C is wrong", "C would convey nothing"."""
PARTLY: Final = re.compile(
    r" ?(?:for (?:some|others|many|most|part)|in (?:part|some|a way)|sometimes|partly|"
    r"to (?:a degree|an extent|some)|(?:to|for|in|on) the)\b",
    re.IGNORECASE,
)
"""What makes a yes hold for a part alone."""
_NOUN_OR_VERB: Final = (
    r"(?:answers?|reply|replies|picks?|votes?|use)(?! (?:is|was|are|would|will|should|must|has|"
    r"here|i)\b)"
)
SAYS: Final = (
    r"\b(?:(?:say|says|(?<!be )said|tell|tells|told|choose|chooses|chose|chosen|picked|select|"
    r"selects|"
    rf"selected|{_NOUN_OR_VERB}|answered|replied|respond|responds|responded|suggest|recommend|"
    r"propose|recommends|prefer|prefers|favou?r|give (?:me|him|her|them)|uses|takes?|try|type|"
    r"support|sum (?:it|this|that) up|comments?|exclaims?|whispers?|remarks?|claim|insist|reassure|"
    r"(?<=would )mention|submit|offer|utter|(?<=would )state|(?:com(?:e|ing)|keeps? coming) back "
    r"to|rate(?= (?:it|the \w+)\b)|(?<=would )(?:predict|produce)|soften(?: \w+){0,2} with|"
    r"complete|completes|completed|finish|fill|(?:go|goes|going|went|gone) (?:with|for)|opt(?:s|ed|"
    r"ing)? for|vot(?:e|es|ed|ing)(?: for)?|lean(?:s|ed|ing)? (?:towards?|to)|incline[sd]? "
    r"(?:towards?|to say)|arrives? at|sid(?:e|es|ing) with|gravitates? (?:towards?|to)|nominate|"
    r"endorse|land(?:s|ed)? on|put|insert|mark|circle|tick|highlight|underline|enter|write|"
    r"settl\w+ (?:on|for)|down for|chang(?:e|es|ed) (?:that|it|my \w+) to|make it|let it be|"
    r"stick(?:ing)? (?:with|to)|let \w+ know|want \w+ to know|argue(?: for)?|admits?|"
    r"confess(?:es)?|assure|call|calls|describe|describes|lock(?:s|ed|ing)? in|plump for|(?:phrase|"
    r"word|express|formulate)s? (?:it|this|that)|wager|(?:bet|bank)(?: money)? on|confident in|"
    r"gamble on|decide[sd]? (?:on|for)|end (?:it|the \w+) with|money (?:is|'s|would be) on|money's "
    r"on|(?:i am|we are) with|(?<=would )lean|go(?= [\ue000-\ue0ff\ue200-\ue4ff])|(?<=i )lean|"
    r"(?<=me )think|(?<=i would be )(?:comfortable|happy|fine|content) (?:saying|with|choosing)|"
    r"drawn to|(?<=left )with|(?<=up )(?:saying|choosing|picking))\b|^(?:selecting|guessing|"
    r"leaning|choosing|picking|saying|voting|locking in|taking)\b|(?<=am |'m |be )(?:choosing|"
    r"picking|selecting|saying|answering|leaning|voting|for|all for|sold on)\b|\b(?:i|we)\b(?: "
    r"\w+){0,2} (?:like(?= [\ue000-\ue0ff\ue400-\ue4ff])|think(?:ing)?|believe|guess|suppose|feel|"
    r"thought|felt|reckon|figure|found|imagine)\b)"
)
"""The verbs of an answer; what somebody else believes is none."""
ANSWER_LABEL: Final = re.compile(
    r"(?:(?:so|the|my|final|best|correct) )*(?:answer|choice|pick|decision|verdict)$", re.I
)
"""What stands before a colon before the answer."""
IT_READS: Final = re.compile(r"(?:^|\bwhich )(?:it|this|that|which) $", re.IGNORECASE)
"""The subject of "it says", which quotes an option and is not somebody who speaks."""
BACKFIRES: Final = re.compile(
    r"[\"' ,]{0,3}and (?:you|he|she|it|they) (?:will|would|\w+s)\b", re.IGNORECASE
)
"""What an answer would do: "say C and you'll hurt him"."""
RULES_IT: Final = re.compile(
    r" (?!as\b|this\b|his\b|its\b|always\b|perhaps\b|thus\b|plus\b|besides\b|yes\b|unless\b|"
    r"less\b)[a-z]+[^s\W]s\b"
)
"""Any verb of such a sentence: "say that C goes too far"."""
ITS_VERDICT: Final = re.compile(
    r"\b(?:her|his|their|\w+'s) (?:\w+ ){0,2}(?:verdict|conclusion|impression)\b", re.IGNORECASE
)
"""Somebody's verdict on a creation, which may be kept to oneself."""
SECOND: Final = re.compile(
    r"\b(?:second|third|last|little|half|no (?:option|choice|fit|match)|less (?!harsh|blunt|hurt|"
    r"cruel|dis|un)\w+|(?:my|her|his) \w+ would|an (?:option|alternative)|one (?:way|option|"
    r"possibility|choice|answer|of)|an? (?:interesting|possible|potential|plausible|tempting|risky|"
    r"weak) \w+)\b",
    re.IGNORECASE,
)
"""A verdict that leaves others beside it: "C is an option"."""
OR: Final = r"\bor\b(?! rather\b| better\b| worse\b)"
NOUN: Final = (
    r"\b(?:answer|choice|option|response|reply|pick|selection|completion|letter|label|solution|"
    r"conclusion|verdict|decision|result|output|guess|instinct|inclination|intuition|hunch|vote|"
    r"bet|best|fit|recommendation|suggestion|what (?:remains|is left|works|fits|comes out)|what "
    r"(?:he|she|they|i|we|you|[A-Z]\w+)(?: would| will| might| should)?(?: \w+ly)? (?:say|says|"
    r"said|tell|tells|answer|answers|reply|replies|choose|chooses|pick|picks|go for|goes for)(?! "
    r"to (?:him|her|them)sel)|blank|gap|remark|compromise|likeliest|middle (?:ground|way)|my "
    r"(?:\w+ )?(?:feedback|take|view|opinion|impression)|sweet spot|what (?:comes|springs) to mind|"
    r"(?:his|her|their|my|missing|exact|right) words?|(?:phrase|word|utterance|statement|"
    r"sentence)s?(?= (?:[\w'-]+ ){0,9}?(?:is|(?:would|will|should) be|becomes|reads|ends with|"
    r"should (?:read|end with)) [\ue000-\ue0ff\ue200-\ue4ff])|correct(?= is )|thing (?:for \w+ "
    r")?to say|(?:only )?(?:one|option|choice|thing)s? (?:left|remaining|that (?:works|fits|"
    r"remains|makes sense))|thing to say|match|(?<=the )(?:\w+ ){0,2}one(?! \w+ (?:wants|fears|"
    r"hopes|hates|expects|avoids))|preference|winner|way to \w+(?: it| the \w+)?|(?:phrase|word|"
    r"utterance|statement)s?(?= (?:that |which )?(?:\w+ ){1,2}would (?:say|use|choose|pick)\b))s?\b"
)
IS: Final = (
    r"\b(?:is|was|be|will be|would be|should be|must be|has to be|have to be|are|goes to|falls on|"
    r"remains|becomes|seems to be|appears to be|equals|reads|ends with|(?:would|should) (?:read|"
    r"say|end with))\b"
)
RULES: Final = re.compile(
    r" ?(?:to be(?! (?:kind|nice|polite|safe|gentle|fair))|is|was|would|will|has|could|might|may|"
    r"can|must|does|are)\b",
    re.IGNORECASE,
)
"""The verb of a sentence whose subject is the mention before it: "say C is wrong"."""
FITS: Final = (
    r"(?:(?:(?:would |will |should )?(?:make|do)|is|was|would be|will be|should be|must be|has to "
    r"be|seems|seems to be|sounds|feels|looks|appears|appears to be|fits|works|makes?|feels like|"
    r"seems like|strikes|remains)\b"
    rf"(?! for an? )(?: {WORD}){{0,4}}? (?:best|right|correct|better|likely|probable|appropriate|"
    rf"suitable|"
    r"natural|apt|fair|reasonable|fitting|answer|choice|pick|option|fit|response|reply|completion|"
    r"guess|winner|match|compromise|balance|the (?:only )?one|it(?=$| (?:nicely|well|best))|way to "
    r"go|sense|ideal|enough|well|perfectly|nicely|kinder|(?:nicer|gentler|softer|milder|safer)(?! "
    r"than)|safest|"
    r"chosen|selected|perfect|balanced|closest|nearest|closer(?! to)|more (?:accurate|fitting|apt|"
    rf"natural|appropriate|suitable)(?! than)|most (?!of\b|extreme)\w+|{SPARING}|"
    r"truer|(?!hon|mod|int|earn|high|low|strong|furth|farth|weak)\w{3,}est|"
    r"thing to say)\b|(?:fits|works|is it|it is|(?:is|would be|manages|serves|meets|satisfies) "
    r"both|(?:just|exactly|about) right|hits|strikes|nails|takes the cake|ticks|(?:correct|right) "
    r"is|best fits|w[io]ns?|stands out|remains|does (?:the job|the trick|both|it|(?:just |exactly "
    r")?that)|gets it|deserves (?:the|my) (?:vote|pick)|beats|trumps|would do the trick|(?:comes|"
    r"gets|is) (?:the )?closest|comes close$|comes? out (?:on top|ahead|best|as \w+)|would be it|"
    r"is left)(?=\s|$)|best (?:fits|matches|describes|captures|balances|reflects|suits)\b|"
    r"(?:balances|strikes|fits|suits|matches|captures|reflects|completes|describes|aligns|conveys|"
    r"gets my|has my|(?:would|will|should|ought to) (?:(?:have to )?do(?: it)?$|complete|describe|"
    r"reflect|convey|work|fit))\b|(?:is|was|would be|(?:sounds|seems|feels) like) (?:what|how|"
    r"where|the way|something(?: that)?|the (?:answer|one|letter|option|word)s?(?: that)?)(?: "
    r"[\w'-]+){1,6}? (?:says?|chooses?|picks?|repl(?:y|ies)|answers?|complete|do|go(?:ing with)?|"
    r"expect|use|land|end up|tell|give|offer|suggest|recommend|put|write|respond|utter|get)\b|is "
    r"what comes out\b|is the letter$|"
    rf"(?:is|was|would be|seems|sounds|feels) (?:both |\w+ly )?{BOTH})"
)
"""A verdict for the mention before it: "C is best", "C makes sense"."""
