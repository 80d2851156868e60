"""The stages of elicitation: requests, the prompts as they go over the wire, and ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tactometer.study.stages import Recipe, Stage

if TYPE_CHECKING:
    from tactometer.study.model import Model
    from tactometer.study.study import Study


MOST_UNUSABLE = 0.5
"""The default of stop_at_unusable."""


def _seed(study: Study) -> Recipe:
    return {"seed": study.settings.sample.seed}


def _prompt_sets(study: Study) -> Iterator[tuple[str, Recipe]]:
    for model in study.asked:
        for prompt_set in model.prompt_sets:
            yield f"requests/{model.name}/{prompt_set}", _prompts(study, model, prompt_set)


def _prompts(study: Study, model: Model, prompt_set: str) -> Recipe:
    """What the requests of one prompt set are made from."""
    from tactometer.study import by_utterance, comprehension, wordings
    from tactometer.study.domain import SEMANTICS
    from tactometer.study.fields import plain

    sample = study.settings.sample
    semantics = prompt_set == SEMANTICS
    prompt = {"prompt": model.message_settings} if model.message_settings else {}
    told = {**prompt, "estimator": plain(model.estimator), "wire": model.wire}
    domain, framings = study.domain_of(model.domain), study.settings.framings
    if prompt_set in comprehension.READ_BACK:
        return {**told, "texts": comprehension.texts(domain, prompt_set, framings, model.goals)}
    if model.estimator.by_utterance:
        base, against = model.reads_on, model.estimator.score == "pmi"
        told["begun"] = by_utterance.texts(domain, prompt_set, framings, base, against)
        for level in wordings.levels_of(domain)[1:]:
            own = wordings.in_wording(domain, level)
            told[f"begun {level}"] = by_utterance.texts(own, prompt_set, framings, base, against)
    if domain.factors and not semantics and sample.factors == "drawn":
        told["factors"] = sample.factors
    return {
        **told,
        "texts": domain.texts(prompt_set, framings),
        "name_pairs": sample.semantics_name_pairs if semantics else sample.name_pairs,
    }


def _checkpoints(study: Study) -> Iterator[tuple[str, Recipe]]:
    from tactometer.elicitation.identity import identity

    for model in study.asked:
        for checkpoint in model.checkpoints:
            yield f"checkpoints/{model.name}/{checkpoint}", identity(study, model, checkpoint)
        if again := model.asked.ask_again:
            yield f"ask_again/{model.name}", {"ask_again": list(again)}
        if (most := study.settings.stop_at_unusable) != MOST_UNUSABLE:
            yield f"stopping/{model.name}", {"most": most}


PLACE = 10
STAGES = (
    Stage(
        "requests",
        "elicitation.requests",
        "write a prompt set out: names drawn, options shuffled, each request digested",
        needs={"study": "the study as it was pinned"},
        options={"model": "whose requests", "prompt_set": "a goal, semantics, or one of a check"},
        makes={"out": "the requests, a row each"},
        entry=("build",),
        keys=_seed,
        targets=_prompt_sets,
    ),
    Stage(
        "ask",
        "elicitation.ask",
        "ask checkpoints what their journals lack",
        needs={
            "study": "the study as it was pinned",
            "who": "the recipe of each checkpoint",
            "requests": "all requests of the model",
        },
        options={"model": "who is asked"},
        beside={"journal": "where the answers of each checkpoint stand"},
        makes={"done": "what to write for each checkpoint when none is missing"},
        several=frozenset({"who", "requests", "journal", "done"}),
        # other code asks the same questions: only another key asks anew
        entry=("journal.answer_keys:answer_key", "journal.answer_keys:identity_digest"),
        targets=_checkpoints,
    ),
)
