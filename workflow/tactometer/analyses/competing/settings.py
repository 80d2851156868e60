"""Which speaker models compete: the key `analyses.competing` of a study."""

from typing import Annotated, Literal

from msgspec import Meta

from tactometer.speaker_model.variants import SPEAKERS
from tactometer.study.fields import UNIQUE, Settings


class Competing(Settings):
    """Which speaker models predict vignettes left out in turn, beside s2 and what is no speaker."""

    speakers: Annotated[
        tuple[Literal[tuple(SPEAKERS)], ...],  # type: ignore[valid-type]
        Meta(
            description="Speaker models beside s2; each takes a second or two a goal.",
            extra_json_schema=UNIQUE,
        ),
    ] = ("s1", "s2-lapse")


SETTINGS = {"competing": Competing}
