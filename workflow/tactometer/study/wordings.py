"""Wordings: the texts of all prompts in other words, as levels of the factor `wording`.

The prompts file has them below `wordings`, each whole: instruction, goals, framings, yes/no
prompts. Wording 1 is the file's plain text, 2 the first of these. A study asks in several by
`sample: {wordings: 5}`; without it they are no part of its domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from msgspec import structs

from tactometer.study import factors
from tactometer.study.domain_file import PromptsFile, SceneText, WordingText
from tactometer.study.fields import UNSET, plain, written
from tactometer.study.prompts import Prompts, Scene
from tactometer.study.texts import PLACEHOLDERS, File, check_scene, check_template, placeholders
from tactometer.utils.errors import UserError

if TYPE_CHECKING:
    from tactometer.study.domain import Domain

WORDING: Final = "wording"
"""The factor's name, and its column's."""
PLAIN: Final = "1"
"""The level that the texts of the prompts file itself are."""


def read(file: File[PromptsFile], prompts: Prompts, scenes: Iterable[str]) -> tuple[Prompts, ...]:
    """The further wordings of a prompts file, whose plain texts are `prompts`; `scenes` are the
    placeholders that a scene of a framing may have.

    UserError for a template that nothing fills. Whether one has all that the plain wording has is
    asked where it is used (`worded`): a copy of a domain may have a goal more.
    """
    given = written(file.data.wordings, ())
    return tuple(_read(file, prompts, n, text, scenes) for n, text in enumerate(given))


def _read(
    file: File[PromptsFile], prompts: Prompts, number: int, text: WordingText, scenes: Iterable[str]
) -> Prompts:
    key = ("wordings", number)
    check_template(file, (*key, "instruction"), text.instruction, ())
    for goal, said in text.goals.items():
        check_template(file, (*key, "goals", goal), said or "", ())
    for name, scene in text.framings.items():
        check_scene(file, (*key, "framings", name), scene, scenes)
    check_scene(file, (*key, "semantics"), text.semantics, PLACEHOLDERS | {"utterance"})
    if "utterance" not in placeholders(text.semantics.question + text.semantics.scene):
        told = "{utterance} must be in the question, or every yes/no prompt is the same"
        raise file.fail((*key, "semantics", "question"), told)
    begun = None
    if prompts.by_utterance is not None and text.by_utterance is not UNSET:
        own = plain(text.by_utterance)
        for name, said in own.items():
            check_template(file, (*key, "by_utterance", name), said, ())
        kinds = {k: getattr(prompts.by_utterance, k) for k in own}
        kinds = {k: structs.replace(x, instruction=own[k].strip()) for k, x in kinds.items()}
        begun = structs.replace(prompts.by_utterance, **kinds)
    return Prompts(
        instruction=text.instruction.strip(),
        goals=MappingProxyType({k: v and v.strip() for k, v in text.goals.items()}),
        framings=MappingProxyType({k: _scene(v) for k, v in text.framings.items()}),
        semantics=_scene(text.semantics),
        by_utterance=begun,
    )


def _scene(text: SceneText) -> Scene:
    return Scene(scene=text.scene.strip(), question=text.question.strip())


def worded(domain: Domain, count: int) -> Domain:
    """The domain asked in its first `count` wordings: `wording` is the last of its factors.

    One wording, and a domain without prompts, is as it was. UserError where it has fewer, has a
    factor of that name, or where a wording lacks a text that the plain one has.
    """
    if count == 1 or domain.prompts is None:
        return replace(domain, wordings=())
    if count > len(domain.wordings) + 1:
        raise UserError(
            f"{domain.path}, key prompts: the prompts have {len(domain.wordings) + 1} wording"
            f"{'s' if domain.wordings else ''}, the study asks in {count}; set sample.wordings to "
            "fewer, or write more below wordings."
        )
    if WORDING in domain.factors:
        raise UserError(
            f"{domain.path}, key factors.{WORDING}: wordings are a factor of that name where a "
            "study sets sample.wordings; rename this one."
        )
    chosen = domain.wordings[: count - 1]
    for number, prompts in enumerate(chosen):
        for key, told in _lacks(domain, domain.prompts, prompts):
            place = f"key prompts: wordings.{number}.{key}"
            raise UserError(f"{domain.path}, {place}: {told}, or ask in fewer (sample.wordings).")
    own: Mapping[str, factors.Texts] = {str(n + 1): {} for n in range(count)}
    varied = MappingProxyType({**domain.factors, WORDING: own})
    return replace(domain, wordings=chosen, factors=varied)


def _lacks(domain: Domain, known: Prompts, prompts: Prompts) -> Iterator[tuple[str, str]]:
    """What a wording has otherwise than the plain one: its key, and what to do."""
    for what in ("goals", "framings"):
        own, plain_ones = getattr(prompts, what), getattr(known, what)
        for name in plain_ones:
            if name not in own:
                yield what, f"no text for {name}, of which the plain wording has one; add it"
    for goal, text in known.goals.items():
        if (text is None) != (prompts.goals[goal] is None):
            yield f"goals.{goal}", "it must be null where that of the plain wording is; correct it"
    if known.by_utterance is not None and prompts.by_utterance is None:
        yield "by_utterance", "it is missing, and the plain wording has it; add it"
    for factor, levels in domain.factors.items():
        names = next(iter(levels.values()))
        for name, scene in prompts.framings.items():
            if not placeholders(scene.scene + scene.question) & names.keys():
                told = f"all levels of {factor} are one prompt; write {{{next(iter(names))}}} into"
                yield f"framings.{name}", f"{told} its scene"


def levels_of(domain: Domain) -> tuple[str, ...]:
    """The wordings that a domain is asked in: the plain one alone, or the levels of the factor."""
    return tuple(domain.factors.get(WORDING, (PLAIN,)))


def in_wording(domain: Domain, level: str) -> Domain:
    """The domain whose prompts are those of one wording."""
    number = int(level) - 1
    kept = {name: levels for name, levels in domain.factors.items() if name != WORDING}
    prompts = domain.wordings[number - 1] if number else domain.prompts
    return replace(domain, prompts=prompts, wordings=(), factors=MappingProxyType(kept))
