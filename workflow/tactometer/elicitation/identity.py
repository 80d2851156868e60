"""Model identity: everything about a checkpoint that could change its answers."""

from typing import Any

from tactometer.study.model import Model
from tactometer.study.study import Study


def identity(study: Study, model: Model, checkpoint: str) -> dict[str, Any]:
    """What could change the answers of a checkpoint and stands in the study or in its files.

    Its messages, wire parameters and estimator are not here: they go through the requests files.
    What there is beside the provider and the checkpoint's own settings, the type of the model's
    settings says. Raises UserError for a simulated speaker in a domain without literal semantics.
    """
    domain, seed = study.domain_of(model.domain), study.settings.sample.seed
    return {
        "provider": model.provider,
        "checkpoint": model.checkpoints[checkpoint].identity,
        **model.asked.identity(model.name, checkpoint, domain, seed),
    }
