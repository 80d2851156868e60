"""Which published figures a study is held against: the key `analyses.replication` of a study."""

from typing import Annotated, Literal

from tactometer.study.fields import UNSET, Maybe, Settings, about


class Replication(Settings):
    """Which published figures stand beside those of the study (tables/replication)."""

    of: Maybe[Annotated[Literal["murthy2025"], about("A file below resources/published.")]] = UNSET

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the analysis reads."""
        return () if self.of is UNSET else (f"resources/published/{self.of}.csv",)


SETTINGS = {"replication": Replication}
