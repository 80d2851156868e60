"""How a model's messages are put together: the settings `prompt` of a study, and what they do.

What a study says of the messages themselves (a system prompt folded, a text before each goal's)
goes into the requests. What depends on a chat template is left to the provider that has it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, TypedDict

from tactometer.study.fields import UNSET
from tactometer.study.locations import Place
from tactometer.utils.errors import UserError

if TYPE_CHECKING:
    from tactometer.study.model_settings import Prompt

DATE: Final = "2024-07-26"
"""What a chat template that prints today's date is told, where the study does not say: the date
that Llama's templates print where nobody tells them one."""

RENDERING: Final = ("date", "chat")
"""The settings that only a provider which renders prompts itself can keep."""

Messages = Sequence[Mapping[str, str]]


class MessageSettings(TypedDict, total=False):
    """What changes a model's messages: a system prompt folded, a text before each goal's."""

    system: Literal["fold"]
    default_system: str


class RenderingSettings(TypedDict, total=False):
    """What changes how a provider renders chats."""

    system: Literal["keep"]
    default_system: Literal["none"]
    date: str
    chat: bool


def in_messages(prompt: "Prompt", renders: bool) -> MessageSettings:
    """The settings that change a model's messages, and so its requests; {} where none does.

    `renders`: whether the provider renders chats itself, so that it leaves the template's own
    system prompt out only where there is one.
    """
    found: MessageSettings = {}
    if prompt.system == "fold":
        found["system"] = "fold"
    own = prompt.default_system or "keep"
    if own != "keep" and not (own == "none" and renders):
        found["default_system"] = own
    return found


def in_rendering(prompt: "Prompt") -> RenderingSettings:
    """The settings that a provider which renders chats itself reads; {} where all are default."""
    if prompt.chat is False:
        return {"chat": False}
    found: RenderingSettings = {}
    if prompt.date:
        found["date"] = prompt.date
    if prompt.default_system == "none":
        found["default_system"] = "none"
    if prompt.system == "keep":
        found["system"] = "keep"
    return found


def arrange(messages: Messages, prompt: MessageSettings) -> list[dict[str, str]]:
    """The messages as a model is to get them; `prompt` is what `in_messages` gave.

    A text of the study's own stands before the goal's in the system message, alone where there is
    none; then what is folded goes before the first user message.
    """
    found = [dict(message) for message in messages]
    own = prompt.get("default_system")
    if own is not None:
        if found[0]["role"] != "system":
            found = empty_system(found)
        texts = ["" if own == "none" else own, found[0]["content"]]
        found[0]["content"] = "\n\n".join(text for text in texts if text)
    return fold(found) if prompt.get("system") == "fold" else found


def fold(messages: Messages) -> list[dict[str, str]]:
    """The messages with the system message's text before that of the first user message."""
    found = [dict(message) for message in messages]
    texts = [m["content"] for m in found if m["role"] == "system" and m["content"]]
    found = [m for m in found if m["role"] != "system"]
    first = next(m for m in found if m["role"] == "user")
    first["content"] = "\n\n".join([*texts, first["content"]])
    return found


def empty_system(messages: Messages) -> list[dict[str, str]]:
    """The messages behind a system message without a text."""
    return [{"role": "system", "content": ""}, *(dict(message) for message in messages)]


def check(prompt: "Prompt", renders: bool, place: Place) -> None:
    """Raise UserError for settings that the provider of a model cannot keep."""
    for key in RENDERING:
        if getattr(prompt, key) is not UNSET and not renders:
            raise UserError(
                f"{place('prompt', key)}: only vllm and transformers render prompts here, a "
                "server does so by its own template; remove the key."
            )
    try:
        date.fromisoformat(prompt.date or DATE)
    except ValueError:
        raise UserError(
            f"{place('prompt', 'date')}: {prompt.date} is no day of the calendar; correct it."
        ) from None
    if prompt.chat is False:
        for key in ("system", "default_system", "date"):
            told = getattr(prompt, key)
            if told is not UNSET and (key, told) != ("system", "fold"):
                raise UserError(
                    f"{place('prompt', key)}: without a chat template ({{chat: false}}) there is "
                    "none that could keep a system message or add to it; remove the key."
                )
    if prompt.system == "fold" and prompt.default_system == "none" and not renders:
        raise UserError(
            f"{place('prompt', 'default_system')}: none sends an empty system message and system: "
            "fold says that this server takes none; remove one of the two."
        )
