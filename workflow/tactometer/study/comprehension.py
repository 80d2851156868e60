"""The comprehension check: the prompt sets that ask a model to read back what it was told.

A model that cannot say which opinion a scene states, or what it was asked to do, has no speaker to
be read. A study asks for the check by `analyses: {checks: {comprehension: true}}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from tactometer.utils.errors import UserError

if TYPE_CHECKING:
    from tactometer.study.domain import Comprehension, Domain

OPINION: Final = "opinion_read_back"
"""The prompt set that asks, without a goal, for the opinion that the scene states."""
GOAL: Final = "goal_read_back"
"""The prompt set that asks, with a goal, what the words are to aim at."""
READ_BACK: Final = (OPINION, GOAL)


def prompt_sets(domain: Domain, goals: Sequence[str]) -> tuple[str, ...]:
    """The prompt sets of the check: the second where some goal of the study asks for anything."""
    return (OPINION, GOAL) if asking(domain, goals) else (OPINION,)


def asking(domain: Domain, goals: Sequence[str]) -> list[str]:
    """The goals that have a text, and so can be read back."""
    return [goal for goal in goals if domain.need_prompts().goals[goal]]


def need(domain: Domain) -> Comprehension:
    """The questions of the check; `UserError` where the domain has none."""
    found = domain.need_prompts().comprehension
    if found is None:
        raise UserError(
            f"{domain.path}, key prompts: the prompts have no key comprehension; write the "
            "questions of the check there (resources/polite_speech/prompts.yaml has them), or "
            "remove analyses.checks.comprehension."
        )
    return found


def check(domain: Domain, goals: Sequence[str]) -> None:
    """Raise `UserError` unless the domain has a question for the opinion and for every goal."""
    questions = need(domain)
    lacking = [goal for goal in asking(domain, goals) if goal not in questions.goals]
    if lacking:
        raise UserError(
            f"{domain.path}, key prompts: comprehension.goals has no text for the goal "
            f"{lacking[0]!r}; say there in a few words what it asks for."
        )


def options(domain: Domain, prompt_set: str) -> list[str]:
    """The options of a prompt set: every state with its unit, or what every goal asks for."""
    if prompt_set == OPINION:
        return [domain.state_text(state) for state in domain.states]
    return list(need(domain).goals.values())


def texts(
    domain: Domain, prompt_set: str, framings: Sequence[str], goals: Sequence[str]
) -> dict[str, Any]:
    """Exactly what a prompt set of the check is made from, for its staleness."""
    questions, prompts = need(domain), domain.need_prompts()
    base = domain.texts("semantics", framings)
    scenes = {name: prompts.framings[name].scene for name in framings}
    found: dict[str, Any] = {"question": questions.opinion, "options": options(domain, prompt_set)}
    if prompt_set == GOAL:
        found["question"] = questions.goal
        found["goals"] = [[g, prompts.goals[g], questions.goals[g]] for g in asking(domain, goals)]
    kept = ("instruction", "names", "states", "scale")
    vignettes = [
        {"id": v.id, "made": v.made, "took": v.took, "thing": v.thing, "asked": v.asked}
        for v in domain.vignettes
    ]
    return {**{k: base[k] for k in kept}, **found, "scenes": scenes, "vignettes": vignettes}
