"""Plain text of a reply: its characters, mark-up, special tokens and turns made alike."""

import html
import re
import unicodedata
from string import ascii_uppercase
from typing import Final

# letters in circles, squares and flags
_PICTURED: Final = {
    chr(first + at): letter
    for first in (0x1F150, 0x1F170, 0x1F1E6)
    for at, letter in enumerate(ascii_uppercase)
}
_ALIKE: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‛ʼ´′", "'"),
        **dict.fromkeys("“”„‟«»「」『』″", '"'),
        **dict.fromkeys("【〔《⟨", "("),
        **dict.fromkeys("】〕》⟩", ")"),
        **dict.fromkeys("。｡", ". "),
        **dict.fromkeys("、，،", ", "),
        **dict.fromkeys("→⇒➡➔∴", "–"),
        **dict.fromkeys("¡¿", " "),
        "≠": " is not ",
        "¬": " not ",
        **_PICTURED,
    }
)
# Capitals of other alphabets that look like ours, where they stand alone.
_LOOKALIKE: Final = re.compile(r"(?<!\w)[АВСЕНΑΒΕΗ](?!\w)(?!,? [^\W\da-zA-Z])")
_LATIN: Final = str.maketrans("АВСЕНΑΒΕΗ", "ABCEHABEH")
# A face beside words, but no letter behind a colon that a cue sets: "Answer :D".
_FACE: Final = re.compile(
    r"(?<![\w\"'*)\]>=:])(?<!nswer )(?<!ption )(?<!hoice )(?<!etter )(?<!ponse )(?<!posta"
    r" )(?<!puesta )(?<!twort )(?:[:;=]['’-]?[DCPXOS]|[xX]D)(?![\w.)\]\"'])"
)
# A letter that is all, with half a bracket or a stray mark round it.
_ALONE: Final = re.compile(r"[\s\[\](){}<>\"'\\/&+#%@|=-]*([A-Za-z])[\s.,;:!\[\](){}<>\"'\\]*")
_HIDDEN: Final = {"Cf", "Co", "Cs", "Cn", "Mn", "Me"}  # zero-width, private, variation selectors
_PICTURES: Final = {"So", "Sk"}

# Behind these the model speaks for others, or begins another task.
_TURN_END: Final = re.compile(
    r"<\|(?:im_end|eot_id|end|endoftext|end_of_text|return|END_OF_TURN_TOKEN|end_of_turn)\|>"
    r"|<end_of_turn>|</s>|<eos>|<｜end▁of▁sentence｜>|\[/INST\]"
    r"|\n[ \t]*(?:#+ ?|\*\*)?(?:User|Human|Question|Q|Instruction|Student)(?:\*\*)?:",
)
_TURN_ENDS_FIRST: Final = re.compile(rf"\A(?:\s*(?:{_TURN_END.pattern}))+")
_TOKEN: Final = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|<[|｜][^<>\n]{1,40}[|｜]>|<\|[A-Za-z_]{1,30}>|<[A-Za-z_]{1,30}\|>"
    r"|<0x[0-9A-F]{2}>|</?s>|<(?:bos|eos|pad|unk|cls|sep|end_of_turn|start_of_turn|endoftext|"
    r"unused\d+)>"
    r"|\[/?INST\]|<</?SYS>>",
    re.IGNORECASE,
)
_ROLE: Final = re.compile(
    r"\A\s*(?:#+ ?)?(?:\*\*)?(?:assistant|model|ai|bot|response)(?:\*\*)?(?: ?:|\s*\n)",
    re.IGNORECASE,
)
_MARKUP: Final = (
    (re.compile(r"<!--[^<>]{0,2000}-->"), " "),
    (re.compile(r"~~[^~\n]{1,200}~~(?!~)"), " "),
    (re.compile(r"(?:```|~~~)[a-z]{0,12}(?=\s|\Z)|```"), "\n"),
    (re.compile(r"(?<![*\w])([A-Za-z])\*{3,}(?=\s)"), r"\1xxx"),  # a censored word is no letter
    (re.compile(r"^[ \t]*\*(?![*\s])([^*\n]{1,60})\*(?=[ \t]+\S)", re.M), r"(\1) "),  # *smiles*
    (re.compile(r"\\n(?![a-z])"), "\n"),
    (re.compile(r"[*`~]|(?<!\w)_+|_+(?!\w)"), ""),
    (re.compile(r"_"), " "),
    (
        re.compile(r"</?(?!not\b)(?:[a-z][\w-]{1,20}|(?-i:[abipqsu]))(?: [^<>\n]{0,60})?/?>", re.I),
        " ",
    ),
    (re.compile(r"\|[ :|-]*(?=\n|\Z)|\|"), " , "),
    (re.compile(r"\A\W*1[.)] .{1,999}"), lambda row: re.sub(r" (?=[2-9][.)] )", "\n", row[0])),
    (re.compile(r" ?(?:(?:<-+|←) ?)+(?:this(?: one| is it)?(?=\W|\Z))?"), " – my answer "),
    (re.compile(r"^[ \t]*(?:(?:[-+•>#–]+|=>|-+>|\d{1,2}[.)])[ \t]+|#+|,[ \t]*)+", re.M), ""),
    (re.compile(r"^\d{1,2} +(?=\([A-Za-z]\))", re.M), ""),
    (
        re.compile(r"^\[((?:final )?(?:answer|choice|response))\]:?[ \t]*(?=\S)", re.I | re.M),
        r"\1: ",
    ),
    (re.compile(r"\[([A-Za-z][A-Za-z':.) ]{1,40})\]"), r"(\1)"),
    (re.compile(r"(?i)\b(answer|choice) ?(?:>+|:{2,})"), r"\1:"),
    (re.compile(r"\bP\. ?S\.:?"), " "),
    # "It was, um, not bad?" hesitates, and asks nothing
    (re.compile(r"(?i)\A([\w,. ]{0,9}it was(?:\.{3}|, [uew]\w+,) [\w ]{3,20})\?\Z"), r"\1."),
    (re.compile(r"[^\S\n]+"), " "),
    (re.compile(r"(?: ?\n ?)+"), "\n"),
)
_CONTRACTIONS: Final = (
    (re.compile(r"\A([A-Z])\1{2,}[.!]?\Z"), r"(\1)"),
    (re.compile(r"\b(?:can ?'?t|cannot)\b", re.I), "can not"),
    (re.compile(r"\bwon ?'t\b", re.I), "will not"),
    (re.compile(r"\b(was|is|were|are|ai|do|does|did|has|had|could|would|should|might|must)"
                r" ?(?:n'?t|'nt)\b", re.I), r"\1 not"),
    (re.compile(r"\b(it|that|this|he|she|what)'s(?= got\b)", re.I), r"\1 has"),
    (re.compile(r"\b(it|that|this|he|she|what)'s\b", re.I), r"\1 is"),
    (re.compile(r"\b(i|you|he|she|we|they|it|that)'d\b", re.I), r"\1 would"),
    (re.compile(r"\b(i|you|he|she|we|they|it|that)'ll\b", re.I), r"\1 will"),
    (re.compile(r"\b(i)'m\b", re.I), r"\1 am"),
    (re.compile(r"\bgonna\b", re.I), "going to"),
    (re.compile(r"\bw/(?=\s)"), "with"),
    (re.compile(r"\b([A-HJ-Z])'s (?=(?:the|my|right|it|what|most|\w+est|\w+ly)\b)"), r"\1 is "),
    (re.compile(r"\b([A-HJ-Z])'d (?=(?:be|work|fit|do)\b)"), r"\1 would "),
    (re.compile(r"\b(?:b/c|cuz|coz|cause(?= (?:it|he|she|i|we)\b))"), "because"),
    (re.compile(r"(?<=\b[A-Z]),? (?:as in|for|aka|meaning) (?=\")"), ": "),
    (re.compile(r"\b(?:by no means|in no way)\b", re.I), "not"),
    (re.compile(r"\be\.g\.,?", re.I), "for example"),
    (re.compile(r"\bas opposed to\b", re.I), "rather than"),
    (re.compile(r"\bas (?:it|things) (?:is|are|stands?)(?= ?[:,])", re.I), "so"),
    (re.compile(r"\btl ?; ?dr\b", re.I), "in short"),
    (re.compile(r"\b(answer|choice|pick|verdict)'s (?!\w+ (?:is|was|of)\b)", re.I), r"\1 is "),
    (re.compile(r"\b(i|you|we|they)'ve\b", re.I), r"\1 have"),
    (re.compile(r"\b(?:lock|fill|put|writ|typ)(?:ing|ed|s|e)? (?:it |that )?in (?=\W*[A-Z]\b)",
                re.I), "pick "),
    (re.compile(r"\bPr?(?:ob)?\((?=[^()\n]{1,20}\))"), "("),  # P(C) = 0.6
)  # fmt: skip


def own_turn(text: str) -> str:
    """The model's own turn, without special tokens: what it says for others is none of it."""
    text = _TURN_ENDS_FIRST.sub("", text.translate({0xFEFF: None}))
    text = _ROLE.sub("", _TOKEN.sub(_kept_or_gone, text.lstrip()).lstrip("\n "))
    for end in _TURN_END.finditer(text):
        if re.search(r"\w", text[: end.start()]):
            return text[: end.start()]
    return _TURN_END.sub("\n", text)


def _kept_or_gone(token: re.Match[str]) -> str:
    return token[0] if _TURN_END.fullmatch(token[0]) else "\n"


def plain(text: str) -> str:
    """Straight quotes, round brackets, no pictures or mark-up, contractions written out."""
    text = unicodedata.normalize("NFKC", html.unescape(text).replace("´", "'")).translate(_ALIKE)
    if not text.isascii():
        text = _LOOKALIKE.sub(lambda char: char[0].translate(_LATIN), "".join(map(_seen, text)))
    text = text if _ALONE.fullmatch(text) else _FACE.sub(" ", text)
    for pattern, by in (*_MARKUP, *_CONTRACTIONS):
        text = pattern.sub(by, text)
    alone = _ALONE.fullmatch(text)
    return f"({alone[1]})" if alone else text.strip()


def _seen(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in _HIDDEN:
        return ""
    return " " if kind in _PICTURES and char not in "°^`" else char
