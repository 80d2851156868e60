"""Wordings: the texts of all prompts in other words, as levels of the factor `wording`.

The prompts file has them below `wordings`, each whole: instruction, goals, framings, yes/no
prompts. Wording 1 is the file's plain text, 2 the first of these. A study asks in several by
`sample: {wordings: 5}`; without it they are no part of its domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

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

    UserError for one that lacks a text, or has one that the plain wording lacks.
    """
    given = written(file.data.wordings, ())
    return tuple(_read(file, prompts, n, text, scenes) for n, text in enumerate(given))


def _read(
    file: File[PromptsFile], prompts: Prompts, number: int, text: WordingText, scenes: Iterable[str]
) -> Prompts:
    key = ("wordings", number)
    _same(file, (*key, "goals"), text.goals, prompts.goals)
    _same(file, (*key, "framings"), text.framings, prompts.framings)
    check_template(file, (*key, "instruction"), text.instruction, ())
    for goal, said in text.goals.items():
        check_template(file, (*key, "goals", goal), said or "", ())
        if (said is None) != (prompts.goals[goal] is None):
            told = "it must be null where that of the plain wording is, and nowhere else"
            raise file.fail((*key, "goals", goal), told)
    for name, scene in text.framings.items():
        check_scene(file, (*key, "framings", name), scene, scenes)
    check_scene(file, (*key, "semantics"), text.semantics, PLACEHOLDERS | {"utterance"})
    if "utterance" not in placeholders(text.semantics.question + text.semantics.scene):
        told = "{utterance} must be in the question, or every yes/no prompt is the same"
        raise file.fail((*key, "semantics", "question"), told)
    begun = prompts.by_utterance
    if begun is not None:
        if text.by_utterance is UNSET:
            raise file.fail(key, "the key by_utterance is missing, which the plain wording has")
        own = plain(text.by_utterance)
        for name, said in own.items():
            check_template(file, (*key, "by_utterance", name), said, ())
        begun = structs.replace(
            begun,
            production=structs.replace(begun.production, instruction=own["production"].strip()),
            semantics=structs.replace(begun.semantics, instruction=own["semantics"].strip()),
        )
    return replace(
        prompts,
        instruction=text.instruction.strip(),
        goals=MappingProxyType({k: v and v.strip() for k, v in text.goals.items()}),
        framings=MappingProxyType(
            {k: _scene(prompts.framings[k], v) for k, v in text.framings.items()}
        ),
        semantics=_scene(prompts.semantics, text.semantics),
        comprehension=None,
        by_utterance=begun,
        base=None,
    )


def _scene(old: Scene, text: SceneText) -> Scene:
    return replace(old, scene=text.scene.strip(), question=text.question.strip())


def _same(file: File[PromptsFile], key: Any, own: Iterable[str], known: Iterable[str]) -> None:
    for name in known:
        if name not in own:
            raise file.fail(key, f"no text for {name}, of which the plain wording has one; add it")
    for name in own:
        if name not in known:
            raise file.fail((*key, name), f"the plain wording has no {name}; correct or remove it")


def worded(domain: Domain, count: int) -> Domain:
    """The domain asked in its first `count` wordings: `wording` is the last of its factors.

    One wording, and a domain without prompts, is as it was. UserError where it has fewer, has a
    factor of that name, or where a scene of a wording names no placeholder of another factor.
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
        for factor, levels in domain.factors.items():
            names = next(iter(levels.values()))
            for name, scene in prompts.framings.items():
                if not placeholders(scene.scene + scene.question) & names.keys():
                    raise UserError(
                        f"{domain.path}, key prompts: in wordings.{number}.framings.{name} all "
                        f"levels of {factor} are one prompt; write {{{next(iter(names))}}} into "
                        "its scene."
                    )
    own: Mapping[str, factors.Texts] = {str(n + 1): {} for n in range(count)}
    varied = MappingProxyType({**domain.factors, WORDING: own})
    return replace(domain, wordings=chosen, factors=varied)


def levels_of(domain: Domain) -> tuple[str, ...]:
    """The wordings that a domain is asked in: the plain one alone, or the levels of the factor."""
    return tuple(domain.factors.get(WORDING, (PLAIN,)))


def in_wording(domain: Domain, level: str) -> Domain:
    """The domain whose prompts are those of one wording."""
    number = int(level) - 1
    kept = {name: levels for name, levels in domain.factors.items() if name != WORDING}
    prompts = domain.wordings[number - 1] if number else domain.prompts
    return replace(domain, prompts=prompts, wordings=(), factors=MappingProxyType(kept))
