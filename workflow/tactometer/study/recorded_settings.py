"""What a study says of behaviour that is recorded, of people or of models."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from tactometer.study import recorded_csv
from tactometer.study.fields import UNIQUE, UNSET, Maybe, Name, about
from tactometer.study.locations import Place
from tactometer.study.model_settings import ModelSettings
from tactometer.utils.errors import UserError, no_file
from tactometer.utils.paths import locate

if TYPE_CHECKING:
    from tactometer.study.domain import Domain


class RecordedModel(ModelSettings, tag="recorded", kw_only=True):
    """Behaviour that is already there: counts in CSV files."""

    production: Annotated[
        str,
        about(
            "CSV: goal, framing (optional), state, utterance, count (or a share, beside n); "
            "without count, a row for each choice."
        ),
    ]
    semantics: Annotated[
        str, about("CSV: utterance, state, yes, n; without n, a row for each answer.")
    ]
    published: Annotated[
        tuple[str, ...],
        about("CSV files of published point estimates, shown beside the fit."),
    ] = ()
    domain: Maybe[Annotated[str, about("Domain of these data where it is not the study's.")]] = (
        UNSET
    )
    goals: Maybe[
        Annotated[
            tuple[Name, ...],
            about(
                "Goals to take from the file; all by default.",
                min_length=1,
                extra_json_schema=UNIQUE,
            ),
        ]
    ] = UNSET

    @property
    def files(self) -> dict[str, Path]:
        """Its files, by key."""
        return {"production": Path(self.production), "semantics": Path(self.semantics)}

    def located(self) -> "RecordedModel":
        """The same with each file where it is found: here, or in the repository."""
        return msgspec.structs.replace(
            self,
            production=str(locate(self.production)),
            semantics=str(locate(self.semantics)),
            published=tuple(str(locate(path)) for path in self.published),
        )

    def check(self, domain: "Domain", place: Place) -> None:
        """Check its files: there, with known states and utterances."""
        recorded_csv.read_production(Path(self.production), domain, place("production"))
        recorded_csv.read_semantics(Path(self.semantics), domain, place("semantics"))
        for index, path in enumerate(self.published):
            if not Path(path).is_file():
                raise UserError(f"{place('published', index)}: {no_file(Path(path))}.")
