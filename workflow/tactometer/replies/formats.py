"""Answers in a machine's format: a JSON field, an XML tag, a LaTeX box, made into lines of text."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, Final

_KEY: Final = re.compile(
    r"(?:(?:final|selected|chosen|my|best|correct|your)[_ -]?)?"
    r"(?:answer|choice|option|letter|label|selection|response|reply|pick|completion|output|result|"
    r"utterance|decision|verdict|prediction)(?:[_ -]?(?:letter|option|text|choice))?"
    r"|selected|chosen|final",
    re.IGNORECASE,
)
_ITS_WORDS: Final = re.compile(
    r"(?:(?:answer|option|choice)[_ -]?)?"
    r"(?:text|words?|value|description|phrase|sentence|wording|content|quote|say|says|speech)",
    re.IGNORECASE,
)
_SHARE: Final = re.compile(r"\d{1,3}(?:\.\d+)?%|[01]?\.\d+")
# What is left of an object whose beginning was given to the model: `C", "reason": "kind"}`.
_REST_OF_FIELDS: Final = re.compile(r"\A[\s:]*(\"?[\w -]{1,40}\"\s*:\s*[^{}]{1,4000}\})\s*\Z")
_REST_OF_VALUE: Final = re.compile(r"\A[\s:\"]*([^{}\"\n]{1,80})\"?\s*(?:,[^{}]{0,4000})?\}\s*\Z")
_OBJECT: Final = re.compile(
    r"\{\s*[\"'][^{}]{0,4000}(?:\{[^{}]{0,2000}\}[^{}]{0,2000}){0,4}\}"
    r"|\A\s*\{\s*\"[^{}]{0,4000}\Z"  # cut
)
_FIELD: Final = re.compile(
    r"[\"']([\w -]{1,40})[\"']\s*:\s*(?:\"((?:[^\"\\]|\\.){0,2000})\"|'([^'\n]{0,2000})')"
)
_TAG: Final = re.compile(
    r"<((?:final[_-]?|answer[_-]?)?(?:answer|choice|option|output|result|response|final|letter|"
    r"reply|text|phrase|utterance|words|sentence))>(.{0,4000}?)(?:</\1>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_BRACED: Final = r"\{(?:[^{}]|\{[^{}]{0,200}\}){0,200}\}"
_BOX: Final = re.compile(rf"\\(?:boxed|fbox)\s{{0,3}}\{{((?:[^{{}}]|{_BRACED}){{0,400}})\}}")
_LATEX: Final = (
    (re.compile(r"\\(?:textbf|textit|texttt|text|mathrm|mathbf|mathit|rm|bf|mbox)\s{0,3}"), ""),
    (re.compile(r"\\[()\[\]]|\$+"), " "),
)
_LIST: Final = re.compile(r"(?:\A\s*\[|\{)\s*([\"'])([^\"'\[\]{}]{1,200})\1\s*(?:\]\s*\Z|\})")
_CODE: Final = re.compile(
    r"^\s*(?:print\(|return |\w+ ?= ?(?=[\"'])|\$ echo )([\"']?)([^\"'\n]{1,200})\1\)?;?\s*(?:#.*)?"
    r"$",
    re.M,
)


def unwrapped(text: str) -> str:
    """The text with each object, tag and box replaced by `Answer: ...`, or by nothing."""
    text = _whole(text)
    tags = list(_TAG.finditer(text))
    if tags:
        text = "\n".join(f"Answer: {tag[2].strip()}" for tag in tags)
    text = _CODE.sub(r"\nAnswer: \2\n", _OBJECT.sub(_answers, _LIST.sub(r"\2", text)))
    if "\\" in text or "$" in text:
        text = _BOX.sub(lambda box: f"\nAnswer: {_bare(box[1])}\n", text)
        for pattern, by in _LATEX:
            text = pattern.sub(by, text)
        text = re.sub(r"(Answer: )\{([^{}\n]{1,80})\}", r"\1\2", text)
    return re.sub(r"(?<!\w)\{([^{}\n]{1,80})\}", r"(\1)", text)


def _whole(text: str) -> str:
    """An object whose beginning is missing, with a beginning."""
    if "{" in text or not text.rstrip("` \n").endswith("}"):
        return text
    text = text.rstrip("` \n")
    fields = _REST_OF_FIELDS.match(text)
    if fields:
        return '{"' + fields[1].removeprefix('"')
    value = _REST_OF_VALUE.match(text)
    return f"Answer: {value[1]}" if value else text


def _bare(inside: str) -> str:
    for pattern, by in _LATEX:
        inside = pattern.sub(by, inside)
    return inside.replace("{", "").replace("}", "").strip()


def _answers(found: re.Match[str]) -> str:
    """The lines that an object stands for: its answers alone; its reasoning is no answer."""
    fields = list(_fields(found[0]))
    named = [key for key, _ in fields if _KEY.fullmatch(key)]
    said = [value for key, value in fields if (_KEY if named else _ITS_WORDS).fullmatch(key)]
    if not said and len(fields) == 1 and len(fields[0][0]) == 1:  # {"C": "bad"}
        return "\n{}: {}\n".format(*fields[0])
    if not said:
        shares = [
            f"{key}: {value}\n" for key, value in fields if _SHARE.fullmatch(value) and len(key) > 1
        ]
        return "\n" + "".join(shares)
    said += [
        value for key, value in fields if _ITS_WORDS.fullmatch(key) and not _KEY.fullmatch(key)
    ]
    return "\n" + "".join(f"Answer: {value}\n" for value in said)


def _fields(source: str) -> Iterator[tuple[str, str]]:
    whole: Any = None
    for read in (json.loads, ast.literal_eval):
        try:
            whole = read(source)
            break
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    if isinstance(whole, dict):
        yield from _walk(whole)
    else:
        for key, double, single in _FIELD.findall(source):
            yield key, double or single


def _walk(item: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    for key, value in item.items():
        if isinstance(value, dict) and _KEY.fullmatch(str(key)):
            for inner, words in _walk(value):
                yield (str(key) if _ITS_WORDS.fullmatch(inner) else inner), words
        elif isinstance(value, list):
            yield str(key), ", ".join(map(str, value))
        elif isinstance(value, dict):
            yield from _walk(value)
        elif isinstance(value, str | float):
            yield str(key), str(value)
