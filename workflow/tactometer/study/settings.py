"""The keys of a study file, as types; the JSON Schema for editors is made from them."""

import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union

from tactometer.study import analyses, providers
from tactometer.study.fields import (
    UNIQUE,
    UNSET,
    Amount,
    Maybe,
    Meta,
    Name,
    Settings,
    Share,
    about,
)
from tactometer.study.model_settings import Fit, ModelSettings
from tactometer.study.recorded_settings import RecordedModel

S = TypeVar("S", bound=Settings)

Framing = Literal["first", "second", "third"]


class Sample(Settings):
    """How many prompts are drawn, and from which seed."""

    name_pairs: Annotated[int, about("Name pairs for each vignette.", ge=1)] = 10
    semantics_name_pairs: Annotated[int, about("The same for yes/no prompts.", ge=1)] = 4
    seed: Annotated[int, about("Seed of names, orders and fits.", ge=0)] = 1
    factors: Annotated[
        Literal["crossed", "drawn"],
        about(
            "Every prompt with each combination of the levels of the domain's factors, or with one "
            "that is drawn for it, each equally often."
        ),
    ] = "crossed"
    wordings: Annotated[
        int,
        about(
            "In how many wordings of the domain prompts are asked, the plain one first: with "
            "several, wording is one of the factors."
        ),
        Meta(ge=1),
    ] = 1


class Price(Settings):
    """A price in USD for one million tokens."""

    input: Amount
    output: Amount


class Judge(Settings):
    """Who reads replies that the strict parser cannot, and some that it can, blind."""

    model: Name
    checkpoint: Name


class YardstickSettings(Settings):
    """Whom the models are compared with, at its only checkpoint; `goal` is the one that the
    signature of sycophancy is held against. With one, all fits have a cost of negation unless `fit`
    says otherwise.
    """

    model: Annotated[Name, about("A model of the study with one checkpoint.")]
    goal: Annotated[Name, about("One of its goals: the one that sycophancy is held against.")]


class AnalysesSettings(Settings):
    """Limits and thresholds of the analyses; they ask and fit nothing anew."""

    level: Annotated[
        float,
        about(
            "Chance of any false finding in the whole study; the tables that say "
            "`found` share it evenly.",
            gt=0,
            le=0.5,
        ),
    ] = 0.05

    def of(self, kind: type[S]) -> S:
        """The settings of one analysis, by their type."""
        held = (getattr(self, name) for name in self.__struct_fields__)
        return next(settings for settings in held if isinstance(settings, kind))

    @property
    def comprehension(self) -> bool:
        """Whether models are asked to read back what they were told: some analysis wants it."""
        held = (getattr(self, name) for name in self.__struct_fields__)
        return any(getattr(settings, "comprehension", UNSET) is True for settings in held)


class StudySettings(Settings):
    """One sweep, described in one file; its results stand under results/{study}."""

    study: Annotated[Name, about("Name of the study and of its folder under results/.")]
    models: Annotated[dict[Name, ModelSettings], Meta(min_length=1)]
    domain: Annotated[str, about("Folder or file of the domain.")] = "resources/polite_speech"
    goals: Annotated[
        tuple[Name, ...],
        about(
            "What the prompts ask for; each needs a text in the domain's prompts.",
            min_length=1,
            extra_json_schema=UNIQUE,
        ),
    ] = ("default", "informative", "social", "both")
    framings: Annotated[
        tuple[Framing, ...],
        about("Whose words are asked for.", min_length=1, extra_json_schema=UNIQUE),
    ] = ("first", "second", "third")
    sample: Sample = Sample()
    fit: Maybe[Fit] = UNSET
    fits: Maybe[
        Annotated[
            dict[Name, Fit],
            about(
                "Several fits of the same choices by name, in place of fit; the first is the "
                "headline, the others stand beside it (tables/analysis_choices).",
                min_length=1,
            ),
        ]
    ] = UNSET
    stop_at_unusable: Annotated[
        Share,
        about(
            "Share of unusable ones among the first 50 answers of a prompt set above "
            "which it stops; 1 for never."
        ),
    ] = 0.5
    budget_usd: Maybe[Annotated[Amount, about("Hard cap on what the study may spend.")]] = UNSET
    prices: Annotated[
        dict[str, Price],
        about(
            "Prices in USD for one million tokens, by model name, where the bundled map has none."
        ),
    ] = {}
    judge: Maybe[Judge] = UNSET
    yardstick: Maybe[YardstickSettings] = UNSET
    analyses: AnalysesSettings = AnalysesSettings()


@cache
def study_type() -> type[StudySettings]:
    """`StudySettings` with what every provider's models and every analysis may say."""
    asked = [provider.settings for provider in providers.declared().values()]
    model: Any = Union[(*asked, RecordedModel)]
    own = analyses_type()
    models = Annotated[dict[Name, model], Meta(min_length=1)]
    return _with(StudySettings, {"models": models, "analyses": own}, {"analyses": own()})


@cache
def analyses_type() -> type[AnalysesSettings]:
    """`AnalysesSettings` with a key for each analysis that has settings of its own."""
    kinds = analyses.settings()
    return _with(AnalysesSettings, kinds, {name: kind() for name, kind in kinds.items()})


def _with(kind: type[S], fields: Mapping[str, Any], defaults: Mapping[str, Any]) -> type[S]:
    """A type of settings with more fields."""
    body = {"__annotations__": fields, "__doc__": kind.__doc__, **defaults}
    made: type[S] = types.new_class(kind.__name__, (kind,), exec_body=lambda ns: ns.update(body))
    return made
