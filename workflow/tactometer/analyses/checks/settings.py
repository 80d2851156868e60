"""From where on a condition is flagged: the key `analyses.checks` of a study."""

from typing import Annotated

from tactometer.study.fields import UNSET, Maybe, Settings, Share, about


class Checks(Settings):
    """From where on a condition is flagged."""

    invalid: Annotated[Share, about("Share of answers that cannot be read.")] = 0.05
    label_mass: Annotated[Share, about("Least mean probability of all labels together.")] = 0.5
    contraction: Annotated[
        Share, about("Least share of the prior variance that the data took away.")
    ] = 0.5
    comprehension: Maybe[
        Annotated[
            bool,
            about(
                "Whether models are asked to read back the opinion and the goal that they were "
                "told, some 60 prompts each."
            ),
        ]
    ] = UNSET


SETTINGS = {"checks": Checks}
