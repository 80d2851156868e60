"""Factors: what varies in a scene beside state and framing, such as who the listener is.

domain.yaml names the levels of each, the prompts file the texts that they put into scenes:

    factors: {relation: [friend, superior]}             # domain.yaml
    factors: {relation: {superior: "the head of"}}      # prompts.yaml, for {relation} in a scene

A level without a text puts its name. One that needs several texts has them by placeholder.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from tactometer.study.domain_file import PromptsFile
from tactometer.study.fields import UNSET
from tactometer.study.texts import PLACEHOLDERS, File, check_template, placeholders
from tactometer.utils.errors import nearest

Texts = Mapping[str, str]
"""Of a level: what it puts in the place of each placeholder."""
Factors = Mapping[str, Mapping[str, Texts]]
"""Of each factor, its levels in order."""

TAKEN: Final = PLACEHOLDERS | {
    *("request", "prompt_set", "vignette", "framing", "goal", "utterance", "options", "messages"),
    *("wire", "continuations", "neutral", "sample", "choice", "probs", "p_yes", "method", "reason"),
    *("label_mass", "text", "levels"),
}
"""Names of placeholders and of columns of requests and choices, which no factor may have."""


def read(file: File[PromptsFile], named: Mapping[str, Sequence[str]]) -> Factors:
    """The factors that domain.yaml names, with the texts of their levels in a prompts file.

    UserError for a text of what is no factor or level, for levels of one factor that do not fill
    the same placeholders, and for a framing in which all levels of a factor are one prompt.
    """
    told = {} if file.data.factors is UNSET else file.data.factors
    for factor, levels in told.items():
        if factor not in named:
            raise file.fail(("factors", factor), _unknown(factor, "factor of domain.yaml", named))
        for level in levels:
            if level not in named[factor]:
                key = ("factors", factor, level)
                raise file.fail(key, _unknown(level, f"level of {factor}", named[factor]))
    found = {
        factor: MappingProxyType(
            {x: _texts(factor, told.get(factor, {}).get(x, x)) for x in levels}
        )
        for factor, levels in named.items()
    }
    for factor, each in found.items():
        _check(file, factor, each)
    return MappingProxyType(found)


def _unknown(name: str, what: str, known: Any) -> str:
    return f"{name!r} is no {what}{nearest(name, known)}; correct or remove it"


def _texts(factor: str, text: str | Mapping[str, str]) -> Texts:
    texts = {factor: text} if isinstance(text, str) else text
    return MappingProxyType({name: each.strip() for name, each in texts.items()})


def _check(file: File[PromptsFile], factor: str, levels: Mapping[str, Texts]) -> None:
    first, *others = levels
    for level in levels:
        for name, text in levels[level].items():
            key = ("factors", factor, level) if file.data.factors is not UNSET else ()
            if name in TAKEN:
                told = f"{{{name}}} is filled with something else; call it otherwise"
                raise file.fail(key, told)
            check_template(file, key, text, PLACEHOLDERS)
    for level in others:
        if levels[level].keys() != levels[first].keys():
            told = f"it must fill {{{'}, {'.join(levels[first])}}}, as the level {first} does"
            raise file.fail(("factors", factor, level), told)
    seen: dict[tuple[str, ...], str] = {}
    for level, texts in levels.items():
        if (other := seen.setdefault(tuple(texts.values()), level)) != level:
            told = f"the same texts as of {other}: both are one prompt; write others"
            raise file.fail(("factors", factor, level), told)
    for place, text in _scenes(file.data):
        if not placeholders(text) & levels[first].keys():
            told = (
                f"all levels of {factor} are one prompt here; "
                f"write {{{next(iter(levels[first]))}}} into its scene"
            )
            raise file.fail((*place, "scene"), told)


def _scenes(data: PromptsFile) -> Iterator[tuple[tuple[str, ...], str]]:
    """The templates of each framing, of base models' too, with its key."""
    for name, scene in data.framings.items():
        yield ("framings", name), scene.scene + scene.question
    if data.base is not UNSET:
        for name, story in data.base.framings.items():
            yield ("base", "framings", name), story.scene + story.opening


def fillings(factors: Factors, levels: Mapping[str, str], texts: Mapping[str, Any]) -> Texts:
    """What levels put into templates; of a factor that is not among them, its first level."""
    return {
        name: text.format_map(texts)
        for factor, each in factors.items()
        for name, text in each[levels.get(factor, next(iter(each)))].items()
    }


def content(factors: Factors) -> dict[str, dict[str, dict[str, str]]]:
    """Factors as JSON has them."""
    return {f: {x: dict(texts) for x, texts in levels.items()} for f, levels in factors.items()}


def of_content(held: Mapping[str, Mapping[str, Texts]]) -> Factors:
    """Factors from what `content` gave."""
    return MappingProxyType({f: MappingProxyType(dict(levels)) for f, levels in held.items()})
