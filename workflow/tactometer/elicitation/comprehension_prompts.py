"""Prompts of the comprehension check: the opinion and the goal that a model was told, read back."""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any, Final

from tactometer.elicitation.scenes import filled, messages, option_order, pairs
from tactometer.study import comprehension
from tactometer.study.domain import Domain, Scene

PROMPTS: Final = 30
"""Prompts of a prompt set, at least: 30 of 30 right are known to be more than 88% (Wilson)."""


def rows(
    domain: Domain, prompt_set: str, framings: Sequence[str], goals: Sequence[str], seed: int
) -> Iterator[dict[str, Any]]:
    """One prompt set of the check: every state, or every goal, in every framing, some vignettes of
    each; `utterance` is what is right.
    """
    questions, prompts = comprehension.need(domain), domain.need_prompts()
    opinion = prompt_set == comprehension.OPINION
    asked = [None] if opinion else comprehension.asking(domain, goals)
    question = questions.opinion if opinion else questions.goal
    each = comprehension.options(domain, prompt_set)
    states = range(len(domain.states) if opinion else 1)
    repeats = ceil(PROMPTS / (len(asked) * len(framings) * len(states)))
    for place, goal in enumerate(asked):
        for framing in framings:
            row = domain.framings.index(framing)
            for repeat in range(repeats):
                for cell in states:
                    number = (place + repeat * len(states) + cell) % len(domain.vignettes)
                    state = domain.states[(cell + (0 if opinion else repeat)) % len(domain.states)]
                    names = pairs(domain.names, number, 1, seed)[0]
                    fields = filled(domain, domain.vignettes[number], names, state)
                    options = option_order(each, row, place + repeat * len(states) + cell, seed)
                    scene = Scene(prompts.framings[framing].scene, question)
                    told = prompts.goals[goal] if goal else None
                    yield fields["row"] | {
                        "framing": framing,
                        "goal": goal,
                        "utterance": questions.goals[goal] if goal else domain.state_text(state),
                        "options": options,
                        "messages": messages(domain, told, scene, fields["texts"], options),
                    }
