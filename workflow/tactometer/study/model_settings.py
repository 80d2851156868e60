"""What a study says of a model that answers: the keys that every provider's models have.

A provider declares the keys of its own models in `settings.py` of its folder, as a subclass of
`AskedModel`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar

from tactometer.replies.stop_reasons import REASONS
from tactometer.speaker_model.semantics import Semantics
from tactometer.speaker_model.variants import SPEAKERS
from tactometer.study.fields import (
    UNIQUE,
    UNSET,
    Amount,
    Count,
    Labels,
    Maybe,
    Meta,
    Name,
    Positive,
    Settings,
    Share,
    Shared,
    about,
    plain,
    written,
)
from tactometer.study.locations import Place
from tactometer.utils.errors import UserError

if TYPE_CHECKING:
    from tactometer.study.domain import Domain

T = TypeVar("T")

Speaker = Annotated[str, Meta(extra_json_schema={"enum": list(SPEAKERS)})]
Reason = Annotated[str, Meta(extra_json_schema={"enum": list(REASONS)})]
_LABELS = about(
    "What the tables and figures call it; family, dataset, method, effort, dtype, quantization, "
    "run and progress have columns, and models that differ in one of them alone are contrasted."
)


class Fit(Settings):
    """What is fitted, and how."""

    preset: Maybe[
        Annotated[
            Literal["murthy2025"],
            about("What a published study did; keys beside it win (docs/statistics.md)."),
        ]
    ] = UNSET
    semantics: Annotated[
        Semantics,
        about(
            "How the meaning of the words enters: inferred with the rest (joint), plugged in"
            " (fixed), or from the yes/no answers alone with its uncertainty (cut)."
        ),
    ] = "joint"
    speakers: Annotated[
        tuple[Speaker, ...],
        about(
            "Speaker models, each with -cost (of negation) and -lapse (a share of "
            "blind answers) or without.",
            min_length=1,
            extra_json_schema=UNIQUE,
        ),
    ] = ("s2",)
    pooling: Annotated[
        Literal["none", "full", "partial"],
        about(
            "Framings: each by itself and all added up, added up alone, or each drawn "
            "round their mean."
        ),
    ] = "none"
    heldout: Annotated[
        Annotated[int, Meta(ge=2)] | None,
        about(
            "Folds of vignettes that are held out in turn and predicted "
            "(tables/heldout); null for none."
        ),
    ] = None
    chains: Count = 4
    warmup: Annotated[
        int,
        about(
            "Iterations of each chain before its draws. With fixed semantics 200 are "
            "enough (docs/calibration).",
            ge=50,
        ),
    ] = 400
    draws: Annotated[int, Meta(ge=50)] = 1000
    count_total: Annotated[
        Positive | None,
        about("Total weight of each state's answers; null keeps the real number."),
    ] = None
    count_round: Maybe[
        Annotated[bool, about("Whether these weights are rounded to whole numbers.")]
    ] = UNSET
    design_effect: Annotated[
        Literal["estimate", "ignore"],
        about(
            "Whether answers count for less where those of one vignette hang "
            "together, or as independent ones."
        ),
    ] = "estimate"
    position: Annotated[
        Literal["estimate", "ignore"],
        about(
            "Whether choices are corrected for what the place of an option does, estimated from "
            "them, or taken as they are."
        ),
    ] = "estimate"
    share: Shared = ()
    cost: Annotated[
        bool,
        about(
            "Whether a negation costs in all speakers, also in those whose name does not "
            "say so; true where a yardstick is named."
        ),
    ] = False


class Estimator(Settings):
    """How a choice is read off a model."""

    kind: Annotated[
        Literal["label_logprob", "utterance_logprob", "samples"],
        about(
            "One prefill that reads the labels, the probability of each utterance as what a begun "
            "reply goes on with, or sampled answers."
        ),
    ]
    score: Maybe[
        Annotated[
            Literal["sum", "mean", "pmi"],
            about(
                "Of utterance_logprob: choices by the log-probability of the whole utterance (sum, "
                "the default), by its mean over tokens, or by how much more it is than without a "
                "scene (pmi)."
            ),
        ]
    ] = UNSET
    k: Maybe[Annotated[int, about("Samples for each prompt.", ge=1)]] = UNSET
    temperature: Maybe[Annotated[Amount, about("Sampling temperature.")]] = UNSET
    max_tokens: Maybe[Annotated[int, about("Longest answer in tokens.", ge=1)]] = UNSET

    @property
    def exact(self) -> bool:
        """Whether probabilities are read, and not answers sampled."""
        return self.kind != "samples"

    @property
    def by_utterance(self) -> bool:
        """Whether utterances are scored as continuations, and no options shown."""
        return self.kind == "utterance_logprob"

    @property
    def label(self) -> str:
        """What tables call it: its kind, and how it scores where that is said."""
        return f"{self.kind}-{self.score}" if self.score is not UNSET else self.kind

    @property
    def samples(self) -> int:
        """How many answers it takes for each prompt."""
        return 1 if self.exact else written(self.k, 1)


class Prompt(Settings):
    """How the messages become a prompt."""

    system: Maybe[
        Annotated[
            Literal["auto", "keep", "fold"],
            about(
                "System messages: kept, folded into the first user message, or folded "
                "where the chat template drops or refuses them (auto, the default)."
            ),
        ]
    ] = UNSET
    default_system: Maybe[
        Annotated[
            str,
            about(
                "keep (the default) or none: the system prompt that a chat template "
                "adds where there is none; any other text stands before every goal's.",
                min_length=1,
            ),
        ]
    ] = UNSET
    date: Maybe[
        Annotated[
            str,
            Meta(
                pattern="^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
                description="What a chat template that prints today's date prints instead; "
                "2024-07-26 if not given.",
            ),
        ]
    ] = UNSET
    chat: Maybe[
        Annotated[
            bool,
            about(
                "Whether prompts are chats; false for base models, which read the "
                "texts one after another."
            ),
        ]
    ] = UNSET


class Checkpoint(Settings):
    """One checkpoint of a model; a provider adds keys of its own."""

    UNASKED: ClassVar[tuple[str, ...]] = ("labels",)

    labels: Maybe[Annotated[Labels, _LABELS]] = UNSET

    @property
    def own_wire(self) -> Mapping[str, Any]:
        """Parameters of this checkpoint alone that go over the wire."""
        return {}

    @property
    def identity(self) -> dict[str, Any]:
        """What could change its answers: all but what it is called."""
        return {key: value for key, value in plain(self).items() if key not in self.UNASKED}


class ModelSettings(Settings, tag_field="provider"):
    """What every model may say, asked or recorded."""

    labels: Annotated[Labels, _LABELS] = {}
    fit: Maybe[Fit] = UNSET

    def check(self, domain: "Domain", place: Place) -> None:
        """Raise UserError for what its types cannot say: files that are there, sums."""

    def resources_of(self, usual: Mapping[str, int]) -> dict[str, int | str]:
        """What a job that asks it needs, as Snakemake and its executor name it."""
        return dict(usual)

    def labels_of(self, checkpoint: str, names: Sequence[str]) -> Labels:
        """Labels of a checkpoint that need not be given, beside `family`."""
        return {}


class AskedModel(ModelSettings, kw_only=True):
    """A model that answers prompts: what every provider's models may say.

    What a provider's models say beside it are fields of a subclass. The properties here are what
    others ask every model for: a subclass has a field, or a property, of the same name.
    """

    checkpoints: Annotated[Mapping[Name, Checkpoint], Meta(min_length=1)]
    estimator: Maybe[Estimator] = UNSET
    estimators: Maybe[
        Annotated[
            tuple[Estimator, ...],
            about(
                "Several estimators for the same prompts; the first is the headline, the others "
                "are models of their own (NAME.KIND), compared with it in tables/estimators.",
                min_length=1,
            ),
        ]
    ] = UNSET
    prompt: Prompt = Prompt()

    @property
    def source(self) -> str | None:
        """What the provider calls it."""
        return None

    @property
    def own_wire(self) -> Mapping[str, Any]:
        """Parameters of every checkpoint that go over the wire."""
        return {}

    @property
    def ask_again(self) -> Sequence[str]:
        """Reasons for which an answer is asked for once more."""
        return ()

    @property
    def trains(self) -> bool:
        """Whether any of its checkpoints is trained before it is asked."""
        return False

    @property
    def training_recipe(self) -> dict[str, Any]:
        """What its checkpoints are trained from; {} where nothing trains them."""
        return {}

    @property
    def training_told(self) -> str:
        """How its checkpoints are trained, in words; "" where none is."""
        return ""

    @property
    def training_resources(self) -> dict[str, int | str]:
        """What a job that trains it needs, as Snakemake and its executor name it."""
        return {}

    @property
    def batches(self) -> bool:
        """Whether requests are handed in to a batch endpoint, at its price."""
        return False

    @property
    def shares_engine(self) -> bool:
        """Whether one engine serves all its checkpoints."""
        return False

    @classmethod
    def written_out(
        cls,
        checkpoints: Mapping[str, Any],
        check: Callable[[Any, type[T]], T],
        runs: str | None = None,
    ) -> Mapping[str, Any]:
        """Checkpoints in full, where a file may say them in short; `check` validates that. `runs`
        is the folder in which the model's training leaves them, where it has one.
        """
        return checkpoints

    def identity(self, name: str, checkpoint: str, domain: "Domain", seed: int) -> dict[str, Any]:
        """What could change answers beside the checkpoint's own settings, messages and wire.

        `name` is the model's, `seed` the study's. Raises UserError where that cannot be told.
        """
        return {}


class Asked(AskedModel, kw_only=True):
    """What models say that are asked in earnest: at a price, or on hardware."""

    min_label_mass: Annotated[
        Share,
        about(
            "Least probability of all labels together (median of the first answers) "
            "to go on with label_logprob."
        ),
    ] = 0.1
    ask_again: Annotated[
        tuple[Reason, ...],
        about(
            "Ask once more what was invalid for these reasons; the last usable answer counts.",
            extra_json_schema=UNIQUE,
        ),
    ] = ()
    resources: Annotated[
        dict[str, int | str],
        about("Resources of the ask job, as Snakemake and its executor name them."),
    ] = {}

    def check(self, domain: "Domain", place: Place) -> None:
        """Check the resources that are numbers whatever the executor."""
        for key, least in {"gpu": 0, "mem_mb": 1, "runtime": 1}.items():
            value = self.resources.get(key, least)
            if isinstance(value, str):
                raise UserError(
                    f"{place('resources', key)}: must be a whole number, not {value!r}."
                )
            if value < least:
                raise UserError(
                    f"{place('resources', key)}: must be at least {least}, not {value}."
                )

    def resources_of(self, usual: Mapping[str, int]) -> dict[str, int | str]:
        """What a job that asks it needs; what the study says wins."""
        return {**usual, **self.resources}
