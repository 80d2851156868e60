"""Detect what a chat template does to messages, by rendering a few probes with Jinja alone.

A template may drop a system message in silence or refuse it, put in a system prompt of its own
where there is none, and print today's date. All of that is part of what a model is asked. The
probes need neither transformers nor a tokenizer, so a plan can tell before anything is installed;
every real prompt is rendered by the tokenizer, and looked through again.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tactometer.study.prompt_settings import DATE, Messages

SYSTEM = "Speak of the seventh lighthouse alone."
USER = "How many steps has that lighthouse?"
TAG = r"<\|[^|<>]*\|>|<[^<>\s]{1,30}>|\[/?[A-Z_]+\]|<<?/?SYS>>?"
ROLE = r"(?:system|user|assistant|model|developer|human|instruction|response)\b"
NAMED = re.compile(rf"(?:{TAG})\s*{ROLE}|^[\s#]*{ROLE}[:\s]*$", re.I | re.M)
"""The name of a role: behind a tag, or alone on its line."""
DATED = "date_string"
"""The variable that Llama's templates and those made after them take a date from."""


@dataclass(frozen=True)
class Traits:
    """What a chat template does to messages.

    `system`: what becomes of a system message. `own_system`: the words that it puts where a system
    message would stand, if there is none; `added`: other words that it puts into every prompt;
    both without tags and names of roles, "" for none. `keeps_empty`: whether an empty system
    message leaves `own_system` out. `dates`: whether it prints today's date.
    """

    system: Literal["kept", "dropped", "refused"]
    own_system: str = ""
    added: str = ""
    keeps_empty: bool = False
    dates: bool = False

    @property
    def folds(self) -> bool:
        """Whether a system message has to be folded into the first user message."""
        return self.system != "kept"


class Clock:
    """The function `strftime_now` of chat templates with a date that stands still."""

    def __init__(self, date: str = DATE) -> None:
        self._at, self.asked = datetime.fromisoformat(f"{date}T12:00:00"), False

    def __call__(self, form: str) -> str:
        self.asked = True
        return self._at.strftime(form)


def dated(template: str, date: str | None) -> tuple[Clock, dict[str, Any]]:
    """A still clock, and the variables that make a template print its date; `date` as the study
    has it, None where it says nothing."""
    clock = Clock(date or DATE)
    variables: dict[str, Any] = {"strftime_now": clock}
    if date and DATED in template:
        variables[DATED] = clock("%d %b %Y")
    return clock, variables


def missing(messages: Messages, text: str) -> Mapping[str, str] | None:
    """The first message whose text does not stand in a rendered prompt, each in a place of its own.

    The longest are looked for first: a short text may stand in a longer one as well.
    """
    for message in sorted(messages, key=lambda m: -len(m["content"])):
        content = message["content"].strip()
        if content not in text:
            return message
        text = text.replace(content, "\0", 1) if content else text
    return None


def of_folder(folder: Path, template: str | None) -> tuple[str | None, dict[str, str]]:
    """The chat template of a tokenizer's folder (or `template` instead), and its special tokens."""
    config = _json(folder / "tokenizer_config.json")
    special = {**config, **_json(folder / "special_tokens_map.json")}
    found = {k: _token(v) for k, v in special.items() if k.endswith("_token")}
    tokens = {k: v for k, v in found.items() if v is not None}
    if template is None:
        template = _template(folder, config)
    return template, tokens


@cache
def _cached(
    template: str, tokens: tuple[tuple[str, str], ...], thinking: bool, date: str | None
) -> Traits | None:
    clock, variables = dated(template, date)
    variables |= {"enable_thinking": thinking, "thinking": thinking, **dict(tokens)}
    try:
        render = _renderer(template, variables)
        found = _traits(render)
    except Exception:  # jinja's, and whatever a template raises: the tokenizer will tell
        return None
    dates = clock.asked or DATED in variables
    return Traits(**{**found, "dates": dates})


def traits(
    template: str, tokens: Mapping[str, str], thinking: bool = False, date: str | None = None
) -> Traits | None:
    """What a chat template does; None where it cannot even take a user message.

    `tokens` are special tokens by name (`bos_token`), `thinking` whether it is told to think,
    `date` the study's, ISO 8601.
    """
    return _cached(template, tuple(sorted(tokens.items())), thinking, date)


def _traits(render: Callable[[Messages], str]) -> dict[str, Any]:
    user = {"role": "user", "content": USER}
    told = {"role": "system", "content": SYSTEM}
    alone = render([user])
    before, _, behind = alone.partition(USER)
    ending = spoken(behind)
    try:
        both = render([told, user])
    except Exception:  # the template's own, or Jinja's
        return {"system": "refused", "added": _words(spoken(before), ending)}
    if missing([told, user], both) is not None:
        return {"system": "dropped", "added": _words(spoken(before), ending)}
    opening, _, rest = both.partition(SYSTEM)
    same = _beginning(before, opening)
    own = spoken(_without_end(before[len(same) :], rest.partition(USER)[0]))
    found = {"system": "kept", "own_system": own, "added": _words(spoken(same), ending)}
    return {**found, "keeps_empty": bool(own) and _takes_empty(render, user, own)}


def _takes_empty(render: Callable[[Messages], str], user: Mapping[str, str], own: str) -> bool:
    """Whether an empty system message stands in for the template's own system prompt."""
    try:
        text = render([{"role": "system", "content": ""}, user])
    except Exception:  # as above
        return False
    return USER in text and own not in spoken(text)


def _beginning(one: str, other: str) -> str:
    """What two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    count = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    return one[:count]


def _without_end(text: str, end: str) -> str:
    """A text without what it ends in alike with another one."""
    same = _beginning(text[::-1], end[::-1])
    return text[: len(text) - len(same)]


def spoken(text: str) -> str:
    """The words of a piece of a rendered prompt: without tags and the names of roles."""
    kept = " ".join(re.sub(TAG, " ", NAMED.sub(" ", text)).split())
    return kept if any(map(str.isalnum, kept)) else ""


def _words(*parts: str, least: int = 3) -> str:
    """What is worth telling of the words that a template adds: three or more."""
    text = " ".join(part for part in parts if part)
    return text if len(text.split()) >= least else ""


def _renderer(template: str, variables: Mapping[str, Any]) -> Callable[[Messages], str]:
    """A template as transformers compiles it, with these variables."""
    compiled = _environment().from_string(template)

    def render(messages: Messages) -> str:
        return str(
            compiled.render(
                messages=[dict(m) for m in messages],
                tools=None,
                documents=None,
                add_generation_prompt=True,
                **variables,
            )
        )

    return render


@cache
def _environment() -> Any:
    """Jinja as transformers sets it up for chat templates: sandboxed, with its own additions."""
    import jinja2
    from jinja2 import ext, nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(ext.Extension):
        """The block `generation`, which marks what the assistant says and changes nothing."""

        tags = {"generation"}  # noqa: RUF012

        def parse(self, parser: Any) -> nodes.Node | list[nodes.Node]:
            next(parser.stream)
            body: list[nodes.Node] = parser.parse_statements(
                ("name:endgeneration",), drop_needle=True
            )
            return body

    def refuse(message: str) -> None:
        raise jinja2.TemplateError(message)

    def as_json(value: Any, ensure_ascii: bool = False, **form: Any) -> str:
        return json.dumps(value, ensure_ascii=ensure_ascii, **form)

    found = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, ext.loopcontrols]
    )
    found.filters["tojson"] = as_json
    found.globals["raise_exception"] = refuse
    return found


def _template(folder: Path, config: Mapping[str, Any]) -> str | None:
    """The template that transformers takes: a file of its own, or that of the configuration."""
    file = folder / "chat_template.jinja"
    if file.is_file():
        return file.read_text()
    found = config.get("chat_template")
    if isinstance(found, Sequence) and not isinstance(found, str):
        named = {each.get("name"): each.get("template") for each in found}
        found = named.get("default")
    return found if isinstance(found, str) else None


def _token(value: Any) -> str | None:
    text = value.get("content") if isinstance(value, Mapping) else value
    return text if isinstance(text, str) else None


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
