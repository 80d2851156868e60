"""Prompts as they will be sent: one of each kind, and what stands in them beside the messages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tactometer.elicitation import engine_environment, requests
from tactometer.elicitation.identity import identity
from tactometer.planning import wire_told
from tactometer.providers.local.provider import LocalProvider
from tactometer.providers.provider import open_provider
from tactometer.study.comprehension import GOAL, OPINION
from tactometer.study.domain import SEMANTICS
from tactometer.study.model import Model
from tactometer.study.prompt_settings import Messages
from tactometer.study.providers import engines
from tactometer.study.study import Study
from tactometer.tables import prompts_told
from tactometer.utils.digests import digest
from tactometer.utils.errors import UserError
from tactometer.utils.open_data import Row

NAMES = {SEMANTICS: "yes/no", OPINION: "opinion read back", GOAL: "goal read back"}
"""What prompts are called that are none of a goal's production prompts."""
UNKNOWN = "the chat template is not here: what it does to the messages is told when it is asked"


@dataclass(frozen=True)
class Kind:
    """A kind of prompt (a goal in a framing, yes/no, a check) with its first request's messages."""

    name: str
    messages: Messages


def kinds(study: Study, model: Model) -> Iterator[Kind]:
    """One prompt of each goal, framing and combination of factors' levels, the first of each."""
    varied = ["goal", "framing", *study.domain_of(model.domain).factors]
    for prompt_set in model.prompt_sets:
        frame = requests.of(study, model, prompt_set, name_pairs=1, semantics_name_pairs=1)
        kept = frame.unique(varied, keep="first", maintain_order=True)
        for row in kept.iter_rows(named=True):
            yield Kind(_kind(row, varied), row["messages"])


def _kind(row: Row, varied: Sequence[str]) -> str:
    """What a prompt is called among those that are shown."""
    told = [f"{name} {row[name]}" for name in varied if row[name]]
    own = NAMES.get(row["prompt_set"])
    return ", ".join([*([own] if own else []), *told])


def sent(study: Study, model: Model, checkpoint: str) -> tuple[str, ...]:
    """What is sent to a checkpoint beside the messages, or in another form, in phrases.

    Reads the files of its tokenizer where they are here, and asks nobody. Raises UserError for
    settings that its chat template cannot keep.
    """
    done: Mapping[str, Any] = {}
    if model.provider in engines():
        provider = _open(study, model, checkpoint, offline=True)
        if not provider.at_hand():
            return (UNKNOWN,)
        done = provider.alterations()
    if model.provider == "api" and (told := wire_told.notes(model, checkpoint)):
        return told
    return tuple(prompts_told.notes(prompts_told.columns(done, model.message_settings)))


def lines(study: Study) -> Iterator[str]:
    """One prompt of each kind of each model: as rendered, or its messages where a server renders.

    Checkpoints with the same tokenizer are shown once. Goes on in the engines' environment where a
    model of the study needs its tokenizer; without that environment messages stand for its prompts.
    """
    local = [model for model in study.asked if model.provider in engines()]
    if local:
        place = f"{study.source}, models.{local[0].name}"
        try:
            engine_environment.enter("transformers", place)
        except UserError as error:
            yield f"The messages alone, which no chat template has rendered: {error}\n"
            local = []
    for model in study.asked:
        if model in local:
            for names, provider in _alike(study, model):
                yield from _shown(study, model, names, provider)
        else:
            yield from _shown(study, model, list(model.checkpoints), None)


def _alike(study: Study, model: Model) -> Iterator[tuple[list[str], LocalProvider]]:
    """The checkpoints of a model by the files that their prompts are rendered with."""
    found: dict[str, tuple[list[str], LocalProvider]] = {}
    for checkpoint in model.checkpoints:
        provider = _open(study, model, checkpoint, offline=False)
        files = digest(provider.found.text_content())
        found.setdefault(files, ([], provider))[0].append(checkpoint)
    yield from found.values()


def _shown(
    study: Study, model: Model, checkpoints: Sequence[str], provider: LocalProvider | None
) -> Iterator[str]:
    more = f" and {len(checkpoints) - 4:,} more" if len(checkpoints) > 4 else ""
    whose = f"{model.name} ({', '.join(checkpoints[:4])}{more})"
    for kind in kinds(study, model):
        yield f"===== {whose}: {kind.name} ====="
        yield _written(kind.messages) if provider is None else provider.shown(kind.messages)
        yield ""


def _written(messages: Messages) -> str:
    return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)


def _open(study: Study, model: Model, checkpoint: str, offline: bool) -> LocalProvider:
    job = {"file": study.source, "model": model.name, "offline": offline}
    declared = identity(study, model, checkpoint)
    provider = open_provider(declared, {**model.as_given, "job": job})
    assert isinstance(provider, LocalProvider)
    return provider
