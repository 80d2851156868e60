"""The keys of a domain's files, as types: domain.yaml, and the vignettes and prompts it names."""

from typing import Annotated

from tactometer.study.fields import (
    UNIQUE,
    UNSET,
    Inside,
    Maybe,
    Meta,
    Name,
    Settings,
    Shared,
    Text,
    about,
)


class Scale(Settings):
    """The unit of an opinion, such as star and stars."""

    singular: Text
    plural: Text


class DomainFit(Settings):
    """What the speaker model of this domain's speakers needs beyond the default."""

    share: Shared = ()
    cost: Annotated[bool, about("whether a negation costs something")] = False


class DomainFile(Settings):
    """The world of a task: domain.yaml itself."""

    name: Annotated[Name, about("what the domain is called in tables")]
    states: Annotated[
        tuple[int, ...],
        about(
            "possible opinions, as numbers in rising order", min_length=2, extra_json_schema=UNIQUE
        ),
    ]
    scale: Annotated[Scale, about("the unit of an opinion, such as star and stars")]
    utterances: Annotated[
        tuple[Text, ...],
        about(
            "what can be said, at most 26 for one letter each",
            min_length=2,
            max_length=26,
            extra_json_schema=UNIQUE,
        ),
    ]
    negated: Annotated[
        tuple[Text, ...],
        about(
            "the utterances that contain a negation, some of utterances",
            extra_json_schema=UNIQUE,
        ),
    ]
    values: Maybe[
        Annotated[
            tuple[int | float, ...],
            about(
                "what each state is worth, V(s), in rising order; the states themselves without it",
                min_length=2,
                extra_json_schema=UNIQUE,
            ),
        ]
    ] = UNSET
    literal: Maybe[
        Annotated[
            dict[str, tuple[Inside, ...]],
            about(
                "theta, for each utterance how true it is of each state, in the order "
                "of states: probabilities inside (0, 1); only simulated speakers use it"
            ),
        ]
    ] = UNSET
    factors: Maybe[
        Annotated[
            dict[Name, Annotated[tuple[Name, ...], Meta(min_length=2, extra_json_schema=UNIQUE)]],
            about("what else varies in a scene, and its levels; prompts have the texts of these"),
        ]
    ] = UNSET
    vignettes: Maybe[
        Annotated[Text, about("the file of creations and names, beside domain.yaml")]
    ] = UNSET
    prompts: Maybe[Annotated[Text, about("the file of prompt texts, beside domain.yaml")]] = UNSET
    fit: DomainFit = DomainFit()


class VignetteText(Settings):
    """A creation that a listener made and a speaker has an opinion of."""

    id: Annotated[Name, about("a short name, unique in the file")]
    made: Annotated[Text, about("what the listener did, in the past tense")]
    took: Annotated[Text, about("how the speaker came to know it, in the past tense")]
    thing: Annotated[Text, about("the creation, with its article")]
    asked: Annotated[Text, about("the listener's question")]
    expert: Maybe[
        Annotated[Text, about("what the speaker knows a lot about, where a scene says so")]
    ] = UNSET


class VignettesFile(Settings):
    """The creations, and the names of who made them and who is asked."""

    vignettes: Annotated[
        tuple[VignetteText, ...],
        about("creations that a listener made and a speaker has an opinion of", min_length=1),
    ]
    names: Annotated[
        tuple[Text, ...],
        about("first names of speakers and listeners", min_length=2, extra_json_schema=UNIQUE),
    ]


class SceneText(Settings):
    """Two templates: what happened, and the question to answer."""

    scene: Annotated[Text, about("what happened, and the speaker's opinion")]
    question: Annotated[Text, about("what to answer")]


class ComprehensionText(Settings):
    """The questions of the comprehension check, and what each goal is called in their options."""

    opinion: Annotated[Text, about("asks for the opinion that the scene states")]
    goal: Annotated[Text, about("asks what the words were to aim at")]
    goals: Annotated[dict[Name, Text], about("what each goal asks for, as an option", min_length=2)]


class BegunText(Settings):
    """A reply that is begun for a model, so that what it may go on with can be scored."""

    instruction: Annotated[Text, about("how to answer, said first")]
    opening: Annotated[Text, about("what the reply begins with, such as It was")]
    neutral: Annotated[Text, about("the same demand without a scene, for score: pmi")]


class ByUtteranceText(Settings):
    """What is said where no options are shown (estimator utterance_logprob), in a chat."""

    production: BegunText
    semantics: BegunText


class StoryText(Settings):
    """Two templates of a text without a chat: what happened, and what is to be gone on with."""

    scene: Annotated[Text, about("what happened, and the speaker's opinion")]
    opening: Annotated[Text, about("the text up to where an utterance, or yes or no, follows")]


class NeutralText(Settings):
    """Texts without a scene, which an utterance, or yes or no, may follow."""

    production: Annotated[Text, about("what an utterance may follow")]
    semantics: Annotated[Text, about("what yes or no may follow")]


class BaseText(Settings):
    """Texts for base models, which go on with a text: no chat, no options (utterance_logprob)."""

    goals: Annotated[
        dict[Name, Annotated[str, Meta(min_length=1)] | None],
        about("what stands before the scene; null for nothing", min_length=1),
    ]
    framings: Annotated[
        dict[Name, StoryText], about("who speaks, such as third, first and second", min_length=1)
    ]
    semantics: Annotated[StoryText, about("the yes/no text, with {utterance} in it")]
    neutral: Annotated[NeutralText, about("texts without a scene, for score: pmi")]


class WordedInstructions(Settings):
    """How to answer where a reply is begun, in other words."""

    production: Annotated[Text, about("of a goal's prompts")]
    semantics: Annotated[Text, about("of the yes/no prompts")]


class WordingText(Settings):
    """The texts of all prompts in other words."""

    instruction: Annotated[Text, about("how to answer, said first")]
    goals: Annotated[
        dict[Name, Annotated[str, Meta(min_length=1)] | None],
        about("system prompts; null where the plain wording sends none"),
    ]
    framings: Annotated[dict[Name, SceneText], about("who speaks, all framings of the file")]
    semantics: Annotated[SceneText, about("the yes/no prompt, with {utterance} in it")]
    by_utterance: Maybe[
        Annotated[WordedInstructions, about("instructions where replies are begun")]
    ] = UNSET


class PromptsFile(Settings):
    """The texts of the prompts."""

    instruction: Annotated[Text, about("how to answer, said first")]
    goals: Annotated[
        dict[Name, Annotated[str, Meta(min_length=1)] | None],
        about("system prompts; null sends none", min_length=1),
    ]
    framings: Annotated[
        dict[Name, SceneText],
        about("who speaks, such as third, first and second", min_length=1),
    ]
    semantics: Annotated[SceneText, about("the yes/no prompt, with {utterance} in it")]
    factors: Maybe[
        Annotated[
            dict[Name, dict[Name, Text | dict[Name, Text]]],
            about(
                "for each factor of domain.yaml what its levels put into scenes: a text for the "
                "placeholder of its name, or a text for each of several"
            ),
        ]
    ] = UNSET
    comprehension: Maybe[
        Annotated[ComprehensionText, about("questions of the comprehension check")]
    ] = UNSET
    by_utterance: Maybe[
        Annotated[ByUtteranceText, about("how replies are begun for estimator utterance_logprob")]
    ] = UNSET
    base: Maybe[
        Annotated[BaseText, about("the same texts for base models (prompt: {chat: false})")]
    ] = UNSET
    wordings: Maybe[
        Annotated[
            tuple[WordingText, ...],
            about(
                "the same in other words, for studies that ask in several (sample.wordings): the "
                "second wording, the third and so on"
            ),
        ]
    ] = UNSET
