"""What goes over the wire to APIs, in a plan: known where LiteLLM is installed."""

from importlib.util import find_spec

from tactometer.providers.api import final_requests
from tactometer.study.model import Model
from tactometer.study.study import Study
from tactometer.study.wire_settings import wire_of
from tactometer.tables import prompts_told

UNKNOWN = "LiteLLM is not installed here: what it does to messages is told when it is asked"


def compare(study: Study) -> None:
    """Raise UserError for two checkpoints of a model that go over the wire as one."""
    several = [m for m in study.asked if m.provider == "api" and len(m.checkpoints) > 1]
    if several and find_spec("litellm") is not None:
        for model in several:
            final_requests.compare(model.settings, f"{study.source}, models.{model.name}")


def notes(model: Model, checkpoint: str) -> tuple[str, ...]:
    """What LiteLLM does to the messages of an API model's checkpoint, in phrases."""
    if model.settings.get("batch") or final_requests.plain(model.settings):
        return ()
    if find_spec("litellm") is None:
        return (UNKNOWN,)
    own = wire_of(model.checkpoints[checkpoint])
    done = final_requests.alterations(model.settings, own)
    return tuple(prompts_told.notes(prompts_told.columns(done, model.message_settings)))
