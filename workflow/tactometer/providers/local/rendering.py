"""How messages become the text of a prompt: what a chat template needs, as the study wants it."""

from dataclasses import dataclass
from typing import Any

from tactometer.providers.local.template_traits import Traits
from tactometer.study.fields import UNSET, written
from tactometer.study.model_settings import Prompt
from tactometer.study.prompt_settings import DATE
from tactometer.utils.errors import UserError


@dataclass(frozen=True)
class Rendering:
    """What is done to messages before and while they are rendered; by default nothing.

    `fold`: system messages go before the first user message. `empty_system`: where there is none,
    an empty one keeps the template's own away. `date`: what is printed as today's, ISO 8601, None
    where the template prints none, and `told` whether the study says so. `chat`: whether there is
    a template at all.
    """

    fold: bool = False
    empty_system: bool = False
    date: str | None = None
    told: bool = False
    chat: bool = True

    def identity(self) -> dict[str, Any]:
        """What of it could change an answer, for the model's identity: {} where nothing is done."""
        found: dict[str, Any] = {}
        if self.fold:
            found["system"] = "fold"
        if self.empty_system:
            found["default_system"] = "none"
        if self.date is not None:
            found["date"] = self.date
        return found if self.chat else {"chat": False}


def rendering(found: Traits | None, prompt: Prompt, place: str) -> Rendering:
    """How to render for a template with these traits; `prompt` are the study's settings.

    None stands for a template that could not be probed: nothing is done to its messages. Raises
    UserError, which opens with `place`, where the template's own system prompt cannot be left out.
    """
    if prompt.chat is False:
        return Rendering(chat=False)
    if found is None:
        return Rendering()
    without = bool(found.own_system) and prompt.default_system == "none"
    if without and not found.keeps_empty:
        raise UserError(
            f"{place}, key prompt.default_system: its chat template puts its own system prompt in "
            f"({found.own_system[:60]!r}), whatever is done; write a text of yours instead of none."
        )
    return Rendering(
        fold=found.folds and written(prompt.system, "auto") == "auto",
        empty_system=without,
        date=written(prompt.date, DATE) if found.dates else None,
        told=found.dates and prompt.date is not UNSET,
    )


def alterations(found: Traits | None, chosen: Rendering, prompt: Prompt) -> dict[str, Any]:
    """What is sent beside the messages, or in another form, as a run notes it beside its answers.

    `template`: what the chat template does to a system message (`kept`, `dropped`, `refused`;
    `none` without one, null where it is not known). `folded`: whether the provider folds it.
    `own_system`: the template's own system prompt where prompts without one get it. `added`: other
    words of the template in every prompt. `date`: what it prints as today's.
    """
    if found is None:
        return {"template": None if chosen.chat else "none"}
    everywhere = written(prompt.default_system, "keep") not in ("keep", "none")
    replaced = chosen.empty_system or (everywhere and prompt.system != "fold")
    return {
        "template": found.system,
        "folded": chosen.fold,
        "own_system": None if replaced else found.own_system or None,
        "added": found.added or None,
        "date": chosen.date,
    }
