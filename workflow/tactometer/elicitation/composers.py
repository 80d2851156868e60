"""How prompts ask: by letter, with the options shown, or by utterance, with the reply begun.

A composer turns a scene of the design into what a request says: the columns `options`, `messages`
and, by utterance, `continuations` (what is scored, by the option that it stands for) and, where
scores are held against it, `neutral` (the messages of the same demand without a scene).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from tactometer.elicitation.scenes import messages
from tactometer.study.by_utterance import need_base, need_begun
from tactometer.study.domain import Domain

YES_NO: Final = ("yes", "no")
"""The options of a yes/no prompt, before they are shuffled."""
Said = dict[str, Any]


class Composer(Protocol):
    """What a request says; `texts` fill the templates, `options` are in the order of the design."""

    def production(
        self, goal: str, framing: str, texts: Mapping[str, Any], options: Sequence[str]
    ) -> Said: ...

    def semantics(self, texts: Mapping[str, Any], options: Sequence[str]) -> Said: ...


@dataclass(frozen=True)
class ByLetter:
    """Options are shown with letters, in a balanced order, and a letter is the answer."""

    domain: Domain

    def production(
        self, goal: str, framing: str, texts: Mapping[str, Any], options: Sequence[str]
    ) -> Said:
        """A goal's prompt in a framing."""
        prompts = self.domain.need_prompts()
        return self._said(prompts.goals[goal], prompts.framings[framing], texts, options)

    def semantics(self, texts: Mapping[str, Any], options: Sequence[str]) -> Said:
        """A yes/no prompt."""
        return self._said(None, self.domain.need_prompts().semantics, texts, options)

    def _said(self, goal: str | None, scene: Any, texts: Any, options: Sequence[str]) -> Said:
        said = messages(self.domain, goal, scene, texts, options)
        return {"options": list(options), "messages": said}


@dataclass(frozen=True)
class ByUtterance:
    """No options are shown; the reply is begun, in a chat or (`base`) in a text to go on with.

    `against`: whether scores are held against those without a scene.
    """

    domain: Domain
    base: bool
    against: bool

    def production(
        self, goal: str, framing: str, texts: Mapping[str, Any], options: Sequence[str]
    ) -> Said:
        """A goal's prompt in a framing: each utterance with its full stop may follow."""
        scored = [_scored(u, f" {u}.") for u in self.domain.utterances]
        if self.base:
            own = need_base(self.domain)
            story = own.framings[framing]
            said = [story.scene.format_map(texts), story.opening.format_map(texts)]
            return self._said(own.goals[goal], said, scored, own.neutral.production)
        begun, prompts = need_begun(self.domain).production, self.domain.need_prompts()
        scene = prompts.framings[framing]
        asked = _asked(begun.instruction, scene, texts)
        neutral = (begun.neutral, begun.opening)
        return self._said(prompts.goals[goal], [asked, begun.opening], scored, *neutral)

    def semantics(self, texts: Mapping[str, Any], options: Sequence[str]) -> Said:
        """A yes/no prompt: yes or no may follow."""
        scored = [_scored(answer, f" {answer}") for answer in YES_NO]
        if self.base:
            own = need_base(self.domain)
            said = [text.format_map(texts) for text in (own.semantics.scene, own.semantics.opening)]
            return self._said(None, said, scored, own.neutral.semantics)
        begun = need_begun(self.domain).semantics
        asked = _asked(begun.instruction, self.domain.need_prompts().semantics, texts)
        neutral = (begun.neutral, begun.opening)
        return self._said(None, [asked, begun.opening], scored, *neutral)

    def _said(
        self, goal: str | None, said: Sequence[str], scored: Sequence[Any], *neutral: str
    ) -> Said:
        chat = _turns(said)
        if goal:
            chat = [{"role": "system", "content": goal}, *chat]
        found = {"options": [], "messages": chat, "continuations": list(scored)}
        return {**found, "neutral": _turns(neutral)} if self.against else found


def _asked(instruction: str, scene: Any, texts: Mapping[str, Any]) -> str:
    told = (scene.scene.format_map(texts), scene.question.format_map(texts))
    return "\n\n".join([instruction, *told])


def _turns(said: Sequence[str]) -> list[dict[str, str]]:
    """Texts as the turns of a user, of which the last is the assistant's, begun."""
    *asked, opening = said
    turns = [{"role": "user", "content": text} for text in asked]
    return [*turns, {"role": "assistant", "content": opening}]


def _scored(option: str, text: str) -> dict[str, str]:
    return {"option": option, "text": text}
