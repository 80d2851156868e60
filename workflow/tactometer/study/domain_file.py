"""The keys of a domain's files, as types: domain.yaml, and the vignettes and prompts it names."""

from typing import Annotated

from tactometer.study.fields import (
    UNIQUE,
    UNSET,
    Inside,
    Meta,
    Name,
    Settings,
    Shared,
    Text,
    UnsetType,
)


class Scale(Settings):
    """The unit of an opinion, such as star and stars."""

    singular: Text
    plural: Text


class DomainFit(Settings):
    """What the speaker model of this domain's speakers needs beyond the default."""

    share: Shared = ()
    cost: Annotated[bool, Meta(description="whether a negation costs something")] = False


class DomainFile(Settings):
    """The world of a task: domain.yaml itself."""

    name: Annotated[Name, Meta(description="what the domain is called in tables")]
    states: Annotated[
        tuple[int, ...],
        Meta(
            min_length=2,
            description="possible opinions, as numbers in rising order",
            extra_json_schema=UNIQUE,
        ),
    ]
    scale: Annotated[Scale, Meta(description="the unit of an opinion, such as star and stars")]
    utterances: Annotated[
        tuple[Text, ...],
        Meta(
            min_length=2,
            max_length=26,
            description="what can be said, at most 26 for one letter each",
            extra_json_schema=UNIQUE,
        ),
    ]
    negated: Annotated[
        tuple[Text, ...],
        Meta(
            description="the utterances that contain a negation, some of utterances",
            extra_json_schema=UNIQUE,
        ),
    ]
    literal: (
        Annotated[
            dict[str, tuple[Inside, ...]],
            Meta(
                description="theta, for each utterance how true it is of each state, in the order "
                "of states: probabilities inside (0, 1); only simulated speakers use it"
            ),
        ]
        | UnsetType
    ) = UNSET
    vignettes: (
        Annotated[Text, Meta(description="the file of creations and names, beside domain.yaml")]
        | UnsetType
    ) = UNSET
    prompts: (
        Annotated[Text, Meta(description="the file of prompt texts, beside domain.yaml")]
        | UnsetType
    ) = UNSET
    fit: DomainFit = DomainFit()


class VignetteText(Settings):
    """A creation that a listener made and a speaker has an opinion of."""

    id: Annotated[Name, Meta(description="a short name, unique in the file")]
    made: Annotated[Text, Meta(description="what the listener did, in the past tense")]
    took: Annotated[Text, Meta(description="how the speaker came to know it, in the past tense")]
    thing: Annotated[Text, Meta(description="the creation, with its article")]
    asked: Annotated[Text, Meta(description="the listener's question")]


class VignettesFile(Settings):
    """The creations, and the names of who made them and who is asked."""

    vignettes: Annotated[
        tuple[VignetteText, ...],
        Meta(
            min_length=1,
            description="creations that a listener made and a speaker has an opinion of",
        ),
    ]
    names: Annotated[
        tuple[Text, ...],
        Meta(
            min_length=2,
            description="first names of speakers and listeners",
            extra_json_schema=UNIQUE,
        ),
    ]


class SceneText(Settings):
    """Two templates: what happened, and the question to answer."""

    scene: Annotated[Text, Meta(description="what happened, and the speaker's opinion")]
    question: Annotated[Text, Meta(description="what to answer")]


class PromptsFile(Settings):
    """The texts of the prompts."""

    instruction: Annotated[Text, Meta(description="how to answer, said first")]
    goals: Annotated[
        dict[Name, Annotated[str, Meta(min_length=1)] | None],
        Meta(min_length=1, description="system prompts; null sends none"),
    ]
    framings: Annotated[
        dict[Name, SceneText],
        Meta(min_length=1, description="who speaks, such as third, first and second"),
    ]
    semantics: Annotated[SceneText, Meta(description="the yes/no prompt, with {utterance} in it")]
