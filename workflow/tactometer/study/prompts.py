"""The texts of a domain's prompts: an instruction, goals, scenes, and what some checks ask."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from tactometer.study.domain_file import BaseText, ByUtteranceText
from tactometer.study.fields import plain, read


@dataclass(frozen=True)
class Scene:
    """Two templates: what happened, and the question to answer."""

    scene: str
    question: str


@dataclass(frozen=True)
class Comprehension:
    """The questions of the comprehension check; `goals` says what each asks for, as an option."""

    opinion: str
    goal: str
    goals: Mapping[str, str]


@dataclass(frozen=True)
class Prompts:
    """The texts of the prompts; a goal without a text sends no system prompt."""

    instruction: str
    goals: Mapping[str, str | None]
    framings: Mapping[str, Scene]
    semantics: Scene
    comprehension: Comprehension | None = None
    by_utterance: ByUtteranceText | None = None
    base: BaseText | None = None


def prompts_content(prompts: Prompts) -> dict[str, Any]:
    """Prompts as JSON has them."""
    return {
        "instruction": prompts.instruction,
        "goals": dict(prompts.goals),
        "framings": {k: asdict(v) for k, v in prompts.framings.items()},
        "semantics": asdict(prompts.semantics),
        "comprehension": _content(prompts.comprehension),
        "by_utterance": plain(prompts.by_utterance),
        "base": plain(prompts.base),
    }


def prompts_of(held: Mapping[str, Any]) -> Prompts:
    """Prompts from what `prompts_content` gave."""
    return Prompts(
        instruction=held["instruction"],
        goals=MappingProxyType(held["goals"]),
        framings=MappingProxyType({k: Scene(**v) for k, v in held["framings"].items()}),
        semantics=Scene(**held["semantics"]),
        comprehension=Comprehension(**asked) if (asked := held.get("comprehension")) else None,
        by_utterance=read(begun, ByUtteranceText) if (begun := held.get("by_utterance")) else None,
        base=read(base, BaseText) if (base := held.get("base")) else None,
    )


def _content(asked: Comprehension | None) -> dict[str, Any] | None:
    if asked is None:
        return None
    return {"opinion": asked.opinion, "goal": asked.goal, "goals": dict(asked.goals)}
