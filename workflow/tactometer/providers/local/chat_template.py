"""Render chats to tokens by the model's chat template, verify that each message stands in the
prompt and each label is one new token; begin the replies that utterances are to follow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tactometer.providers.local.rendering import Rendering
from tactometer.providers.local.template_traits import dated, missing
from tactometer.replies.thoughts import marks_in
from tactometer.study import prompt_settings
from tactometer.study.option_labels import LABELS
from tactometer.study.prompt_settings import Messages
from tactometer.utils.digests import digest
from tactometer.utils.errors import UserError

OPEN, CLOSE = "<think>", "</think>"  # of a template that knows no marks
CUE = "Answer: ("
"""What a prompt without a chat template ends in: the options are shown as "(A) ..."."""
TAIL = 64  # characters at the end of a prompt that can decide how a label is tokenised


@dataclass(frozen=True)
class Prompt:
    """A chat as it goes into a model: its text, its tokens, whether a thought is open, and the
    digest of the text as it was rendered, before any thought.

    `opening` is what a reply is begun with behind a thought that is still to come.
    """

    text: str
    ids: list[int]
    thinks: bool
    digest: str
    opening: str = ""


@dataclass(frozen=True)
class Scored:
    """What may follow a prompt: the tokens before it, and those of each continuation."""

    before: list[int]
    tokens: list[list[int]]


class Prompts:
    """Renders chats for one tokenizer, and finds the token of each label behind them.

    `thinking`: whether the template is told to think; None tells it not to. `rendering`: what is
    done to the messages, and the date that is printed. Raises UserError, which opens with `place`,
    for a tokenizer without a template or with one that cannot take the messages or leaves one out,
    for a prompt that begins with two BOS tokens, and for labels that are not one new token each.
    """

    def __init__(
        self,
        tokenizer: Any,
        place: str,
        template: str | None,
        thinking: bool | None,
        rendering: Rendering,
    ) -> None:
        self._tokenizer, self._place, self._thinking = tokenizer, place, bool(thinking)
        self._template, self._rendering = template, rendering
        known = str(template or tokenizer.chat_template or "") if rendering.chat else ""
        if rendering.chat and not known:
            raise UserError(
                f"{place}: its tokenizer has no chat template; name a file with one as "
                "engine.chat_template, or write prompt: {chat: false} for a base model."
            )
        marks = marks_in(known)
        if thinking and marks is None:
            raise UserError(
                f"{place}, key engine.thinking: its chat template knows no {CLOSE} or another mark "
                "that closes a thought; remove the key."
            )
        self._variables = dated(known, rendering.date if rendering.told else None)[1]
        self._open, self.close = marks or (OPEN, CLOSE)
        self._proven: dict[tuple[str, int], list[int]] = {}
        self._with_space: dict[tuple[str, int], list[int]] = {}
        self._continued: dict[tuple[str, ...], tuple[int, list[list[int]]]] = {}

    def render(self, messages: Messages) -> Prompt:
        """Render a chat up to where the model answers, or where its thought begins.

        A last message of the assistant's is what its answer begins with.
        """
        begun = messages[-1]["content"] if messages[-1]["role"] == "assistant" else ""
        if self._rendering.fold:
            messages = prompt_settings.fold(messages)
        if self._rendering.empty_system and messages[0]["role"] != "system":
            messages = prompt_settings.empty_system(messages)
        if not self._rendering.chat:
            text = self._in_a_row(messages)
            self._look_for(messages, text)
            return Prompt(text, self._encode(text), False, digest(text))
        asked = [*messages[:-1]] if begun else messages
        text = self._by_template(asked)
        self._look_for(asked, text)
        thinks = text.rstrip().endswith(self._open)  # some templates leave no choice
        if self._thinking and not thinks:
            text, thinks = f"{text}{self._open}\n", True
        if begun and not thinks:
            text, begun = _continued(text, begun), ""
        return Prompt(text, self._encode(text), thinks, digest(text), begun)

    def _by_template(self, messages: Messages) -> str:
        asked = {"enable_thinking": self._thinking, "thinking": self._thinking, **self._variables}
        try:
            text: str = self._tokenizer.apply_chat_template(
                [dict(m) for m in messages],
                chat_template=self._template,
                tokenize=False,
                add_generation_prompt=True,
                **asked,
            )
        except Exception as error:  # jinja's, and whatever the template raises
            raise UserError(
                f"{self._place}: its chat template cannot take these messages ({error}); "
                f"{self._remedy(messages)}name a file with another as engine.chat_template."
            ) from None
        return text

    def _in_a_row(self, messages: Messages) -> str:
        """The texts one after another, behind what the tokenizer begins a text with."""
        cue = [] if messages[-1]["role"] == "assistant" else [CUE]
        return self._opening + "\n\n".join([*(m["content"] for m in messages), *cue])

    @cached_property
    def _opening(self) -> str:
        """The special tokens that the tokenizer puts in front of a text, BOS as a rule."""
        plain = self._tokenizer("a", add_special_tokens=False)["input_ids"]
        whole = self._tokenizer("a")["input_ids"]
        ends = range(len(whole) - len(plain) + 1)
        count = next((i for i in ends if whole[i : i + len(plain)] == plain), 0)
        return "".join(self._tokenizer.convert_ids_to_tokens(whole[:count]))

    def _look_for(self, messages: Messages, text: str) -> None:
        """Refuse a template that leaves a message out: what is asked is what the study says."""
        lost = missing(messages, text)
        if lost is not None:
            raise UserError(
                f"{self._place}: its chat template leaves the {lost['role']} message out "
                f"({lost['content'][:60]!r} does not stand in the prompt); "
                f"{self._remedy(messages)}name a file with another as engine.chat_template."
            )

    def _remedy(self, messages: Messages) -> str:
        told = any(m["role"] == "system" for m in messages)
        return "write prompt: {system: fold}, or " if told else ""

    def after(self, prompt: Prompt, thought: str) -> Prompt:
        """The prompt with its thought closed: what follows is the answer."""
        text = f"{prompt.text}{thought.strip()}\n{self.close}\n\n{prompt.opening}"
        return replace(prompt, text=text, ids=self._encode(text), thinks=False)

    def labels(self, prompt: Prompt, count: int) -> list[int]:
        """The tokens of the first `count` labels behind a prompt: one new, distinct token each."""
        known = prompt.text[-TAIL:], count
        if known not in self._proven:
            self._proven[known] = self._prove(prompt, count)
        return self._proven[known]

    def spaced(self, prompt: Prompt, count: int) -> list[int]:
        """The tokens of the labels with a space in front, as a model may begin its answer.

        None where one of them is more than one new token: some labels alone would gain.
        """
        known = prompt.text[-TAIL:], count
        if known not in self._with_space:
            bare, found = set(self.labels(prompt, count)), []
            for label in LABELS[:count]:
                ids = self._encode(f"{prompt.text} {label}")
                if ids[:-1] == prompt.ids and ids[-1] not in bare:
                    found.append(ids[-1])
            self._with_space[known] = found if len(set(found)) == count else []
        return self._with_space[known]

    def continuations(self, prompt: Prompt, texts: Sequence[str]) -> Scored:
        """The tokens of texts that may follow a prompt.

        Where a tokenizer draws the end of the prompt and a text together, that end counts among the
        tokens of all of them.
        """
        known = prompt.text[-TAIL:], *texts
        if known not in self._continued:
            whole = [self._encode(prompt.text + text) for text in texts]
            same = min(_alike(prompt.ids, ids) for ids in whole)
            self._continued[known] = len(prompt.ids) - same, [ids[same:] for ids in whole]
        joined, tokens = self._continued[known]
        return Scored(prompt.ids[: len(prompt.ids) - joined], tokens)

    def _encode(self, text: str) -> list[int]:
        """The tokens of a rendered chat; the template writes the special ones, nobody adds any."""
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        bos = self._tokenizer.bos_token_id
        if bos is not None and ids[:2] == [bos, bos]:  # further on, some templates mark turns by it
            raise UserError(
                f"{self._place}: the rendered chat begins with two tokens "
                f"{self._tokenizer.bos_token} where one is right: {text[:60]!r}, tokens "
                f"{ids[:6]}; name a file with a template that is right as engine.chat_template."
            )
        return ids

    def _prove(self, prompt: Prompt, count: int) -> list[int]:
        found = []
        for label in LABELS[:count]:
            ids = self._encode(prompt.text + label)
            if len(ids) != len(prompt.ids) + 1 or ids[:-1] != prompt.ids:
                self._refuse(label, prompt, ids)
            found.append(ids[-1])
        if len(set(found)) < count:
            raise UserError(
                f"{self._place}: its tokenizer has one token for several of the labels "
                f"{LABELS[:count]} ({found}); write estimator: {{kind: samples, k: 10}} for it."
            )
        return found

    def _refuse(self, label: str, prompt: Prompt, ids: list[int]) -> None:
        same = _alike(prompt.ids, ids)
        became = self._tokenizer.convert_ids_to_tokens(ids[same:])
        instead = self._tokenizer.convert_ids_to_tokens(prompt.ids[same:])
        raise UserError(
            f"{self._place}: the label {label} is not one new token behind {prompt.text[-20:]!r}: "
            f"tokens {instead} became {became}; write estimator: {{kind: samples, k: 10}} for it."
        )


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _continued(text: str, begun: str) -> str:
    """A rendered chat with the beginning of its answer, parted where the template does not."""
    gap = "" if text[-1:].isspace() or text.endswith(">") else " "
    return f"{text}{gap}{begun}"


def special_tokens(tokenizer: Any) -> list[str]:
    """All tokens that decoding leaves out: those with a name, such as BOS, and those without."""
    added = getattr(tokenizer, "added_tokens_decoder", {})
    unnamed = {str(token) for token in added.values() if getattr(token, "special", False)}
    return sorted(unnamed | set(tokenizer.all_special_tokens))
