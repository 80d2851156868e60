"""What goes over the wire to APIs, in a plan: known where LiteLLM is installed."""

from importlib.util import find_spec

from tactometer.providers.api import final_requests
from tactometer.study.model import Model
from tactometer.study.study import Study
from tactometer.tables import prompts_told

UNKNOWN = "LiteLLM is not installed here: what it does to messages is told when it is asked"


def compare(study: Study) -> None:
    """Raise UserError for two checkpoints of a model that go over the wire as one."""
    several = [m for m in study.asked if m.provider == "api" and len(m.checkpoints) > 1]
    if several and find_spec("litellm") is not None:
        for model in several:
            final_requests.compare(model.as_given, f"{study.source}, models.{model.name}")


def notes(model: Model, checkpoint: str) -> tuple[str, ...]:
    """What LiteLLM does to the messages of an API model's checkpoint, in phrases."""
    given = model.as_given
    if model.asked.batches or final_requests.plain(given):
        return ()
    if find_spec("litellm") is None:
        return (UNKNOWN,)
    done = final_requests.alterations(given, model.checkpoints[checkpoint].own_wire)
    return tuple(prompts_told.notes(prompts_told.columns(done, model.message_settings)))
