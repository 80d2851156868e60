"""When a parameter has settled in training: the key `analyses.settling` of a study."""

from typing import Annotated

from tactometer.study.fields import Part, Settings, about


class Settling(Settings):
    """When a parameter has settled in training."""

    tolerance: Annotated[
        Part, about("How far it may stay from its mean over the last quarter.")
    ] = 0.05


SETTINGS = {"settling": Settling}
