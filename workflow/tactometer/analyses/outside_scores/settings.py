"""Other measures of a study's models: the key `analyses.outside_scores` of a study."""

from typing import Annotated

from tactometer.study.fields import UNSET, Maybe, Settings, Text, about


class OutsideScores(Settings):
    """Measures of the same models from elsewhere, held against each parameter."""

    file: Maybe[
        Annotated[
            Text,
            about(
                "CSV: model, measure, score, and where known checkpoint (else it is of all) and se."
            ),
        ]
    ] = UNSET

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the analysis reads."""
        return () if self.file is UNSET else (self.file,)


SETTINGS = {"outside_scores": OutsideScores}
